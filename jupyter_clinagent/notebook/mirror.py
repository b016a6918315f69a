"""Writes what a run changes into one cell of the shared document, as small edits that every browser sees at once."""

from __future__ import annotations

from typing import Any

from jupyter_ydoc import YNotebook
from pycrdt import Map, Text

from jupyter_clinagent.notebook.outputs import Appended, Change, Cleared, Output, Replaced, TextChanged


class CellMirror:
    """The outputs and the state of one cell of a shared notebook.

    The clinician may delete the cell, clear its outputs or run it while we write: what we write is then dropped, or
    written again as a whole where our own run is still going on.
    """

    def __init__(self, document: YNotebook, cell_id: str) -> None:
        self._document = document
        self._cell_id = cell_id
        self._count = 0
        self._running = False

    def begin(self) -> None:
        """Empty the cell and show it as running."""
        self._running, self._count = True, 0
        cell = self._cell()
        if cell is not None:
            with self._document.ydoc.transaction():
                cell["outputs"].clear()
                cell["execution_count"] = None
                cell["execution_state"] = "running"

    def write(self, changes: list[Change], outputs: list[Output], execution_count: int | None) -> None:
        """Mirror changes; ``outputs`` is what the cell shows after them."""
        cell = self._cell()
        if cell is None or not (self._running or cell["execution_count"] == execution_count):
            return
        with self._document.ydoc.transaction():
            if len(cell["outputs"]) == self._count:
                for change in changes:
                    _write(cell["outputs"], change)
            elif self._running:
                cell["outputs"].clear()
                cell["outputs"].extend([_shared(output) for output in outputs])
            self._count = len(cell["outputs"])

    def end(self, execution_count: int | None) -> None:
        """Show the cell as run."""
        self._running = False
        cell = self._cell()
        if cell is not None:
            with self._document.ydoc.transaction():
                cell["execution_count"] = execution_count
                cell["execution_state"] = "idle"

    def _cell(self) -> Any:
        return next((cell for cell in self._document.ycells if cell["id"] == self._cell_id), None)


def _write(outputs: Any, change: Change) -> None:
    match change:
        case Cleared():
            outputs.clear()
        case Appended(output):
            outputs.append(_shared(output))
        case Replaced(index, output):
            outputs[index] = _shared(output)  # the element: a changed key would be synchronised but not redrawn
        case TextChanged(kept_bytes, tail):
            text = outputs[len(outputs) - 1]["text"]
            del text[kept_bytes:]
            text += tail


def _shared(output: Output) -> Map[Any]:
    if output["output_type"] == "stream":
        return Map(output | {"text": Text(output["text"])})
    return Map(output)
