"""Columns of which exactly one is set in each row, read as one label (ISIC 2018 writes ones, a clinician crosses)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

ONE_HOT = "one_hot"
"""Name of the label column that stands for them."""
_CROSSES = frozenset(["x", "✓", "✗", "✔", "✘"])


def with_one_hot(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with one label column in place of columns of zeros and ones, or of crosses, of which each row sets just one."""
    for marks in (_ones(frame), *_crosses(frame)):
        if _each_sets_one(marks):
            return frame.drop(columns=list(marks.columns)).assign(**{ONE_HOT: marks.idxmax(axis=1).astype(object)})
    return frame


def _each_sets_one(marks: pd.DataFrame) -> bool:
    if marks.shape[1] < 2 or not len(marks) or not (marks.sum(axis=1) == 1).all():
        return False
    # A column of ones beside one of zeros are two constants.
    return bool(marks.any().sum() >= min(2, len(marks)))


def _ones(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.apply(pd.to_numeric, errors="coerce")
    binary = [name for name in frame.columns if numbers[name].notna().all() and set(numbers[name].unique()) <= {0.0, 1.0}]
    return numbers[binary]


def _crosses(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Columns of crosses that stand side by side: other ones further on answer another question."""
    run: list[str] = []
    for name in [*frame.columns, None]:
        if name is not None and _is_crossed(frame[name]):
            run.append(name)
        elif run:
            yield frame[run].notna()
            run = []


def _is_crossed(cells: pd.Series) -> bool:
    given = cells.dropna().astype(str).str.lower()
    return len(given) > 0 and set(given) <= _CROSSES
