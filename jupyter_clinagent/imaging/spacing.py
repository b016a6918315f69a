"""How large a pixel is."""

from __future__ import annotations

Spacing = tuple[float, float]
"""Millimetres from one row to the next, and from one column to the next."""


def usable(row: float, column: float) -> Spacing | None:
    """Both, or None where one of them can't be a length."""
    return (float(row), float(column)) if 0 < row < float("inf") and 0 < column < float("inf") else None
