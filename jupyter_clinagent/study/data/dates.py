"""When images were taken: the years that DICOM headers and date columns tell. Days would name a patient, so none is shown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pydicom
from pydicom.errors import InvalidDicomError

from jupyter_clinagent.imaging.reading import is_dicom

KEYWORDS = ("AcquisitionDate", "ContentDate", "SeriesDate", "StudyDate")
"""Dates of a DICOM image, the nearest to the exposure first."""
_SENSIBLE = range(1950, 2101)


def header_years(paths: Iterable[Path]) -> list[int]:
    """Year of each DICOM file that carries a date; other files are passed over."""
    return [year for path in paths if is_dicom(path) and (year := _year(path)) is not None]


def _year(path: Path) -> int | None:
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, force=True, specific_tags=list(KEYWORDS))
        given = [str(header.get(keyword, ""))[:4] for keyword in KEYWORDS]
    except (InvalidDicomError, OSError, ValueError, TypeError, AttributeError, NotImplementedError, EOFError):
        return None
    return next((int(year) for year in given if year.isdigit() and int(year) in _SENSIBLE), None)


def column_years(metadata: pd.DataFrame) -> list[int]:
    """Years in the columns that are named like a date of the examination (a date of birth is none)."""
    names = [str(name) for name in metadata.columns if "date" in str(name).lower() and "birth" not in str(name).lower()]
    cells = [pd.to_datetime(metadata[name].astype(str), errors="coerce", format="mixed") for name in names]
    return [int(year) for column in cells for year in column.dropna().dt.year if year in _SENSIBLE]


def span(years: list[int]) -> str:
    """``2019 to 2023`` or ``2019``; empty where no year is known."""
    if not years:
        return ""
    first, last = min(years), max(years)
    return f"{first}" if first == last else f"{first} to {last}"
