"""The study: what is to be built, how it will be judged, and what is planned."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from jupyter_clinagent import modalities
from jupyter_clinagent.contracts.frozen import Frozen
from jupyter_clinagent.contracts.inclusion import Only, only_in_words

Modality = Annotated[str, AfterValidator(lambda name: modalities.find(name).name)]
"""A kind of image, by its name in :mod:`jupyter_clinagent.modalities`."""


PositiveClass = str | Annotated[list[str], Field(min_length=1)]
"""A class, or several that are held together against the rest."""


def names_of(positive: str | list[str]) -> list[str]:
    """The classes that count as positive."""
    return [positive] if isinstance(positive, str) else list(positive)


def in_words(positive: str | list[str]) -> str:
    """The class, or ``"a, b or c"``."""
    *first, last = names_of(positive)
    return f"{', '.join(first)} or {last}" if first else last


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


IMAGE = "image"
"""The level at which each image is judged by itself."""


class Level(Frozen):
    """What gets one answer: each image by itself, or a patient, a lesion, a breast from all of its images.

    Attributes
    ----------
    name
        What such a case is called: :data:`IMAGE`, ``patient``, ``lesion``, ``breast``, …
    columns
        Where the data say which images are of one case; several columns name it together (patient and side).
    rule
        ``mean``: the mean of what the model says of the images, whose labels have to agree. ``highest``: one image is enough:
        the case is of the class of which any of its images is, and its score is the highest of theirs. ``any``: the same of
        each of several findings, for itself.
    positive
        With ``highest``, the class of which one image is enough; None where the classes are ordered.
    """

    name: str = IMAGE
    columns: list[str] = []
    rule: Literal["mean", "highest", "any"] = "mean"
    positive: str | None = None

    @property
    def by_image(self) -> bool:
        """Whether each image is judged by itself."""
        return self.name == IMAGE

    @property
    def plural(self) -> str:
        """What several of these cases are called.

        Examples
        --------
        >>> Level().plural, Level(name="study").plural, Level(name="breast").plural
        ('images', 'studies', 'breasts')
        """
        return f"{self.name[:-1]}ies" if self.name.endswith("y") else f"{self.name}s"

    @property
    def in_words(self) -> str:
        """How one answer is got, as it stands on the card."""
        if self.by_image:
            return "each image by itself"
        if self.rule == "mean":
            return f"one answer for each {self.name}: the mean over its images"
        if self.rule == "any":
            return f"one answer for each {self.name}: a finding is there if any of its images shows it; the highest score counts"
        if self.positive is None:
            return f"one answer for each {self.name}: the highest of its images"
        return f"one answer for each {self.name}: it shows {self.positive} if any of its images does; the highest score counts"


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
    level: Level = Level()
    only: Only = {}
    """Inclusion criteria; empty: every image whose class is known."""
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
        """SHA-256 of the canonical JSON form, without fields that :attr:`usual` names."""
        canonical = json.dumps(self.model_dump(mode="json", exclude=self.usual), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def usual(self) -> set[str]:
        """Fields that came later and say nothing unusual: the hash of a study that does without them is what it was before."""
        return {name for name, usual in (("level", self.level.by_image), ("only", not self.only)) if usual}

    @property
    def only_in_words(self) -> str:
        """Which images it is about; empty: every one whose class is known."""
        return only_in_words(self.only) if self.only else ""

    def held_together(self, names: Sequence[str]) -> list[str]:
        """The classes that a threshold is for where a clinician names some; a task whose classes are ordered adds to them."""
        return list(names)

    @property
    def costs(self) -> str:
        """What mistakes cost where no preference is stated."""
        return "Misses and false alarms were taken to weigh the same."

    @property
    def primary_unit(self) -> str:
        """Unit of the primary metric; empty where it has none."""
        return ""

    @property
    def own_rows(self) -> dict[str, str]:
        """What stands on its card in place of the classes, by heading; empty where classes say it."""
        return {}

    @property
    def own_thresholds(self) -> str:
        """In words, from when on something is called where there is no operating point; each task's class has its own."""
        return "none"


class Offer(Frozen):
    """What could be learnt from a data folder: the data make offers, the request chooses.

    ``sentence`` is said to the clinician; ``classes`` counts images by class, finding or structure.
    """

    task: str
    sentence: str
    images: int
    groups: int | None = None
    classes: dict[str, int] = {}
    request: str = ""
    """The words that ask for just this; empty where there are none."""
    labels_from: str = ""
    """Where the labels are: a column and its table, the folders, files of boxes or masks."""
    grouped_by: str | None = None
    """What says which images belong together; None where nothing does."""
    split_by: str | None = None
    """What says which partition an image is published in; None where nothing does."""
    modality: Modality = "other"
    missing: list[str] = []
    """What a study of it would have to do without."""


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


ALIKE = "all alike, which gives no interval"


class Estimate(Frozen):
    """A figure with its 95 % interval; ``value`` is None where it can't be estimated (``reason`` says why).

    ``unit`` is that of what is measured; a share or an area under a curve has none. Facts hold it, so what another release says
    beyond this is kept.
    """

    model_config = ConfigDict(extra="allow")

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    unit: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_width(cls, given: object) -> object:
        """An interval of no width says only that all draws of the bootstrap are alike, not how far the figure may be off."""
        if not isinstance(given, Mapping) or given.get("low") is None or given.get("low") != given.get("high"):
            return given
        return {**given, "low": None, "high": None, "reason": ALIKE}

    def holds(self, number: float) -> bool:
        """Whether the figure can't be told from a number: its interval holds it, or it has none and is just that."""
        if self.low is None or self.high is None:
            return self.value == number
        return self.low <= number <= self.high

    def written(self, number: float) -> str:
        """A number in as many digits as mean something for this figure: three decimals, or where it has a unit three digits.

        Examples
        --------
        >>> Estimate(value=4.2345, unit="months").written(4.2345), Estimate(value=-1234.5, unit="ml").written(-1234.5)
        ('4.23', '-1234')
        >>> Estimate(value=-0.001, low=-3.57, high=3.42, unit="months").written(-0.001)
        '0.00'
        """
        largest = max((abs(known) for known in (self.value, self.low, self.high) if known is not None), default=0.0)
        decimals = 3 if self.unit is None or not largest else min(max(2 - math.floor(math.log10(largest)), 0), 4)
        return f"{round(number, decimals) + 0.0:.{decimals}f}"  # + 0.0: no “-0.00”

    @property
    def after(self) -> str:
        """What stands after its numbers: a blank and the unit, or nothing."""
        return f" {self.unit}" if self.unit else ""

    @property
    def spread(self) -> str:
        """``0.880–0.941``, or ``-3.21 to 4.02`` where a minus or a unit would make that unclear; empty without an interval."""
        if self.low is None or self.high is None:
            return ""
        return (" to " if self.unit or self.low < 0 else "–").join(map(self.written, (self.low, self.high)))
