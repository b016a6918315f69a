"""What a request that came to nothing leaves behind: nothing, where no cell did anything; otherwise it is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

_CONVERSATION = "conversation.sqlite"


class Leftovers:
    """A notebook and its study folder that are about to be made.

    Parameters
    ----------
    notebook, study
        Neither is there yet.
    """

    def __init__(self, notebook: Path, study: Path) -> None:
        self._notebook, self._study = notebook, study
        self._folders = [folder for folder in notebook.parents if not folder.exists()]

    def clear(self) -> bool:
        """Take away what was made, folders above included; False, and nothing taken away, where it holds any work."""
        if self._work():
            return False
        self._notebook.unlink(missing_ok=True)
        shutil.rmtree(self._study, ignore_errors=True)
        for folder in self._folders:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        return True

    def said(self) -> str:
        """What is there, in a sentence."""
        there = [path.name for path in (self._notebook, self._study) if path.exists()]
        return f"What was done so far stays in {self._notebook.parent}: {' and '.join(there)}."

    def _work(self) -> bool:
        cells = json.loads(self._notebook.read_text(encoding="utf-8"))["cells"] if self._notebook.exists() else []
        files = [path for path in self._study.rglob("*") if path.is_file() and not path.name.startswith(_CONVERSATION)]
        return bool(files) or not all(map(_failed, cells))


def _failed(cell: dict[str, Any]) -> bool:
    return any(output["output_type"] == "error" for output in cell.get("outputs", []))
