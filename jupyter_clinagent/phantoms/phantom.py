"""One synthetic picture and all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Difficulty = Literal["easy", "hard"]


@dataclass(frozen=True)
class Phantom:
    """A picture, its truth, and what a hospital would note beside it.

    Attributes
    ----------
    image
        uint8 RGB, shape (size, size, 3).
    mask
        Whether each pixel belongs to the finding, shape (size, size).
    lesion_id
        Several pictures may show one lesion (or patient): the group.
    localization
        Where on the body.
    """

    image: np.ndarray
    mask: np.ndarray
    label: str
    lesion_id: str
    image_id: str
    age: int
    sex: str
    localization: str

    @property
    def box(self) -> tuple[int, int, int, int] | None:
        """x_min, y_min, x_max, y_max of the mask in pixels, ends exclusive; None where there is no finding."""
        rows, columns = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        if not len(rows):
            return None
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
