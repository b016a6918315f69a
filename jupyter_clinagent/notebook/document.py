"""An nbformat document in a file: what the headless port and the magic's own port have in common."""

from __future__ import annotations

import copy
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import nbformat

from jupyter_clinagent.contracts import Cell, source_hash
from jupyter_clinagent.errors import StaleCell, UnknownCell


def cell_of(raw: dict[str, Any]) -> Cell:
    """The agent's view of an nbformat cell."""
    source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
    return Cell(
        id=raw["id"], kind=raw["cell_type"], source=source, hash=source_hash(source), execution_count=raw.get("execution_count")
    )


def new_cell(kind: Literal["code", "markdown"], source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """An nbformat cell of the agent; ``trusted`` lets its HTML show."""
    cell: dict[str, Any] = {"id": str(uuid.uuid4()), "cell_type": kind, "source": source, "metadata": dict(metadata or {})}
    if kind == "code":
        cell["metadata"]["trusted"] = True
        cell |= {"outputs": [], "execution_count": None}
    return cell


def index_of(ids: Sequence[str], cell_id: str) -> int:
    """Where a cell is; :class:`UnknownCell` names the valid ids."""
    try:
        return ids.index(cell_id)
    except ValueError:
        raise UnknownCell(f"no cell has the id {cell_id!r}; the notebook's cells are: {', '.join(ids) or 'none'}") from None


def demand_hash(source: str, expected_hash: str, cell_id: str) -> None:
    """Refuse a cell that was changed since the agent read it."""
    if source_hash(source) != expected_hash:
        raise StaleCell(f"cell {cell_id} was changed since it was read; read it again before touching it")


class NotebookDocument:
    """An nbformat document with its file; every change is written at once and whole."""

    def __init__(self, path: str | Path, kernel_name: str = "python3") -> None:
        self._path = Path(path).absolute()
        self._content: dict[str, Any] = _read(self._path) if self._path.exists() else _empty(kernel_name)

    @property
    def path(self) -> str:
        """Absolute path of the notebook file."""
        return str(self._path)

    async def cells(self) -> list[Cell]:
        """All cells, in order."""
        return [cell_of(raw) for raw in self._cells]

    async def insert(
        self, kind: Literal["code", "markdown"], source: str, *, after: str | None = None, metadata: dict[str, Any] | None = None
    ) -> Cell:
        """Insert below the cell ``after``, or at the end."""
        cells = self._cells
        index = len(cells) if after is None else self._index(after) + 1
        cells.insert(index, new_cell(kind, source, metadata))
        self.save()
        return cell_of(cells[index])

    async def edit(self, cell_id: str, source: str, *, expected_hash: str) -> Cell:
        """Replace the source of a cell."""
        raw = self._checked(cell_id, expected_hash)
        raw["source"] = source
        self.save()
        return cell_of(raw)

    async def delete(self, cell_id: str, *, expected_hash: str) -> None:
        """Remove a cell."""
        self._checked(cell_id, expected_hash)
        del self._cells[self._index(cell_id)]
        self.save()

    async def snapshot(self) -> dict[str, Any]:
        """The whole document, to :meth:`restore` later."""
        return copy.deepcopy(self._content)

    async def restore(self, snapshot: dict[str, Any]) -> None:
        """Put every cell back as it was."""
        self._content = copy.deepcopy(snapshot)
        self.save()

    def save(self) -> None:
        """Write the file in one step, so that a reader never sees half of it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}.saving")
        nbformat.write(nbformat.from_dict(self._content), draft)
        draft.replace(self._path)

    @property
    def _cells(self) -> list[dict[str, Any]]:
        cells: list[dict[str, Any]] = self._content["cells"]
        return cells

    def _checked(self, cell_id: str, expected_hash: str) -> dict[str, Any]:
        raw = self._cells[self._index(cell_id)]
        demand_hash(raw["source"], expected_hash, cell_id)
        return raw

    def _index(self, cell_id: str) -> int:
        return index_of([raw["id"] for raw in self._cells], cell_id)


def _empty(kernel_name: str) -> dict[str, Any]:
    spec = {"name": kernel_name, "display_name": "Python 3 (ipykernel)", "language": "python"}
    return {"cells": [], "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = nbformat.read(path, as_version=4)
    content["nbformat_minor"] = max(content["nbformat_minor"], 5)
    for raw in content["cells"]:
        raw.setdefault("id", str(uuid.uuid4()))
    return content
