"""Plain data and protocols shared by the three import worlds (kernel, agent, Jupyter).

Nothing here imports torch, LangChain or Jupyter. What a cell tells the agent stands in :mod:`~jupyter_clinagent.facts`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FACTS_MIME = "application/vnd.clinagent.facts+json"
PROGRESS_MIME = "application/vnd.clinagent.progress+json"
CARD_MIME = "application/vnd.clinagent.card+json"

NO_PATIENT = "shows no patient"
"""Comment in the PNG of a plot; an export leaves out every image without it."""

FINDING, NO_FINDING = "finding", "no finding"
"""Image-level labels of a cohort whose truth lies inside its images."""

OUTSIDE, NO_FILE = "label outside the classes", "row without an image file"
"""Why an image is in no class, and what a row is that names no image."""

REPORT_ITEM_COUNT = 44
REPORT_ITEMS = {
    "intended use": 1,
    "cost of a miss": 4,
    "source": 5,
    "dates": 6,
    "setting": 7,
    "inclusion": 8,
    "groups": 10,
    "demographics": 13,
    "missing data": 16,
    "de-identification": 18,
    "reference standard": 19,
    "annotators": 20,
    "subgroups": 31,
    "shortcuts": 32,
    "external validation": 36,
    "availability": 40,
    "oversight": 42,
    "ethics": 43,
    "monitoring": 44,
}
"""Report items that a clinician may have something to say about, by the key that ``study.answer`` takes."""

Partition = Literal["train", "validation", "test"]
Modality = Literal["dermoscopy", "radiograph", "other"]


PositiveClass = str | Annotated[list[str], Field(min_length=1)]
"""A class, or several that are held together against the rest."""


def names_of(positive: str | list[str]) -> list[str]:
    """The classes that count as positive."""
    return [positive] if isinstance(positive, str) else list(positive)


def in_words(positive: str | list[str]) -> str:
    """The class, or ``"a, b or c"``."""
    *first, last = names_of(positive)
    return f"{', '.join(first)} or {last}" if first else last


class Frozen(BaseModel):
    """Plain data that nobody changes and nobody adds to."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ------------------------------------------------------------------ the study
class OperatingPoint(Frozen):
    """How the decision threshold is chosen, always on validation.

    ``sensitivity`` and ``specificity`` hold ``target`` for ``positive_class``; ``youden`` maximises their sum. Several classes
    are held together against the rest: their score is the sum of their probabilities.
    """

    rule: Literal["sensitivity", "specificity", "youden"] = "youden"
    target: float | None = Field(default=None, gt=0, lt=1)
    positive_class: PositiveClass

    @property
    def positives(self) -> list[str]:
        """The positive class, or the classes held together."""
        return names_of(self.positive_class)

    @property
    def named(self) -> str:
        """The positive class or classes in words."""
        return in_words(self.positive_class)


class Specification(Frozen):
    """What is to be built and how it will be judged; its hash is on the record before any training.

    ``classes`` maps each class to the label values that it gathers, in the order of the model's outputs.
    """

    title: str
    request: str
    task: str
    objective: str
    modality: Modality = "other"
    label_column: str | None = None
    classes: dict[str, list[str]]
    positive_class: str | None = None
    group_column: str | None = None
    split_column: str | None = None
    subgroups: list[str] = []
    confounders: list[str] = []
    supervision: Literal["full", "weak"] = "full"
    primary_metric: str
    direction: Literal["higher", "lower"] = "higher"
    risk: str = "balanced"
    operating_point: OperatingPoint | None = None
    expected_output: str = "class probabilities for each image, with a heat map"
    minutes: float = Field(default=10.0, gt=0)
    seed: int = 0

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON form."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


class Offer(Frozen):
    """What could be learnt from a data folder: the data make offers, the request chooses.

    ``sentence`` is said to the clinician; ``classes`` counts images by class, finding or structure.
    """

    task: str
    sentence: str
    images: int
    groups: int | None = None
    classes: dict[str, int] = {}


class PlannedStep(Frozen):
    """One experiment of a plan: ``minutes`` is its share of the wall-time budget."""

    name: str
    hypothesis: str
    minutes: float


class Plan(Frozen):
    """What will be tried, in which order, with time estimates measured on this machine."""

    steps: list[PlannedStep]
    minutes: float
    note: str = ""


class Estimate(Frozen):
    """A figure with its 95 % interval; ``value`` is None where it can't be estimated (``reason`` says why).

    Facts hold it, so what another release says beyond this is kept.
    """

    model_config = ConfigDict(extra="allow")

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


class Progress(Frozen):
    """Displayed under :data:`PROGRESS_MIME` and updated in place while a cell trains."""

    experiment: str
    fraction: float = Field(ge=0, le=1)
    seconds_left: float
    text: str


@runtime_checkable
class CohortLike(Protocol):
    """What imaging needs to know of a cohort.

    ``table`` has one row per image: ``image`` (id; opaque for sealed rows), ``label`` (class name, missing where sealed),
    ``group``, ``partition``. ``read`` returns uint8 RGB of shape (height, width, 3).
    """

    @property
    def table(self) -> pd.DataFrame:
        """One row per image."""
        ...

    @property
    def classes(self) -> list[str]:
        """Class names in the order of the model's outputs."""
        ...

    def read(self, image: str) -> np.ndarray:
        """Pixels of one image."""
        ...


@runtime_checkable
class ConfoundedCohortLike(CohortLike, Protocol):
    """A cohort that knows which images show a confounder (a drain, a ruler), and where, for some."""

    def confounder(self, name: str) -> pd.Series:
        """Whether an image shows it (True, False, or None where unknown), by image id; not of sealed images."""
        ...

    def mask(self, image: str, confounder: str) -> np.ndarray | None:
        """Where the confounder is: bool (height, width) of the image; None where it is not outlined."""
        ...


@runtime_checkable
class BoxedCohortLike(CohortLike, Protocol):
    """A cohort whose truth is boxes: ``classes`` are theirs.

    Its ``table`` has, beside the columns above, ``boxed`` (bool; None where sealed): whether all findings of the image are
    marked. ``label`` says :data:`FINDING` or :data:`NO_FINDING`. So ``boxed`` without a box is a negative, and
    :data:`FINDING` without ``boxed`` an image of which only the label is known (weak supervision).
    """

    @property
    def boxes(self) -> pd.DataFrame:
        """One row per box: ``image, class, x_min, y_min, x_max, y_max``, original pixels; test boxes are sealed."""
        ...


# ------------------------------------------------------------------ the notebook
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


# ------------------------------------------------------------------ the clinician
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


Approval = Literal["in the chat", "at a prompt", "--yes", ""]
"""By whom a card was decided: a person, in the chat or at a prompt; nobody, because ``--yes`` was given; not noted."""


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


EventSink = Callable[[Event], None]
