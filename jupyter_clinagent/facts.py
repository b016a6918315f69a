"""Facts: what a cell tells the agent.

Each is displayed in the cell's output under :data:`~jupyter_clinagent.contracts.FACTS_MIME`, beside the text and the
figures that the clinician reads, so that the agent knows nothing that the clinician can't see. How those of another release are
read stands in :mod:`jupyter_clinagent.displayed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from jupyter_clinagent.contracts import Estimate, Level, Modality, Only, PositiveClass, in_words
from jupyter_clinagent.displayed import Displayed, Facts

FILE_NAMES = "names of the files"
"""Stands for the table whose columns are the parts of file names."""
UNNAMED_PART = "part {} of the names"
"""What such a column is called, by its place, where nobody says what the part means."""


def is_unnamed_part(name: str) -> bool:
    """Whether a column is called so.

    Examples
    --------
    >>> is_unnamed_part("part 2 of the names"), is_unnamed_part("age")
    (True, False)
    """
    return name.startswith(UNNAMED_PART.split("{")[0]) and name.endswith(UNNAMED_PART.split("}")[1])


class ColumnFacts(Facts):
    """One column of a table beside the images, with the role guessed from its name *and* its contents."""

    name: str
    table: str
    role: Literal[
        "image", "label", "group", "split", "box", "mask", "sex", "age", "site", "confounder", "alias", "ignored", "other"
    ]
    distinct: int
    missing: int
    values: dict[str, int] = {}
    """Counts of its values, the most frequent first; empty for ids and numbers and where there are very many."""
    evidence: str = ""
    meanings: dict[str, str] = {}
    """What each of its values means, where a text in the folder tells all of them apart."""
    order: list[str] = []
    """Its values in ascending order, where a text in the folder lists them so."""
    told_by: str = ""
    """The file that says so."""
    unit: str = ""
    """That of ages which are not in years."""


class MixedLabels(Facts):
    """Label values that stand together on the images of so many cases."""

    values: list[str]
    cases: int


class CaseFacts(Facts):
    """Images that belong together by something: each set of them could get one answer."""

    name: str
    """What such a case is called: ``patient``, ``lesion``, ``side``, …; empty where the data don't say."""
    columns: list[str]
    """Where the data say so; names as in ``group_candidates``, several columns name a case together."""
    cases: int
    several: int
    """Cases with more than one image."""
    mixed: dict[str, list[MixedLabels]] = {}
    """By label column: the cases whose images bear different values of it."""

    @property
    def key(self) -> str:
        """The columns in one string."""
        return " / ".join(self.columns)


class SurveyFacts(Displayed):
    """``study.survey()``: what lies in the data folder, before anything is decided."""

    kind: Literal["survey"] = "survey"
    data: str
    layout: Literal["folders", "table", "coco", "yolo", "voc", "cvat", "via", "unlabelled"]
    images: int
    columns: list[ColumnFacts] = []
    """Columns of every usable table. For ``folders`` there is one synthetic column ``folder`` with role ``label``,
    and ``folder_split`` with role ``split`` where partition folders were found."""
    label_candidates: list[str] = []
    group_candidates: list[str] = []
    """Best first; ``file name`` stands for ids parsed from file names, ``DICOM patient`` for those of headers."""
    cases: list[CaseFacts] = []
    """What could get one answer from several images, the coarsest first."""
    split_candidates: list[str] = []
    modality: Modality = "other"
    modality_from: Literal["tags", "names", "hints", "pixels"] = "pixels"
    """What says so: tags of DICOM headers, names of files, columns and classes, what these suggest, or nothing but the pixels."""
    coloured: bool | None = None
    """Whether the images have colour."""
    median_size: tuple[int, int] | None = None
    """Width, height in pixels."""
    boxes: int = 0
    boxed_images: int = 0
    unread: int = 0
    """Images without a box of which nobody knows whether they show a finding: the file with their boxes can't be read."""
    box_classes: dict[str, int] = {}
    """Boxes of known images by class, the most frequent first."""
    median_box: float | None = None
    """Typical side of a box (root of its area) as a share of its image's."""
    image_label: str | None = None
    """The column that says of images without a box whether they show a finding."""
    unboxed: int = 0
    """Images that show a finding by ``image_label`` and have no box."""
    supervision: Literal["full", "weak"] = "full"
    """``weak``: so many are unboxed that a model should learn from them, too."""
    seen: dict[str, dict[str, Any]] = {}
    """What each task sees in the folder beyond this, by the task's name."""
    masks: dict[str, int] = {}
    """How many images each folder of masks outlines something on; folders whose masks don't fit their images are left out."""
    assumptions: list[str] = []
    problems: list[str] = []


