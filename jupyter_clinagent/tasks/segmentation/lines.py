"""Masks that draw only the line around something (an ellipse around a head): what lies within the line is meant."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

THIN, ONE_HOLE, NEARLY_ALL = 5, 0.9, 0.9
"""What a line encloses is so many times larger than it, nearly all in one piece, in nearly all masks; a ring of muscle is not."""


def are_lines(masks: Sequence[np.ndarray]) -> bool:
    """Whether masks, bool (H, W), are closed lines around one thing each. Vessels, walls and rings of tissue are not."""
    shown = [mask for mask in masks if mask.any()]
    return len(shown) > 0 and float(np.mean([_is_line(mask) for mask in shown])) >= NEARLY_ALL


def within(line: np.ndarray) -> np.ndarray:
    """A line, bool (H, W), and all that it encloses."""
    height, width = line.shape
    free = np.pad(~line, 1, constant_values=True).astype(np.uint8)
    cv2.floodFill(free, None, (0, 0), 2, flags=4)
    return np.asarray(free[1 : height + 1, 1 : width + 1] != 2)


def _is_line(mask: np.ndarray) -> bool:
    enclosed = (within(mask) & ~mask).astype(np.uint8)
    if enclosed.sum() < THIN * mask.sum():
        return False
    _, _, pieces, _ = cv2.connectedComponentsWithStats(enclosed, connectivity=4)
    return bool(pieces[1:, cv2.CC_STAT_AREA].max() >= ONE_HOLE * enclosed.sum())
