"""Which columns hold numbers that could be measured on the images, and which only look like it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.study.data.codebook import said_of
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.study.data.roles import is_identifier
from jupyter_clinagent.tasks.measurement.numbers import Numbers, read_numbers
from jupyter_clinagent.tasks.measurement.units import measure_in, unit_said

LEAST_DISTINCT = 11
"""Fewer different numbers are grades or classes."""
LEAST_SHARE = 0.5
"""Of the cells that hold anything, more than this share are numbers."""
LONG_NUMBER = 100_000
_SPENT = frozenset(["image", "group", "split", "box", "mask", "sex", "alias"])
_AGE, _OF_PATIENTS = frozenset(["age", "alter", "ages"]), frozenset(
    ["patient", "patients", "patienten", "subject", "person", "pt", "approx", "chronological", "at", "scan", "exam",
     "examination", "diagnosis", "imaging", "study", "des", "der", "in", "the"]
)  # fmt: skip
_NEVER = re.compile(
    r"(^|_)(ids?|no|nr|num|nummer|number|index|idx|key|code|row|frame|slice|page|series|accession|visit|follow_?up|seed|fold"
    r"|order|rank|path|file|zip|plz|lat|lon|latitude|longitude|x|y|z|year|date|datum|jahr|timestamp)(_|$)"
    r"|#|spacing|pixel_?size|voxel|resolution|thickness_of_slice|slice_?thickness|dpi|birth|geburt|unnamed"
    r"|(^|_)(stem|bytes|file_?size|md5|sha\d*|hash|uid|uuid|url|version|split|partition)(_|$)"
    r"|(^|_)(patient|subject|case|lesion|exam|scan|session|study|group|cluster|source|name)$"
)
_UNLESS_IN_A_UNIT = re.compile(r"(^|_)(width|height|breite|hoehe|size|rows|columns|cols|time|zeit|bits|w|h)(_|$)|original_?image")


def measurable(inventory: Inventory) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Columns of numbers that differ from image to image, as plain facts, and columns of too few different numbers.

    Returns
    -------
    tuple
        Facts ``name, measure, unit, unit_from, of_patients, images, distinct, low, high, usual_range, codes`` of each column, and
        how many different numbers each other column holds.
    """
    rows = image_rows(inventory)
    told = said_of([column.name for table in inventory.tables for column in table.columns], inventory)
    found, few = [], {}
    for column in _columns(inventory, rows):
        numbers = read_numbers(rows[column.name])
        distinct = int(numbers.values.nunique())
        if distinct < LEAST_DISTINCT and _are_numbers(rows[column.name], numbers):
            few[column.name] = distinct
        elif _are_numbers(rows[column.name], numbers) and not _is_numbering(numbers.values.dropna(), column.name):
            found.append(_facts(column.name, numbers, distinct, _unit_in(told[column.name])))
    return found, few


def _columns(inventory: Inventory, rows: pd.DataFrame) -> Iterator[ColumnFacts]:
    """Columns that reach the images and may hold a measurement, each name once."""
    known = {column.name: column for table in inventory.tables for column in table.columns if column.role not in _SPENT}
    spent = {column.name for table in inventory.tables for column in table.columns if column.role in _SPENT}
    yield from (c for name, c in known.items() if name in rows.columns and name not in spent and may_be_measured(name))


def may_be_measured(name: str) -> bool:
    """Whether a column's name allows that it is measured: no id, date, place in the image, size of a pixel, number of a frame.

    Examples
    --------
    >>> [may_be_measured(name) for name in ("EF_pct", "image_no", "x_min", "pixel_spacing_mm", "width", "disc_height_mm")]
    [True, False, False, False, False, True]
    """
    measure, unit = measure_in(name)
    key = re.sub(r"[^a-z0-9#]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", measure).lower()).strip("_")
    if is_identifier(name) or _NEVER.search(key):
        return False
    return unit not in (None, "pixels") or not _UNLESS_IN_A_UNIT.search(key)


def is_age_of_patients(measure: str) -> bool:
    """Whether a column tells how old the patients are, which no image has to be measured for; a bone has an age of its own."""
    words = set(re.findall(r"[a-z]+", measure.lower()))
    return bool(words & _AGE) and words <= _AGE | _OF_PATIENTS


def _are_numbers(cells: pd.Series, numbers: Numbers) -> bool:
    given = int(cells.notna().sum())
    return given > 0 and int(numbers.values.notna().sum()) > LEAST_SHARE * given


def _is_numbering(values: pd.Series, name: str) -> bool:
    """1, 2, 3 … in any order, or long numbers of which each is another: they number the rows."""
    whole = bool((values == np.floor(values)).all())
    if not whole or not values.is_unique:
        return False
    consecutive = values.max() - values.min() + 1 == len(values)
    return bool(consecutive or values.min() >= LONG_NUMBER)


def _unit_in(told: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """The unit that a text in the folder names for a column, and the file."""
    return next(((unit, file) for file, text in told if (unit := unit_said(text))), None)


def _facts(name: str, numbers: Numbers, distinct: int, said: tuple[str, str] | None) -> dict[str, Any]:
    measure, unit = measure_in(name)
    named, source = (unit, "its name") if unit else (numbers.unit, "its cells") if numbers.unit else said or (None, None)
    values = numbers.values.dropna()
    low, tenth, ninetieth, high = (float(v) for v in np.percentile(values, [0, 10, 90, 100]))
    return {
        "name": name,
        "measure": measure,
        "unit": named,
        "unit_from": source,
        "of_patients": is_age_of_patients(measure),
        "images": len(values),
        "distinct": distinct,
        "low": low,
        "high": high,
        "usual_range": ninetieth - tenth,
        "codes": numbers.codes,
    }