class CohortFacts(Displayed):
    """``study.load_cohort(...)``: loaded, grouped, split and sealed.

    Where the truth lies inside the images ``classes`` are those of the findings there, and ``counts`` and ``groups`` go by
    finding and no finding.
    """

    kind: Literal["cohort"] = "cohort"
    task: str
    classes: list[str]
    counts: dict[str, dict[str, int]]
    """Images by class and partition."""
    groups: dict[str, dict[str, int]]
    """Groups by class and partition."""
    group_source: str | None
    split_source: str
    level: Level = Level()
    only: Only = {}
    """Inclusion criteria that the images fulfil."""
    cases: dict[str, dict[str, int]] = {}
    """Cases by class and partition, where not each image gets an answer of its own."""
    left_out: dict[str, int] = {}
    """Why and how many: unreadable files, missing images, labels outside the classes, …"""
    too_few: dict[str, int] = {}
    """Classes with fewer than ten groups, and how many they have."""
    supervision: Literal["full", "weak"] = "full"
    """``weak``: of many images with a finding only that is known, not where it is."""
    unboxed: int = 0
    """Images with a finding and without a box."""
    boxes: dict[str, dict[str, int]] = {}
    """Boxes by class and partition."""
    repaired_boxes: dict[str, int] = {}
    refused_boxes: dict[str, int] = {}
    """By what was wrong with them."""
    details: dict[str, Any] = {}
    """What the task counts beyond this, as plain data."""
    conflicts: int = 0
    """Boxed images of training and validation that the image-level label calls negative."""
    assumptions: list[str] = []


class AuditFinding(Facts):
    """One thing the audit found."""

    topic: str
    severity: Literal["info", "warning", "stop"]
    count: int
    text: str
    confounder: str | None = None
    """The column that goes with the label and says of each image yes or no, so that a model can be freed from it."""


class AuditFacts(Displayed):
    """``study.audit()``."""

    kind: Literal["audit"] = "audit"
    findings: list[AuditFinding]


class SpeedFacts(Displayed):
    """``study.measure_speed()``: milliseconds an image for ``{"head"|"half"|"all"|"predict": {size: ms}}``."""

    kind: Literal["speed"] = "speed"
    threads: int
    ms_per_image: dict[str, dict[str, float]]


class ConfirmationFacts(Displayed):
    """``study.confirm(...)``: which specification is on the record now, and who is said to have approved it."""

    kind: Literal["specification"] = "specification"
    hash: str
    approved: str = ""


class ExperimentFacts(Displayed):
    """``run.verdict``: one line of the ledger."""

    kind: Literal["experiment"] = "experiment"
    name: str
    hypothesis: str
    metric: str
    value: float
    low: float
    high: float
    kept: bool
    reason: str
    seconds: float
    steps: int
    epochs: float
    replayed: bool = False
    best_at: float = 1.0
    """Where in the training the best look at validation was, 0 … 1: early means that the rest only memorised."""
    details: dict[str, Any] = {}
    """Recipes of model and data, as plain data."""
    validation: dict[str, Estimate] = {}


MEAN = "macro_"
"""What the name of a mean over classes or findings begins with."""


def say_averaged(spoken: str, metric: str, figures: Mapping[str, Estimate]) -> str:
    """Over what a mean was taken, in words, where some of its parts can't be judged; empty where all can.

    Parameters
    ----------
    spoken
        What the metric is called.
    metric
        A mean such as ``macro_auroc``, of ``auroc:effusion``, ``auroc:mass``, … among the ``figures``.
    """
    base = f"{metric.removeprefix(MEAN)}:" if metric.startswith(MEAN) else None
    parts = {name.removeprefix(base): figure for name, figure in figures.items() if base and name.startswith(base)}
    missing = "; ".join(
        name + (f" ({figure.reason})" if figure.reason else "") for name, figure in parts.items() if figure.value is None
    )
    if not missing:
        return ""
    judged = [name for name, figure in parts.items() if figure.value is not None]
    if not judged:
        return f"None of the {len(parts)} can be judged, so {spoken}, the mean of all of them, is an anecdote: {missing}."
    return f"{spoken} is the mean over {len(judged)} of {len(parts)} ({', '.join(judged)}). Not judged: {missing}."


