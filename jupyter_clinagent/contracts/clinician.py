"""The clinician: cards and their answers, and what the agent tells while it works."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol

from jupyter_clinagent.contracts.frozen import Frozen


class Card(Frozen):
    """Something to be approved: a specification, a plan, or the exact source of a cell."""

    id: str
    kind: Literal["specification", "plan", "cell", "question"]
    title: str
    body: str
    """Markdown."""
    choices: list[str] = ["Approve", "Reject", "Change"]
    key: str = ""
    """Of a question: the KEY of ``--answer KEY=VALUE``. Of a cell: the option that would have allowed it, if one would."""
    default: str = ""
    """Of a question: what is taken under ``--yes``."""
    pictured: str = ""
    """Id of the cell whose first figure is shown on the card; the figure itself stays in the notebook."""
    labels: dict[str, str] = {}
    """How choices are shown where they are not shown as they are."""
    language: str = "en"
    """In which the card is written."""


Approval = Literal["in the chat", "at a prompt", "--yes", ""]
"""By whom a card was decided: a person, in the chat or at a prompt; nobody, because ``--yes`` was given; not noted."""


DRY_RUN = "dry run"
"""With this the plan of a dry run is rejected: nobody finds it wrong."""


class Decision(Frozen):
    """The answer to a card: ``text`` carries the wish behind Change, or the answer to a question."""

    choice: str
    text: str = ""
    by: Approval | Literal["--answer"] = ""


class Approver(Protocol):
    """Who answers cards: the chat sidebar, the terminal, or ``--yes``."""

    async def decide(self, card: Card) -> Decision:
        """The decision on one card; waits as long as it takes."""
        ...


class Exported(Frozen):
    """A study that was packed to leave the building.

    ``looked_for`` names the kinds of identifiers that its files were scanned for; ``findings`` has a line for each file and
    kind found, never the values.
    """

    path: str
    looked_for: list[str]
    findings: list[str] = []


Exporter = Callable[[str], Awaitable[Exported]]
"""Packs the finished study of a notebook, by the notebook's path; the Jupyter world hands one to the agent."""


EventKind = Literal["said", "cell", "ran", "progress", "card", "finished", "failed"]


class Event(Frozen):
    """What the agent tells the outside while it works; the chat, the terminal and the JSON summary all read these."""

    kind: EventKind
    text: str = ""
    data: dict[str, Any] = {}
    language: str = "en"
    """In which ``text`` is written."""


EventSink = Callable[[Event], None]
