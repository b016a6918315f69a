"""How the primary metric holds when test images are noisy, darker, brighter or cropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.tasks.task import Task

MOST_IMAGES = 200
NOISE = 12.0
"""Standard deviation in grey levels."""
CROP = 0.85


class Part(NamedTuple):
    """Which part of a picture fills the changed one, in pixels, ends exclusive; truth that has a place moves with it."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def middle(cls, images: np.ndarray, share: float) -> Part:
        """This share of each side around the centre of images (N, H, W, 3)."""
        height, width = images.shape[1:3]
        left, top = round(width * (1 - share) / 2), round(height * (1 - share) / 2)
        return cls(left, top, width - left, height - top)

    def enlarged(self, picture: np.ndarray) -> np.ndarray:
        """This part of a picture or mask (H, W, …), uint8, at the size of the whole."""
        height, width = picture.shape[:2]
        inner = picture[self.top : self.bottom, self.left : self.right]
        return np.asarray(cv2.resize(inner, (width, height), interpolation=cv2.INTER_LINEAR))

    def corners(self, corners: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Where boxes (n, 4) of a picture of this width and height lie in :meth:`enlarged`; beyond its edges, too."""
        scale = np.array([size[0] / (self.right - self.left), size[1] / (self.bottom - self.top)])
        return np.asarray((corners - np.tile([self.left, self.top], 2)) * np.tile(scale, 2))


def _noisy(images: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, NOISE, images.shape)
    return np.clip(images + noise, 0, 255).astype(np.uint8)


def _scaled(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda images: np.clip(images.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def _same(images: np.ndarray) -> np.ndarray:
    return images


CHANGES: tuple[tuple[str, Callable[[np.ndarray], np.ndarray], float], ...] = (
    ("as they are", _same, 1.0),
    (f"with added noise (SD {NOISE:.0f} of 255)", _noisy, 1.0),
    ("made 20 % darker", _scaled(0.8), 1.0),
    ("made 20 % brighter", _scaled(1.2), 1.0),
    (f"cropped to {CROP:.0%} of each side", _same, CROP),
)
"""What is said of each change, what it does to pixels (N, H, W, 3), and the share of each side that stays in sight."""


def robustness_table(task: Task, opening: Opening, metric: str, positives: list[int], seed: int) -> pd.DataFrame:
    """The metric on (at most 200) test images as they are and changed: columns ``change``, ``value``, ``images``."""
    rows = _sample(opening.test.labels, seed)
    images = np.asarray(opening.trained.data.images("test")[rows])
    values = []
    for name, change, share in CHANGES:
        part = Part.middle(images, share)
        pixels = np.stack([part.enlarged(image) for image in change(images)])
        values.append((name, task.judging.changed(opening, rows, metric, positives, pixels, part), len(rows)))
    return pd.DataFrame(values, columns=["change", "value", "images"])


def _sample(truth: np.ndarray, seed: int) -> np.ndarray:
    """At most 200 images, as even over the classes as they allow."""
    order = np.random.default_rng(seed).permutation(len(truth))
    turn = pd.Series(truth[order]).groupby(truth[order]).cumcount().to_numpy()
    return np.sort(order[np.argsort(turn, kind="stable")[:MOST_IMAGES]])