TargetVerdict = Literal["inside", "exceeded", "missed", "too few to judge"]


class OperatingResult(Facts):
    """The chosen threshold and what it gives: sensitivity and specificity on validation and test."""

    rule: str
    target: float | None
    positive_class: PositiveClass
    threshold: float
    validation: dict[str, Estimate]
    test: dict[str, Estimate]
    target_in_interval: bool | None = None

    @property
    def named(self) -> str:
        """The positive class or classes in words."""
        return in_words(self.positive_class)

    @property
    def against_target(self) -> TargetVerdict | None:
        """Where the target lies against the test interval; None where nothing was aimed at."""
        if self.target is None:
            return None
        low = self.test[self.rule].low if self.rule in self.test else None
        if low is None or self.target_in_interval is None:
            return "too few to judge"
        if self.target_in_interval:
            return "inside"
        return "exceeded" if low > self.target else "missed"

    def judge_target(self, aim: str, interval: str) -> str:
        """Whether the target was met, in one sentence that chat, cell and report share; empty where nothing was aimed at.

        Parameters
        ----------
        aim, interval
            What the target and the test interval are called, as in “the target” and “the interval”.
        """
        sentences = {
            None: "",
            "inside": f"{aim} lies inside {interval}.",
            "exceeded": f"{aim} is exceeded: it lies below {interval}.",
            "missed": f"{aim} is missed: it lies above {interval}.",
            "too few to judge": f"whether {aim} is met can't be told: the test images give no interval.",
        }
        sentence = sentences[self.against_target]
        return sentence[:1].upper() + sentence[1:]


class ShortcutFigures(Facts):
    """What one model does with a confounder, on the test set.

    ``reliance`` is 0 for none and 1 where only the confounder counts; ``false_positive_rate`` and ``sensitivity`` stand by
    ``with`` and ``without`` the confounder; ``flips`` is the share of decisions that change when it is painted over.
    """

    experiment: str
    reliance: Estimate
    auroc_without: Estimate
    false_positive_rate: dict[str, Estimate] = {}
    sensitivity: dict[str, Estimate] = {}
    flips: Estimate = Estimate(value=None, reason="not measured")


class RelianceFacts(Facts):
    """A confounder, and how far the opened model and the plainly trained one (ERM) rely on it."""

    confounder: str
    model: ShortcutFigures
    erm: ShortcutFigures
    images: dict[str, int] = {}
    """Test images by cell: positive or negative, with or without the confounder."""


class EvaluationFacts(Displayed):
    """``study.unseal(reason)``: the figures of the kept experiment on the opened test set."""

    kind: Literal["evaluation"] = "evaluation"
    experiment: str
    primary_metric: str
    validation: dict[str, Estimate]
    test: dict[str, Estimate]
    operating_point: OperatingResult | None = None
    no_threshold: str | None = None
    """Why the threshold that was asked for can't be set."""
    reliance: list[RelianceFacts] = []
    """One for each confounder of the specification."""
    unsealed: int
    replayed: bool = False


class ExplanationFacts(Displayed):
    """``study.explain()``: heat maps and their sanity test."""

    kind: Literal["explanation"] = "explanation"
    figures: list[str]
    randomisation_correlation: float
    """Mean correlation between the maps of the trained and of a weight-randomised model (low is good)."""


class ReportFacts(Displayed):
    """``study.report()``: where everything is (absolute paths)."""

    kind: Literal["report"] = "report"
    report: str
    summary: str
    model: str
    predictions: str
    needs_you: list[str] = []
    """Report items that only the clinician can fill: number and topic."""


_KINDS: dict[str, type[Displayed]] = {str(kind.model_fields["kind"].default): kind for kind in Displayed.__subclasses__()}


def completed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Displayed facts as plain data, with what an older release left out; a kind that is not known here stays as it is."""
    known = _KINDS.get(content["kind"])
    return known.read(content).model_dump(mode="json") if known else dict(content)
