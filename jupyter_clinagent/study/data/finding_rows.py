"""Long tables with a row for each image and finding, both in one cell (``ID_4f1c_subdural, 1``): read as a column for each."""

from __future__ import annotations

import re

import pandas as pd

from jupyter_clinagent.study.data.matching import FileIndex, image_column

ALMOST_ALL, MOST_FINDINGS = 0.9, 50
_GAP = re.compile(r"[ _.:|-]+")


def with_findings_as_columns(frame: pd.DataFrame, name: str, index: FileIndex, problems: list[str]) -> pd.DataFrame:
    """The table with one row for each image, where the cells of one of its two columns name an image and then a finding.

    Parameters
    ----------
    problems
        Gets a sentence where a finding of an image stands in several rows: nobody knows which of them counts.
    """
    if frame.shape[1] != 2 or image_column(frame, index) is not None:
        return frame
    for column, value in (frame.columns, frame.columns[::-1]):
        apart = _apart(frame[column], index)
        if apart is None:
            continue
        if apart.duplicated().any():
            problems.append(
                f"{name}: several rows of “{column}” name the same image and finding; the table is not used as labels."
            )
            return frame
        return _pivoted(apart.assign(value=frame[value]), str(column))
    return frame


def _apart(cells: pd.Series, index: FileIndex) -> pd.DataFrame | None:
    """Image and finding of each cell; None unless nearly all cells have both, and each of a few findings recurs."""
    given = cells.dropna()
    found = (
        given.map(lambda cell: _split(cell, index)) if len(given) and _split(given.iloc[0], index) else pd.Series(dtype=object)
    )
    known = found.dropna()
    if len(known) < max(2, ALMOST_ALL * len(cells)):
        return None
    pairs = pd.DataFrame(known.tolist(), index=known.index, columns=["image", "finding"])
    findings = pairs["finding"].value_counts()
    return pairs if 1 < len(findings) <= MOST_FINDINGS and int(findings.min()) > 1 else None


def _split(cell: str, index: FileIndex) -> tuple[str, str] | None:
    """The longest beginning that names an image, and what stands behind it."""
    gaps = [(cell[: gap.start()], cell[gap.end() :]) for gap in reversed([*_GAP.finditer(cell)])]
    return next(((image, finding) for image, finding in gaps if image and finding and index.find(image)), None)


def _pivoted(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    wide = rows.pivot(index="image", columns="finding", values="value")
    findings = list(dict.fromkeys(rows["finding"]))
    return wide[findings].rename_axis(columns=None).rename_axis(index=column).reset_index()
