"""The notebook with its kernel: cells, what running one gave, and how what it shows is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Literal, Protocol

from pydantic import Field

from jupyter_clinagent.contracts.frozen import Frozen

FACTS_MIME = "application/vnd.clinagent.facts+json"
PROGRESS_MIME = "application/vnd.clinagent.progress+json"
CARD_MIME = "application/vnd.clinagent.card+json"


NO_PATIENT = "shows no patient"
"""Comment in the PNG of a plot; an export leaves out every image without it."""


class Progress(Frozen):
    """Displayed under :data:`PROGRESS_MIME` and updated in place while a cell trains."""

    experiment: str
    fraction: float = Field(ge=0, le=1)
    seconds_left: float
    text: str


class Cell(Frozen):
    """A cell as the agent sees it: addressed by notebook path + ``id`` + ``hash`` of its source."""

    id: str
    kind: Literal["code", "markdown", "raw"]
    source: str
    hash: str
    execution_count: int | None = None


def source_hash(source: str) -> str:
    """First 16 hex digits of the SHA-256 of a cell's source."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


class CellResult(Frozen):
    """What running one cell gave. ``outputs`` are nbformat dictionaries."""

    cell: Cell
    status: Literal["ok", "error", "interrupted", "died"]
    outputs: list[dict[str, Any]] = []
    seconds: float = 0.0

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Payloads of :data:`FACTS_MIME`, in order; what names no kind, as a cell of anybody's may show, is none."""
        shown = [o.get("data", {}).get(FACTS_MIME) for o in self.outputs]
        return [facts for facts in shown if isinstance(facts, dict) and "kind" in facts]

    @property
    def error(self) -> tuple[str, str] | None:
        """Name and message of the exception, if there was one."""
        return next(((o["ename"], o["evalue"]) for o in self.outputs if o["output_type"] == "error"), None)

    def text(self, limit: int = 4000) -> str:
        """Streams, text/plain and errors, the middle cut out where it is longer than ``limit`` characters."""
        whole = "".join(_plain(output) for output in self.outputs)
        half = limit // 2
        return whole if len(whole) <= limit else f"{whole[:half]}\n… {len(whole) - limit} characters cut …\n{whole[-half:]}"


def _plain(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _joined(output["text"])
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}\n"
    return _joined(output.get("data", {}).get("text/plain", "")) + "\n"


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


Listener = Callable[[dict[str, Any]], None]
"""Called with each nbformat output of a running cell, updates of a display included."""


class NotebookPort(Protocol):
    """A notebook with its kernel: the open document of a server, a headless file, or the magic's own.

    An unknown id raises :class:`~jupyter_clinagent.errors.UnknownCell`, a hash that no longer fits
    :class:`~jupyter_clinagent.errors.StaleCell`; nothing is guessed.
    """

    @property
    def path(self) -> str:
        """The notebook's file."""
        ...

    async def cells(self) -> list[Cell]:
        """Every cell, in order."""
        ...

    async def insert(
        self, kind: Literal["code", "markdown"], source: str, *, after: str | None = None, metadata: dict[str, Any] | None = None
    ) -> Cell:
        """Insert below the cell ``after``, or at the end."""
        ...

    async def edit(self, cell_id: str, source: str, *, expected_hash: str) -> Cell:
        """Replace a cell's source."""
        ...

    async def delete(self, cell_id: str, *, expected_hash: str) -> None:
        """Remove a cell."""
        ...

    async def run(self, cell_id: str, *, expected_hash: str, listener: Listener | None = None) -> CellResult:
        """Run one code cell to its end. A dead kernel raises KernelDied; an exception in the cell is a result."""
        ...

    async def interrupt(self) -> None:
        """Interrupt what runs; returns once the kernel is idle again or confirmed dead."""
        ...

    async def snapshot(self) -> dict[str, Any]:
        """The whole document as nbformat, to :meth:`restore` later (undo of a turn)."""
        ...

    async def restore(self, snapshot: dict[str, Any]) -> None:
        """Put the cells back as they were, byte-identical; cells added since are removed."""
        ...

    async def close(self) -> None:
        """Save and let go. Does not stop a kernel that somebody else started."""
        ...
