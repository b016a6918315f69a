"""Which images belong together: patients, lesions, films."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.data.filenames import parse_groups
from jupyter_clinagent.study.data.inventory import DICOM_PATIENT, FILE_NAME, SAME_PATIENT, Inventory
from jupyter_clinagent.study.data.roles import is_identifier
from jupyter_clinagent.study.data.survey import group_candidates

NONE = "none"


class Groups(NamedTuple):
    """Group id per file, where they came from (None: each image is its own), and what was assumed."""

    ids: pd.Series
    source: str | None
    said: list[str]


def group_images(inventory: Inventory, rows: pd.DataFrame, group: str | None) -> Groups:
    """Group images by a column, by DICOM headers, by ids parsed from file names (``"file name"``), or not at all (``"none"``).

    With ``group=None`` the best candidate of the survey is taken. Ids that are personal data (names, patients of DICOM
    headers) are replaced by numbers at once.
    """
    wanted = group or next(iter(group_candidates(inventory)), NONE)
    if wanted == NONE:
        return Groups(
            _own(rows), None, ["No column and no file name tells which images belong together: each image is its own group."]
        )
    if wanted == FILE_NAME:
        return _from_names(inventory, rows)
    if wanted == DICOM_PATIENT:
        return _from_headers(inventory, rows)
    if wanted not in rows.columns:
        raise BadInput(f"There is no column {wanted!r} to group by; there are: {', '.join(map(str, rows.columns))}.")
    return _from_column(rows, wanted)


def _own(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(rows.index.astype(str), index=rows.index, dtype=object)


def _from_names(inventory: Inventory, rows: pd.DataFrame) -> Groups:
    """By the names of all images: those that are labelled may each be the only one of its patient."""
    parsed = parse_groups([str(file) for file in rows.index]) or inventory.parsed
    if parsed is None:
        raise BadInput("The file names hold no ids to group by: name a column, or say group='none'.")
    examples = "; ".join(f"{name} belongs to {group}" for name, group in parsed.examples)
    ids = pd.Series(parsed.groups, dtype=object).reindex(rows.index).fillna(_own(rows))
    return Groups(ids, FILE_NAME, [f"Groups were read from file names, which is an assumption: {examples}."])


def _from_headers(inventory: Inventory, rows: pd.DataFrame) -> Groups:
    numbers = pd.Series(inventory.headers.patients, dtype=object).reindex(rows.index)
    if not numbers.notna().any():
        raise BadInput("The DICOM headers do not say which images are of one patient: name a column, or say group='none'.")
    said = [f"{SAME_PATIENT}; patients were replaced by numbers and are shown nowhere."]
    missing = int(numbers.isna().sum())
    if missing:
        said.append(f"{missing} images whose header names no patient are each a group of their own.")
    ids = numbers.map(_number, na_action="ignore").astype(object)
    return Groups(ids.where(ids.notna(), _own(rows)), DICOM_PATIENT, said)


def _number(code: float) -> str:
    return f"group-{int(code):04d}"


def _from_column(rows: pd.DataFrame, column: str) -> Groups:
    ids, said = rows[column].astype(object), [f"Images with the same {column} belong together and never part."]
    missing = int(ids.isna().sum())
    if missing:
        said.append(f"{missing} images without {column} are each a group of their own.")
    if is_identifier(column):
        codes = pd.Series(pd.factorize(ids, sort=True)[0], index=rows.index)
        ids = codes.map(lambda code: _number(code + 1)).where(ids.notna()).astype(object)
        said.append(f"{column} is personal data: its values were replaced by numbers and are shown nowhere.")
    return Groups(ids.where(ids.notna(), _own(rows)), column, said)
