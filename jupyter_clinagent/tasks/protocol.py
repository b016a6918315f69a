"""What a task answers for: the page to read before adding one.

A task is a package with a constant ``TASK`` (a :class:`~jupyter_clinagent.tasks.task.Task`) and one module for each question
below; the module's functions are the answers. The registry imports a module when its question is first asked, so each stays
in one world:

===================  ======  ===============================================================================
module               world   question
===================  ======  ===============================================================================
``specification``    every   which fields its specification has
``surveying``        kernel  what it sees in a data folder
``offers``           agent   what it could do with these data, whether a request means it, and its draft
``targets``          kernel  how truth is read, grouped, split and sealed, and what its audit adds
``planning``         agent   working size, experiments, ideas for refinement, and their cells
``judging``          kernel  what a model says of a partition, and how that is judged
``showing``          kernel  figures, galleries, worst mistakes, the table of predictions
``reporting``        kernel  its words in the report
``saving``           torch   a trained model on disk, and back
``inference``        none    prediction without torch
``evaluating``       kernel  the model on another hospital's images
``phantom``          numpy   synthetic images with known truth, and a request about them
===================  ======  ===============================================================================

*Kernel* modules may import :mod:`jupyter_clinagent.study` and :mod:`jupyter_clinagent.imaging`, *agent* modules
:mod:`jupyter_clinagent.agent.playbook`; never the other way about, which import-linter checks. The words of a request that mean
a task stand in the folders of the languages; a package of your own brings them in ``words.toml``.
:func:`jupyter_clinagent.testing.check_task` tries a task from its phantom to another hospital's images.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

    from jupyter_clinagent.agent.playbook.drafting import Draft
    from jupyter_clinagent.agent.playbook.experimenting import Setting
    from jupyter_clinagent.agent.playbook.lexicon import Intent
    from jupyter_clinagent.agent.playbook.plan import Rung, Size
    from jupyter_clinagent.agent.playbook.refinement import Signs
    from jupyter_clinagent.contracts import Card, Offer, Partition, Plan, Specification
    from jupyter_clinagent.facts import AuditFinding, CohortFacts, EvaluationFacts, SpeedFacts, SurveyFacts
    from jupyter_clinagent.imaging.inference import OnnxModel
    from jupyter_clinagent.phantoms.phantom import Difficulty
    from jupyter_clinagent.study.cohort.cohort import Cohort
    from jupyter_clinagent.study.cohort.corrections import Corrections
    from jupyter_clinagent.study.cohort.wishes import Wishes
    from jupyter_clinagent.study.data.inventory import Inventory
    from jupyter_clinagent.study.protocol.judged import Judged, Outside
    from jupyter_clinagent.study.protocol.material import Shown
    from jupyter_clinagent.study.protocol.outcomes import Opening
    from jupyter_clinagent.study.protocol.robustness import Part
    from jupyter_clinagent.study.protocol.session import Session
    from jupyter_clinagent.study.report.evidence import Evidence
    from jupyter_clinagent.study.report.lines import Line
    from jupyter_clinagent.study.showing.failures import FailureKind
    from jupyter_clinagent.study.showing.markup import ShownTable


# ------------------------------------------------------------------ kernel
class Surveying(Protocol):
    """What the task sees in a data folder (``surveying.py``)."""

    def look(self, inventory: Inventory) -> Mapping[str, Any]:
        """Plain facts beyond those of every survey, for ``SurveyFacts.seen``; empty where there is nothing for this task."""
        ...


class Targets(Protocol):
    """How truth is read and sealed (``targets.py``)."""

    CAPTION: str
    """What follows “images as they are labelled” below the contact sheet: “, with their boxes”."""

    def load(self, inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
        """Load, group, split and seal; BadInput says in one line what about the data has to change first."""
        ...

    def audit(self, cohort: Cohort) -> list[AuditFinding]:
        """What a careful colleague checks beyond the audit of every cohort."""
        ...

    def sheet(self, cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
        """Rows of the contact sheet: a name, and which of ``shown`` (rows of the cohort's table) belong to it, bool."""
        ...

    def drawn(self, cohort: Cohort, image: str) -> np.ndarray:
        """An image with its truth on it, uint8 RGB (H, W, 3)."""
        ...


class Judging(Protocol):
    """How models are judged (``judging.py``)."""

    EXCLUSIVE: bool
    """Whether each image has exactly one of the classes."""

    JUDGES: Sequence[ModuleType]
    """Modules whose code decides a figure: what is bound in them must not change during a study."""

    def primary_metric(self, cohort: CohortFacts) -> tuple[str, str]:
        """The metric that decides in such a cohort, and in a few words why."""
        ...

    def predict(self, session: Session, model: Any, data: Any, partition: Partition) -> Judged:
        """What a model says of a partition, with the truth; of the test part only after its opening."""
        ...

    def changed(
        self, opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray, part: Part
    ) -> float | None:
        """The metric on these rows (K,) of the opened test set with other pixels (K, H, W, 3), uint8, at the working size.

        They show ``part`` of the originals; truth that has a place moves with it.
        """
        ...

    def example(self) -> tuple[Judged, list[str], list[int]]:
        """Fixed predictions with their truth, classes and positive classes, by whose figures a changed formula is noticed."""
        ...

    def scores(self, model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
        """Of images (N, H, W, 3), uint8, at the working size: the score (N,) for showing one of the positive classes."""
        ...


class Showing(Protocol):
    """What is shown (``showing.py``)."""

    def cohort(self, facts: CohortFacts) -> Sequence[ShownTable | str]:
        """Tables and sentences below the table of images."""
        ...

    def tables(self, session: Session, facts: EvaluationFacts) -> Sequence[ShownTable | str]:
        """The figures of an opening; :func:`jupyter_clinagent.study.showing.tables.tables` is how most tasks show them."""
        ...

    def figures(self, session: Session) -> dict[str, Figure]:
        """Figures of the opened test set by name."""
        ...

    def galleries(self, session: Session, opening: Opening, most: int) -> tuple[list[Shown], float]:
        """Hits and misses with heat maps, and the mean correlation of the maps with those of a weight-randomised model."""
        ...

    def failures(self, session: Session) -> list[FailureKind]:
        """The worst mistakes on the opened test set."""
        ...

    def predictions(self, known: pd.DataFrame, judged: Any, classes: list[str]) -> pd.DataFrame:
        """Rows of ``predictions.csv`` from ``image``, ``group`` and ``partition`` of each judged image."""
        ...


class Reporting(Protocol):
    """The task's words in the report (``reporting.py``)."""

    PROBABILITIES: bool
    """Whether scores are probabilities, so that calibration and net benefit mean something."""

    def does(self, specification: Specification) -> str:
        """After “The model”: “tells a and b apart”."""
        ...

    def headline(self, e: Evidence) -> str:
        """The primary figure in a sentence, with what would be perfect."""
        ...

    def without_threshold(self, e: Evidence) -> str:
        """What it does where no threshold was asked for."""
        ...

    def thresholds(self, e: Evidence) -> str:
        """What was chosen on validation where there is no operating point; empty where nothing was."""
        ...

    def flawless(self, e: Evidence) -> str:
        """What is true of a test set on which no failure is to be shown."""
        ...

    def unknown(self, e: Evidence) -> str:
        """Entries of the truth that say nothing, after the missing cells of other columns; empty where there are none."""
        ...

    def guesses(self, e: Evidence) -> bool:
        """Whether the primary figure can't be told from that of a model that guesses."""
        ...

    def positive(self, e: Evidence) -> tuple[list[int], str]:
        """Numbers of the image-level labels that count as positive, and what such an image shows; empty where none is."""
        ...

    def labels(self, e: Evidence) -> list[str]:
        """Names of the image-level labels by number."""
        ...

    def included(self, e: Evidence) -> str:
        """Which images were included."""
        ...

    def truth(self, e: Evidence) -> str:
        """Where the truth comes from."""
        ...

    def network(self, backbone: str) -> str:
        """The network in a few words."""
        ...

    def naming(self, e: Evidence) -> str:
        """How its output is read where there is no threshold."""
        ...

    def judged(self, e: Evidence) -> Iterator[Line]:
        """Report items 29 and 30, confusion and calibration."""
        ...

    def simplest(self, e: Evidence) -> str:
        """What a model without any learning would reach."""
        ...

    def enough(self, least: int) -> str:
        """What a subgroup needs to be judged."""
        ...

    def legend(self) -> str:
        """What is drawn on the pictures of the failure gallery; empty for nothing."""
        ...


# ------------------------------------------------------------------ agent
class Offers(Protocol):
    """What the task could do with the data, and what a request asks of it (``offers.py``)."""

    def offers(self, survey: SurveyFacts) -> list[Offer]:
        """What could be learnt from these data, the likeliest first."""
        ...

    def claims(self, intent: Intent, survey: SurveyFacts) -> bool:
        """Whether the request means this task; LabelsDoNotMatch where it does and the data lack what it takes."""
        ...

    def draft(self, intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
        """The specification, or the question that has to be answered first."""
        ...

    def fitted(self, specification: Specification, cohort: CohortFacts) -> Specification:
        """The specification with what the loaded cohort turned out to have."""
        ...


class Planning(Protocol):
    """Experiments and their cells (``planning.py``)."""

    FREES: bool
    """Whether a model can be freed from a shortcut."""

    THRESHOLDS: bool
    """Whether “fewer misses” and “fewer false alarms” mean another threshold, not more training."""

    WISHES: Mapping[str, tuple[str, ...]]
    """Ideas that words about a finished study call for: ``sensitive``, ``specific``, ``rare``, the best first."""

    def size(self, survey: SurveyFacts, minutes: float) -> tuple[Size, Size | None]:
        """Width and height to work at, and those of the windows that a training step sees (None: whole images)."""
        ...

    def plan(
        self,
        spec: Specification,
        cohort: CohortFacts,
        speed: SpeedFacts,
        used: float,
        freeing: Sequence[Rung] = (),
        window: Size | None = None,
    ) -> tuple[Plan, list[Rung]]:
        """Share what is left of the budget among experiments; ``used`` minutes have passed since the request."""
        ...

    def cell(self, number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
        """The cell of a planned experiment; one against a shortcut goes on from ``start``."""
        ...

    def refined(self, signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
        """Hypothesis and cell of the next experiment, from the last results; None where refinement ends."""
        ...

    def unlearnt(self, test: Mapping[str, Any]) -> str:
        """In plain words, that the test figures mean that nothing was learnt; empty where something was."""
        ...

    def declines(self, wish: str) -> str:
        """Why this task can't do what words about a finished study call for (``rare``, ``free``); empty where it can."""
        ...


# ------------------------------------------------------------------ leaving the notebook
class Saving(Protocol):
    """A trained model on disk (``saving.py``)."""

    def save(self, model: Any, data: Any, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
        """Write safetensors, ONNX and ``preprocessing.json`` (see :mod:`jupyter_clinagent.imaging.saving`)."""
        ...

    def load(self, folder: str | Path, weights_file: str | Path | None = None) -> Any:
        """Rebuild the model."""
        ...


class Inference(Protocol):
    """Prediction without torch (``inference.py``): onnxruntime, numpy and OpenCV only."""

    def load(self, folder: Path) -> OnnxModel:
        """The saved model."""
        ...

    def header(self, model: Any) -> list[str]:
        """Columns of the prediction table after ``image``."""
        ...

    def rows(self, model: Any, pixels: np.ndarray, image: Path, place: Path) -> Iterable[list[str]]:
        """What the model says of an image file, uint8 RGB (H, W, 3): one or more rows of the table.

        Files that go with them may be written as ``place`` with something after its name; its folder is made when needed.
        """
        ...


class InferenceTogether(Inference, Protocol):
    """Of a task whose images can give one answer together (``levels``)."""

    def scores(self, model: Any, pixels: np.ndarray) -> np.ndarray:
        """What the model says of an image, uint8 RGB (H, W, 3): (C,)."""
        ...

    def row(self, model: Any, scores: np.ndarray) -> list[str]:
        """The row of the table for such scores (C,), of an image or of a case."""
        ...


class Evaluating(Protocol):
    """The model on another hospital's images (``evaluating.py``)."""

    def score(self, model: Any, data: Path, specification: Specification) -> Outside:
        """What it says of each labelled image, under the study's specification.

        ``specification.classes`` are the label values that stand for each class there.
        """
        ...

    def internal(self, predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
        """From the study's own predictions of the test part: each image's score for a class, and the share that shows it."""
        ...


class PhantomStudy(Protocol):
    """Synthetic images with known truth (``phantom.py``)."""

    KINDS: Sequence[str]
    """Kinds of phantoms that this task brings along; the first is what the task is tried with."""

    REQUEST: str
    """A sentence that asks for this task on the first kind."""

    def write(self, kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
        """Write ``n`` images below ``folder/images`` with their truth, as a hospital would keep them."""
        ...
