"""How large a pixel is, where a file says so; nothing here imports torch."""

from __future__ import annotations

from pathlib import Path

from jupyter_clinagent.imaging.reading import is_dicom

Spacing = tuple[float, float]
"""Millimetres from one row to the next, and from one column to the next."""


def spacing_in(path: Path) -> Spacing | None:
    """That of a DICOM file; None for any other one: a photograph's dots per inch are those of paper, not of a patient."""
    if not is_dicom(path):
        return None
    try:
        from jupyter_clinagent.imaging.dicom import read_spacing
    except ModuleNotFoundError:  # `predict` runs without what only DICOM needs
        return None
    return read_spacing(path)


def usable(row: float, column: float) -> Spacing | None:
    """Both, or None where one of them can't be a length."""
    return (float(row), float(column)) if 0 < row < float("inf") and 0 < column < float("inf") else None
