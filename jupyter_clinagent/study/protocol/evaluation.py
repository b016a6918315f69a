"""What every task is judged by: the operating point, chosen on validation, and subgroups."""

from __future__ import annotations

import pandas as pd

from jupyter_clinagent.contracts import Estimate, OperatingPoint
from jupyter_clinagent.facts import OperatingResult
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.study.protocol.judged import Judged

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
