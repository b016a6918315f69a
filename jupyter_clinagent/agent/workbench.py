"""What the tools work on: the notebook, the clinician, the clock, and what has come out so far."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from jupyter_clinagent.agent.policy import Author
from jupyter_clinagent.agent.speaking import spoken_event
from jupyter_clinagent.contracts import CellResult, Event, EventKind, EventSink, Exporter, NotebookPort
from jupyter_clinagent.lang import ENGLISH

Status = Literal["done", "answered", "rejected", "refused", "bad_input", "needs_answer", "failed", "stopped"]


@dataclass
class Outcome:
    """How a turn ended, and what the summary needs of it."""

    status: Status = "answered"
    message: str = ""
    facts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Facts by kind, in the order in which the cells gave them."""
    specification: dict[str, Any] | None = None
    assumptions: list[str] = field(default_factory=list)
    plan: dict[str, Any] | None = None
    questions: list[dict[str, Any]] = field(default_factory=list)
    """``key``, ``text``, ``choices``, ``default``, ``answer`` and ``by`` of each."""
    cell_error: str = ""
    """How the last cell failed; empty where it went well."""

    def latest(self, kind: str) -> dict[str, Any] | None:
        """The last facts of one kind."""
        return self.facts[kind][-1] if self.facts.get(kind) else None


@dataclass(frozen=True)
class Approved:
    """The specification that the last card approved: its hash, and where it was approved."""

    hash: str
    by: str


@dataclass
class Workbench:
    """One turn's surroundings, shared by all tools."""

    port: NotebookPort
    sink: EventSink
    author: Author
    mind: str
    study: str
    language: str = ENGLISH
    """In which what is said leaves."""
    root: str = ""
    """What the server shows; a path that a clinician names may begin there."""
    granted: bool = False
    started: float = field(default_factory=time.monotonic)
    waited: float = 0.0
    """Seconds spent waiting for the clinician; they do not count against the budget."""
    outcome: Outcome = field(default_factory=Outcome)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A notebook is a sequence: parallel tool calls of a model take turns."""
    exporter: Exporter | None = None
    approved: Approved | None = None
    """The specification that the last card approved; what a language model confirms is held against this."""
    last_cell: str | None = None
    written: dict[str, str] = field(default_factory=dict)
    """The cells that the agent wrote in this turn: hash by id. One that has another hash now is the clinician's, too."""
    resumed: bool = False
    """The turn was begun by another process; a call that was cut off finds the cell that it had added."""

    @property
    def elapsed(self) -> float:
        """Seconds of work since the request."""
        return time.monotonic() - self.started - self.waited

    def keep(self, result: CellResult) -> None:
        """Remember a cell's facts for the summary, and whether it failed."""
        self.outcome.cell_error = "" if result.status == "ok" else ": ".join(result.error or (f"it {result.status}",))
        for facts in result.facts:
            self.outcome.facts.setdefault(facts["kind"], []).append(facts)

    def say(self, kind: EventKind, text: str = "", data: dict[str, Any] | None = None) -> None:
        """Tell the outside."""
        self.sink(spoken_event(Event(kind=kind, text=text, data=data or {}), self.language))
