"""The fixed evaluator. Its code hash is on the record from confirmation on; what it judges can't change it."""

from __future__ import annotations

import hashlib
import inspect
import sys
from dataclasses import dataclass
from types import FunctionType, ModuleType

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import Estimate, OperatingPoint
from jupyter_clinagent.errors import EvaluatorChanged
from jupyter_clinagent.facts import OperatingResult
from jupyter_clinagent.imaging import metrics

SMALL = 10
"""Below so many groups of a class a figure is marked as too few to judge."""


@dataclass(frozen=True)
class Predictions:
    """Scores of one partition with what is needed to judge them.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth
        int64, shape (N,): class indices.
    scores
        float, shape (N, C): probabilities, rows sum to 1.
    decision
        float, shape (C,): weights of the classes where one has to be named, or None for the likeliest.
    """

    images: list[str]
    groups: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    decision: np.ndarray | None = None

    @property
    def called(self) -> np.ndarray:
        """int64, shape (N,): the class that is named for each image."""
        return metrics.decide(self.scores, self.decision)


def headline_metrics(classes: list[str]) -> list[str]:
    """Metrics that need no threshold, the primary one first."""
    first = "auroc" if len(classes) == 2 else "macro_auroc"
    return [first, "balanced_accuracy", "ece", "brier"]


def evaluate(
    predictions: Predictions, classes: list[str], positive: int | None, threshold: float | None, seed: int
) -> dict[str, Estimate]:
    """Every figure of one partition with its interval from a bootstrap over groups.

    ``sensitivity`` and ``specificity`` are those of the positive class at ``threshold``; without one they are left out.
    Balanced accuracy is that of the class named, which is the likeliest or follows the model's decision weights.
    """
    names = headline_metrics(classes) + (["sensitivity", "specificity"] if threshold is not None else [])
    known = metrics.estimates(
        names,
        predictions.truth,
        predictions.scores,
        predictions.groups,
        positive=positive,
        threshold=threshold,
        decision=predictions.decision,
        seed=seed,
    )
    return {name: known[name] for name in names}


def choose_operating_point(validation: Predictions, point: OperatingPoint, classes: list[str]) -> float:
    """The threshold that the rule gives on validation; a score at or above it is positive."""
    positive = classes.index(point.positive_class)
    return float(metrics.choose_threshold(validation.truth == positive, validation.scores[:, positive], point.rule, point.target))


def operating_result(
    point: OperatingPoint, threshold: float, validation: dict[str, Estimate], test: dict[str, Estimate]
) -> OperatingResult:
    """The operating point with what it gives on validation and test, and whether the target lies in the test interval."""
    both = ("sensitivity", "specificity")
    aimed = test.get(point.rule)
    inside = None
    if aimed is not None and point.target is not None and aimed.low is not None and aimed.high is not None:
        inside = aimed.low <= point.target <= aimed.high
    return OperatingResult(
        rule=point.rule,
        target=point.target,
        positive_class=point.positive_class,
        threshold=threshold,
        validation={name: validation[name] for name in both},
        test={name: test[name] for name in both if name in test},
        target_in_interval=inside,
    )


def subgroup_table(
    predictions: Predictions, metadata: pd.DataFrame, columns: list[str], classes: list[str], seed: int
) -> pd.DataFrame:
    """The primary metric in each value of each subgroup column.

    With several classes it is the mean one-against-rest AUROC of those that have ten images in the subgroup.

    Returns
    -------
    pd.DataFrame
        Columns ``subgroup``, ``value``, ``images``, ``classes`` (how many could be judged) and ``estimate`` (an Estimate;
        None where fewer than two classes have ten images).
    """
    rows = []
    for column in columns:
        values = _binned(metadata[column])
        for value in sorted(values.dropna().unique(), key=str):
            inside = (values == value).to_numpy()
            rows.append((column, str(value), int(inside.sum()), *_in_subgroup(predictions, inside, len(classes), seed)))
    return pd.DataFrame(rows, columns=["subgroup", "value", "images", "classes", "estimate"])


def _in_subgroup(predictions: Predictions, inside: np.ndarray, classes: int, seed: int) -> tuple[int, Estimate | None]:
    truth, scores, groups = predictions.truth[inside], predictions.scores[inside], predictions.groups[inside]
    judged = np.flatnonzero(np.bincount(truth, minlength=classes) >= SMALL)
    if len(judged) < 2:
        return len(judged), None
    # The other classes' images stay as negatives: -1 is none of the judged classes.
    renamed = np.full(classes, -1)
    renamed[judged] = np.arange(len(judged))
    return len(judged), metrics.estimate("macro_auroc", renamed[truth], scores[:, judged], groups, seed=seed)


def _binned(cells: pd.Series) -> pd.Series:
    """Ages and other numbers with many values in bands of twenty."""
    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.notna().mean() < 0.5 or numbers.nunique() <= 10:
        return cells.astype(object)
    low = (numbers // 20 * 20).astype("Int64")
    return (low.astype(str) + "–" + (low + 19).astype(str)).where(numbers.notna(), None)


# ------------------------------------------------------------------ the seal on the code
def evaluator_hash() -> str:
    """SHA-256 over the source of the evaluator, the metrics and the acceptance rule."""
    sources = [inspect.getsource(module) for module in _judging_modules()]
    return hashlib.sha256("\n".join(sources).encode()).hexdigest()


def evaluator_state() -> str:
    """Hash over source and the byte code that is bound now: also notices functions replaced while the kernel runs."""
    state = hashlib.sha256(evaluator_hash().encode())
    for module in _judging_modules():
        for name, value in sorted(vars(module).items()):
            state.update(f"{name}:{_bound(value)}".encode())
    return state.hexdigest()


def _judging_modules() -> list[ModuleType]:
    from jupyter_clinagent.study import acceptance

    return [sys.modules[__name__], metrics, acceptance]


def _bound(value: object) -> str:
    if isinstance(value, FunctionType):
        return f"{value.__module__}.{value.__qualname__}:{value.__code__.co_code.hex()}"
    return repr(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else type(value).__name__


def check_evaluator(confirmed: str) -> None:
    """Compare the evaluator with the one that was confirmed.

    Raises
    ------
    EvaluatorChanged
        Source or bound code is not the same.
    """
    if evaluator_state() != confirmed:
        raise EvaluatorChanged(
            "The code that judges the experiments is not the one that was recorded when the specification was confirmed; "
            "restore it, restart the kernel and run the notebook again."
        )
