"""Numbers in the cells of a column: read, or left out with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.roles import as_numbers, is_blank
from jupyter_clinagent.tasks.measurement.units import unit_called

NO_VALUE, NOT_A_NUMBER, CODE = "no value", "value is not a number", "value is a code for “not known”"
SEVERAL_VALUES = "several different values"
CODES = frozenset(sign * int(str(digit) * times) for digit in (7, 8, 9) for times in (2, 3, 4, 5) for sign in (1, -1)) | {-1, -9}
"""What tables write where nothing was measured: -1, -9, 99, 999, -9999, and with eights and sevens."""
FEWEST = 10
"""Of fewer numbers nobody knows what lies far outside."""
APART = 0.5
"""A code lies beyond all other numbers by at least this share of their range."""
SPREAD = 3.0
"""And beyond their middle half by so many times its width (Tukey 1977: far out)."""
_WITH_UNIT = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*([^\d\s.,<>=+-][^\d]*)")


class Numbers(NamedTuple):
    """What the cells of a column say.

    Attributes
    ----------
    values
        float by row; NaN where a cell gives no number.
    reasons
        Why it gives none; None where it does.
    codes
        How many cells hold each code for “not known”.
    unit
        Written beside the numbers in the cells; None where none is, or several are.
    """

    values: pd.Series
    reasons: pd.Series
    codes: dict[str, int]
    unit: str | None


def read_numbers(cells: pd.Series) -> Numbers:
    """Read a column of text; a decimal comma is read, “12,345” throughout may mean thousands and is not."""
    bare, units = _without_units(cells)
    blank = is_blank(cells) | cells.isin(not_known(cells.dropna().unique()))
    values = as_numbers(bare.where(~blank)).astype(float).replace([np.inf, -np.inf], np.nan)
    codes = codes_in(values.dropna())
    coded = values.isin(codes)
    reasons = pd.Series(None, index=cells.index, dtype=object).mask(values.isna(), NOT_A_NUMBER).mask(blank, NO_VALUE)
    counts = {f"{code:g}": int((values == code).sum()) for code in sorted(codes)}
    return Numbers(values.mask(coded), reasons.mask(coded, CODE), counts, units.pop() if len(units) == 1 else None)


def _without_units(cells: pd.Series) -> tuple[pd.Series, set[str]]:
    """Cells such as “55 %” without their unit, and the units; what stands beside a number and is no unit stays."""
    found = {cell: match for cell in cells.dropna().unique() if (match := _WITH_UNIT.fullmatch(str(cell).strip()))}
    known = {cell: unit for cell, match in found.items() if (unit := unit_called(match[2], short=True))}
    if len(set(known.values())) != 1:
        return cells, set()
    return cells.map(lambda cell: found[cell][1] if cell in known else cell), set(known.values())


def codes_in(values: Iterable[float]) -> set[float]:
    """Codes for “not known” among numbers: what only a code would say, far from all others, or below zero where none else is.

    Examples
    --------
    >>> sorted(codes_in([*range(20, 80), -1, 999])), sorted(codes_in([*range(-30, 30)]))
    ([-1.0, 999.0], [])
    """
    known = np.array(list(values), dtype=float)
    others = known[~np.isin(known, list(CODES))]
    if len(others) < FEWEST:
        return set()
    return {float(code) for code in CODES.intersection(known.tolist()) if _is_outside(code, others)}


def _is_outside(code: float, others: np.ndarray) -> bool:
    low, high, (first, third) = others.min(), others.max(), np.percentile(others, [25, 75])
    if code < 0 <= low:
        return True
    beyond, middle = APART * (high - low), SPREAD * (third - first)
    above = code > high + beyond and code > third + middle
    return bool(above or (code < low - beyond and code < first - middle))
