"""How large the pixels of a folder's images are: from DICOM headers, or from a column that names its unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from jupyter_clinagent.imaging.reading import spacing_in
from jupyter_clinagent.imaging.spacing import AT_DETECTOR, Spacing, usable
from jupyter_clinagent.study.data.folder import DataFolder

_NAMES = re.compile(
    r"^((imager_?)?pixel_?spacing(_?mm)?|spacing_?(in_?)?mm|mm_?(per|/)_?(pixel|px)|pixel_?size_?(in_?)?mm)$", re.IGNORECASE
)
"""DICOM's own names mean millimetres; any other one has to say so."""
_UNITLESS = re.compile(r"^(spacing|pixel_?size|resolution)$", re.IGNORECASE)
_NUMBER = r"\d*\.?\d+(?:[eE][-+]?\d+)?"
_ONE_OR_TWO = re.compile(rf"^[\[(]?\s*({_NUMBER})\s*(?:[\\,;x×/ ]\s*({_NUMBER})\s*)?[\])]?(?:\s*mm)?$")
_DECIMAL_COMMA = re.compile(r"\d,\d")
SAME = 0.01
"""Header and table agree if they differ by less than this share."""


@dataclass(frozen=True)
class Spacings:
    """The spacing of every image by file, or of none where that of some isn't known; and what has to be said of it.

    ``at_detector`` says that some were not measured in the patient, where things are smaller than on the film.
    """

    by_file: Mapping[str, Spacing] = field(default_factory=dict)
    said: str = ""
    at_detector: bool = False


def read_spacings(folder: DataFolder, rows: pd.DataFrame) -> Spacings:
    """Of the images by which ``rows`` is indexed, whose other columns are those of the tables."""
    files = [str(file) for file in rows.index]
    with ThreadPoolExecutor(4) as pool:
        told = dict(zip(files, pool.map(lambda file: spacing_in(folder.path(file)), files), strict=True))
    headers = {file: one.spacing if one else None for file, one in told.items()}
    column = next((str(name) for name in rows.columns if _NAMES.match(str(name))), None)
    cells = {file: parsed(rows.at[file, column]) for file in files} if column else dict.fromkeys(files)
    known = {file: one for file in files if (one := _agreed(headers[file], cells[file])) is not None}
    if len(known) == len(files) > 0:
        sources = ["DICOM headers"] * any(headers.values()) + [f"the column {column}"] * any(cells.values())
        said = f"Distances and areas are in millimetres; the size of a pixel was read from {' and '.join(sources)}."
        at_detector = any(one.at_detector for one in told.values() if one) or bool(column and "imager" in column.lower())
        return Spacings(known, said + (f" They are {AT_DETECTOR}." if at_detector else ""), at_detector)
    if known or column:
        return Spacings(
            said=f"The size of a pixel is known of {len(known)} of {len(files)} images only, so distances are in pixels."
        )
    unitless = next((str(name) for name in rows.columns if _UNITLESS.match(str(name))), None)
    hint = f"; the column {unitless} does not name its unit: call it spacing_mm if it is in millimetres" if unitless else ""
    return Spacings(said=f"Nothing says how many millimetres a pixel is, so distances are in pixels{hint}.")


def parsed(cell: Any) -> Spacing | None:
    """“0.14”, “[0.14, 0.2]” or “0.14\\0.2” (rows first, as DICOM writes it); None for anything that could mean something else.

    Examples
    --------
    >>> parsed("[0.5, 0.25]")
    (0.5, 0.25)
    >>> parsed("0,14") is None
    True
    """
    text = str(cell).strip()
    found = _ONE_OR_TWO.match(text)
    if found is None or (_DECIMAL_COMMA.search(text) and "." not in text):
        return None
    return usable(float(found[1]), float(found[2] or found[1]))


def _agreed(header: Spacing | None, cell: Spacing | None) -> Spacing | None:
    """What either says; nothing where they say different things."""
    if header is None or cell is None:
        return header or cell
    return header if np.allclose(header, cell, rtol=SAME) else None
