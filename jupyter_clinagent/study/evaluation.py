"""The fixed evaluator. Its code hash is on the record from confirmation on; what it judges can't change it."""

from __future__ import annotations

import hashlib
import inspect
import sys
from types import CodeType, FunctionType, ModuleType

import pandas as pd

from jupyter_clinagent.contracts import Estimate, OperatingPoint
from jupyter_clinagent.errors import EvaluatorChanged
from jupyter_clinagent.facts import OperatingResult
from jupyter_clinagent.imaging import boxes, detection_metrics, metrics, reliance
from jupyter_clinagent.study import judged, judged_boxes
from jupyter_clinagent.study.judged import Judged

SMALL = 10
"""Below so many groups of a class a figure is marked as too few to judge."""


def choose_operating_point(validation: Judged, point: OperatingPoint, classes: list[str]) -> float:
    """The threshold that the rule gives on validation; a score at or above it is positive."""
    truth, score = validation.binary(*map(classes.index, point.positives))
    return float(metrics.choose_threshold(truth, score, point.rule, point.target))


def why_no_threshold(validation: Judged, point: OperatingPoint, classes: list[str]) -> str | None:
    """Why validation gives no threshold: the images that the rule counts are missing (boxes on every image); None if it does."""
    truth, _ = validation.binary(*map(classes.index, point.positives))
    if point.rule != "specificity" and not truth.any():
        return f"No threshold can be set for {point.rule}: no validation image shows {point.named}."
    if point.rule != "sensitivity" and truth.all():
        return f"No threshold can be set for {point.rule}: every validation image shows {point.named}."
    return None


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
    predictions: Judged, metadata: pd.DataFrame, columns: list[str], classes: list[str], seed: int
) -> pd.DataFrame:
    """The primary metric in each value of each subgroup column.

    With several classes it is the mean one-against-rest AUROC of those that have ten images in the subgroup.

    Returns
    -------
    pd.DataFrame
        Columns ``subgroup``, ``value``, ``images``, ``classes`` (how many could be judged) and ``estimate`` (an Estimate;
        None where there are too few).
    """
    rows = []
    for column in columns:
        values = _binned(metadata[column])
        for value in sorted(values.dropna().unique(), key=str):
            inside = (values == value).to_numpy()
            rows.append((column, str(value), int(inside.sum()), *predictions.in_subgroup(inside, classes, SMALL, seed)))
    return pd.DataFrame(rows, columns=["subgroup", "value", "images", "classes", "estimate"])


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

    return [sys.modules[__name__], judged, judged_boxes, metrics, detection_metrics, boxes, reliance, acceptance]


def _bound(value: object) -> str:
    """What a name stands for: the byte code of functions and of the methods of classes, the value of constants."""
    function = inspect.unwrap(value) if callable(value) else value
    if isinstance(value, property):
        function = value.fget
    if isinstance(function, (classmethod, staticmethod)):
        function = function.__func__
    if isinstance(function, FunctionType):
        return f"{function.__module__}.{function.__qualname__}:{_code(function.__code__)}"
    if isinstance(value, type) and value.__module__.startswith(__package__.partition(".")[0]):
        return "".join(f"{name}={_bound(member)};" for name, member in sorted(vars(value).items()))
    return repr(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else type(value).__name__


def _code(code: CodeType) -> str:
    constants = [_code(constant) if isinstance(constant, CodeType) else repr(constant) for constant in code.co_consts]
    return f"{code.co_code.hex()}:{code.co_names}:{constants}"


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
