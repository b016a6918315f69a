"""Whether runs of pixels go down the columns, as in most tables, or along the rows: told by which of the two keeps them whole.

Pixels are numbered column by column or row by row, and nothing in a table says which. Read in the wrong order, runs end at one
edge of the image and go on at the opposite one; in the right order hardly any does. Of square images both orders look alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

LEAST, FEWER = 3, 0.1
"""The order is told where so many runs are broken in one of them, and at most this share of these in the other."""


class Direction(NamedTuple):
    """Whether runs go along the rows; ``told`` by the runs, or assumed."""

    across: bool
    told: bool


def direction_of(runs: Iterable[tuple[Sequence[int], tuple[int, int]]]) -> Direction:
    """Judge starts (counted from 1) and lengths in turn, each with height and width of its image.

    Examples
    --------
    >>> direction_of([([1 + 20 * row, 15], (10, 20)) for row in range(10)])
    Direction(across=True, told=True)
    >>> direction_of([([1, 5], (10, 20))])
    Direction(across=False, told=False)
    """
    broken = [(_broken(starts, height), _broken(starts, width)) for starts, (height, width) in runs]
    down, across = (sum(one[k] for one in broken) for k in (0, 1))
    fewer, more = sorted([down, across])
    told = more >= LEAST and fewer <= FEWER * more
    return Direction(told and across < down, told)


def _broken(starts: Sequence[int], side: int) -> int:
    """Runs that end at an edge and go on at the opposite one, if pixels are numbered along a side of this length."""
    first, length = np.array(starts[0 : len(starts) // 2 * 2 : 2]) - 1, np.array(starts[1::2])
    return int(((first >= 0) & (first % side + length > side)).sum())


def say_direction(table: str, direction: Direction) -> str:
    """What was assumed of a table's runs."""
    order, other = ("along the rows", "down the columns") if direction.across else ("down the columns", "along the rows")
    if direction.told:
        return f"The runs of pixels in {table} are read {order}: {other} they would end at one edge and go on at the other."
    return (
        f"The runs of pixels in {table} are taken to go {order}, as is usual; the numbers don't tell. If the outlines lie turned "
        "on the images, they go the other way: give masks instead."
    )
