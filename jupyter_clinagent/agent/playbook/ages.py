"""Columns of ages, and bounds on an age in the unit of its column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from jupyter_clinagent.contracts import Range
from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.lang.grammar import any_word

_AGED = re.compile(rf"(?:^|_|\b){any_word('columns.age')}(?:$|_|\b|(?=[A-Z]))", re.I)
_A_YEAR: Mapping[str, float] = {"month": 12, "week": 365.25 / 7, "day": 365.25}
"""How many of each a year has."""
_UNITS = {unit: re.compile(rf"(?:^|_|\b){any_word(f'columns.{unit}')}(?:$|_|\b)", re.I) for unit in _A_YEAR}


def columns_of_ages(columns: Iterable[ColumnFacts]) -> list[ColumnFacts]:
    """Those that hold ages, by their role or their name, the surest first."""
    named = [column for column in columns if column.role == "age" or _AGED.search(column.name)]
    return sorted(named, key=lambda column: column.role != "age")


def in_unit(bounds: Mapping[str, float], said: str, column: str) -> Range:
    """Bounds on an age in the unit of its column: years unless its name says months, weeks or days.

    Parameters
    ----------
    bounds
        By name, in the unit that was said.
    said
        That unit, as it was said; years where none was.
    column
        The name of the column.

    Examples
    --------
    >>> in_unit({"below": 2}, "years", "age_months").below, in_unit({"below": 6}, "weeks", "age_weeks").below
    (24.0, 6.0)
    """
    factor = _in_a_year(column) / _in_a_year(said)
    return Range.model_validate({name: round(number * factor, 6) for name, number in bounds.items()})


def _in_a_year(text: str) -> float:
    return next((_A_YEAR[unit] for unit, called in _UNITS.items() if called.search(text)), 1.0)
