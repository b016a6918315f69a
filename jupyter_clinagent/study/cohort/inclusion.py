"""Images that a study is not about: those that do not fulfil its inclusion criteria."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from jupyter_clinagent.contracts import Only, Range, asked_in_words, not_included
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.study.data.roles import as_numbers

_AGE_STRING = re.compile(r"0*(\d+)Y")
"""DICOM PS3.5, value representation AS: “060Y”."""
_DATE = r"^(\d{4})[-/.]?\d{2}[-/.]?\d{2}|(\d{4})$"


def criteria(given: Mapping[str, Any] | None) -> Only:
    """What was given as criteria, checked.

    Raises
    ------
    BadInput
        They are neither lists of values nor bounds.
    """
    try:
        return TypeAdapter(Only).validate_python(dict(given or {}))
    except ValidationError:
        raise BadInput(
            "only= takes, by column, a list of values, or bounds by at_least, above, at_most, below: "
            'only={"sex": ["female"], "age": {"above": 60}}.'
        ) from None


def images_outside(inventory: Inventory, only: Only) -> dict[str, str]:
    """Why each image is left out that does not fulfil the criteria, by file; of several reasons the first.

    Raises
    ------
    BadInput
        There is no such column, no image has one of the values, or its cells are no numbers.
    """
    return rows_outside(image_rows(inventory), only) if only else {}


def rows_outside(rows: pd.DataFrame, only: Only) -> dict[str, str]:
    """The same of rows by file."""
    outside: dict[str, str] = {}
    for column, asked in only.items():
        fulfilled = _fulfilled(_cells(rows, column), column, asked)
        outside = dict.fromkeys(map(str, rows.index[~fulfilled]), not_included(column, asked)) | outside
    return outside


def _cells(rows: pd.DataFrame, column: str) -> pd.Series:
    if column not in rows.columns:
        raise BadInput(f"There is no column {column!r} to choose images by; there are: {', '.join(map(str, rows.columns))}.")
    return rows[column]


def _fulfilled(cells: pd.Series, column: str, asked: list[str] | Range) -> pd.Series:
    if isinstance(asked, Range):
        fulfilled = read_numbers(cells, column).map(asked.holds)
    else:
        wanted = {value.casefold() for value in asked}
        fulfilled = cells.map(lambda cell: (cell.casefold() if isinstance(cell, str) else "") in wanted)  # "" is an empty cell
    if not fulfilled.any():
        raise BadInput(f"No image has a {column!r} that is {asked_in_words(asked)}.")
    return fulfilled.astype(bool)


def read_numbers(cells: pd.Series, column: str) -> pd.Series:
    """Numbers, ages as DICOM writes them, or the years of dates; missing where a cell is none.

    Raises
    ------
    BadInput
        No cell is any.
    """
    text = cells.astype("string").str.strip()
    aged = text.str.replace(_AGE_STRING, r"\1", regex=True)
    dates = text.str.extract(_DATE)
    dated = dates[0].notna().sum() > cells.notna().sum() / 2
    numbers = pd.to_numeric(dates[0].fillna(dates[1]), errors="coerce") if dated else as_numbers(aged.astype(object))
    if not numbers.notna().any():
        raise BadInput(f"Column {column!r} holds no numbers and no dates, so images can't be chosen by a bound on it.")
    return numbers.astype(float)
