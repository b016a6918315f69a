"""Tables that hold boxes in another shape than a named column for each corner, brought into that shape."""

from __future__ import annotations

import re

import pandas as pd

from jupyter_clinagent.study.data.boxes.found import CORNERS
from jupyter_clinagent.study.data.nameless import nameless_columns
from jupyter_clinagent.study.data.roles import LEAST_NUMBERS, as_numbers, share_of_numbers

_ONE_CELL = re.compile(r"(.*_)?(b|bounding_?)?box(es)?(_.*)?|(.*_)?bbox(es)?(_.*)?")
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_NUMBERS = re.compile(rf"[\s\[({{]*{_NUMBER}(?:[\s,;\[\](){{}}]+{_NUMBER})*[\s\])}}]*", re.I)
LEAST_ORDERED = 0.95
"""In so many rows the second corner lies right of and below the first, if four numbers are corners."""


def with_box_columns(frame: pd.DataFrame, name: str, image: str, problems: list[str]) -> pd.DataFrame:
    """The table with its corners in columns, if it holds boxes in another way; what was taken for what is noted.

    Two ways are known: four numbers in one cell of a column that is named like boxes (``[12, 20, 40, 60]``; several boxes in a
    cell become several rows), and four columns of numbers behind the image in a table without a header (as Google's AutoML writes
    them).

    Parameters
    ----------
    image
        The column that names images.
    """
    if list(frame.columns) == nameless_columns(len(frame.columns)):
        return _without_header(frame, name, image, problems)
    column = next((column for column in frame.columns if _is_one_cell(column, frame[column])), None)
    if column is None or any(corner in frame.columns for corner in CORNERS):
        return frame
    return _from_one_cell(frame, name, column, problems)


# ------------------------------------------------------------------ four numbers in one cell
def _is_one_cell(column: str, cells: pd.Series) -> bool:
    given = cells.dropna()
    if not _ONE_CELL.fullmatch(re.sub(r"[\s-]+", "_", column.lower())) or not len(given):
        return False
    return bool(given.map(lambda cell: bool(_fours(cell))).mean() > LEAST_NUMBERS)


def _fours(cell: str) -> list[list[str]]:
    """The numbers in a cell by four; empty where it holds anything else."""
    numbers = re.findall(_NUMBER, cell, re.I) if _NUMBERS.fullmatch(cell) else []
    return [numbers[first : first + 4] for first in range(0, len(numbers), 4)] if numbers and len(numbers) % 4 == 0 else []


def _from_one_cell(frame: pd.DataFrame, name: str, column: str, problems: list[str]) -> pd.DataFrame:
    # A cell that can't be read stays where a number should be, so that its image is not taken for one without a box.
    boxes = frame[column].map(lambda cell: _fours(cell) or [[cell, "", "", ""]], na_action="ignore")
    rows = frame.assign(**{column: boxes}).explode(column, ignore_index=True)
    four = pd.DataFrame([box if isinstance(box, list) else [None] * 4 for box in rows[column]], index=rows.index, columns=CORNERS)
    ordered = _ordered(four)
    names = CORNERS if ordered else ["x", "y", "width", "height"]
    problems.append(f"The four numbers in {column} of {name} are taken for {', '.join(names).replace('_', ' ')} of boxes.")
    return rows.drop(columns=column).join(four.set_axis(names, axis=1).astype(object))


def _ordered(four: pd.DataFrame) -> bool:
    numbers = four.apply(as_numbers).dropna().to_numpy()
    return len(numbers) > 0 and bool((numbers[:, 2:] > numbers[:, :2]).all(axis=1).mean() >= LEAST_ORDERED)


# ------------------------------------------------------------------ no header
def _without_header(frame: pd.DataFrame, name: str, image: str, problems: list[str]) -> pd.DataFrame:
    behind = list(frame.columns)[list(frame.columns).index(image) + 1 :]
    numbers = [column for column in behind if frame[column].notna().any() and share_of_numbers(frame[column]) > LEAST_NUMBERS]
    words = [column for column in behind if frame[column].notna().any() and column not in numbers]
    if len(numbers) != 4 or not _ordered(frame[numbers].set_axis(CORNERS, axis=1)):
        return frame
    problems.append(f"The numbers in {', '.join(numbers)} of {name} are taken for the left, top, right and bottom of boxes.")
    return frame.rename(columns=dict(zip(numbers, CORNERS, strict=True)) | dict(zip(words[:1], ["label"], strict=False)))
