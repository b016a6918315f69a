"""ClinAgent: clinical imaging models built in the clinician's own notebook.

Importing the package is free (< 0.1 s): nothing heavy is imported before it is used.
"""

from typing import TYPE_CHECKING

from jupyter_clinagent._version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["__version__", "load_ipython_extension"]


def load_ipython_extension(ipython: "InteractiveShell") -> None:
    """``%load_ext jupyter_clinagent``: register ``%clinagent`` and ``%%clinagent``."""
    from jupyter_clinagent.magic import load_ipython_extension as load

    load(ipython)
