"""How large a pixel is."""

from __future__ import annotations

from typing import NamedTuple

Spacing = tuple[float, float]
"""Millimetres from one row to the next, and from one column to the next."""
AT_DETECTOR = "at the detector, not corrected for magnification"
"""What has to be said of lengths and areas on a projection whose pixels were not measured in the patient."""


class Told(NamedTuple):
    """The spacing that a header tells, and whether it is that at the detector, where things look larger than in the patient."""

    spacing: Spacing
    at_detector: bool


def usable(row: float, column: float) -> Spacing | None:
    """Both, or None where one of them can't be a length."""
    return (float(row), float(column)) if 0 < row < float("inf") and 0 < column < float("inf") else None
