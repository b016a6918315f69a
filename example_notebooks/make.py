"""Make the example notebooks: each is what the agent writes for one sentence on phantom images.

::

    python example_notebooks/make.py [NAME …]
"""

import sys
import tempfile
from pathlib import Path

from jupyter_clinagent import phantoms
from jupyter_clinagent.cli import DEMO_REQUEST
from jupyter_clinagent.runner import RunOptions, run

EXAMPLES = {
    "melanoma-triage": ("triage", DEMO_REQUEST, 2.0),
}


def make(name: str) -> None:
    """Run one study in a temporary folder and keep its notebook, without the folder's path."""
    kind, request, minutes = EXAMPLES[name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        phantoms.write(kind, folder / "data", n=400, seed=0)
        notebook = folder / f"{name}.ipynb"
        result = run(RunOptions(request, folder / "data", minutes, notebook, yes=True))
        if result["exit"]:
            raise SystemExit(result["error"])
        text = notebook.read_text(encoding="utf-8").replace(str(folder), ".")
    (Path(__file__).parent / notebook.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or EXAMPLES:
        make(chosen)
