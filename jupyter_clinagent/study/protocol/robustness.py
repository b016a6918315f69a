"""How the primary metric holds when test images are noisy, darker, brighter or cropped."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.tasks.task import Task

MOST_IMAGES = 200
NOISE = 12.0
"""Standard deviation in grey levels."""
CROP = 0.85


def _noisy(images: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, NOISE, images.shape)
    return np.clip(images + noise, 0, 255).astype(np.uint8)


def _scaled(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda images: np.clip(images.astype(np.float32) * factor, 0, 255).astype(np.uint8)


def _cropped(images: np.ndarray) -> np.ndarray:
    height, width = images.shape[1:3]
    top, left = round(height * (1 - CROP) / 2), round(width * (1 - CROP) / 2)
    inner = images[:, top : height - top, left : width - left]
    return np.stack([cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR) for image in inner])


CHANGES: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    (f"with added noise (SD {NOISE:.0f} of 255)", _noisy),
    ("made 20 % darker", _scaled(0.8)),
    ("made 20 % brighter", _scaled(1.2)),
    (f"cropped to {CROP:.0%} of each side", _cropped),
)


def robustness_table(task: Task, opening: Opening, metric: str, positives: list[int], seed: int) -> pd.DataFrame:
    """The metric on (at most 200) test images as they are and changed: columns ``change``, ``value``, ``images``."""
    rows = _sample(opening.test.labels, seed)
    images = np.asarray(opening.trained.data.images("test")[rows])
    shown = {"as they are": images} | {name: change(images) for name, change in CHANGES}
    values = [(name, task.judging.changed(opening, rows, metric, positives, pixels), len(rows)) for name, pixels in shown.items()]
    return pd.DataFrame(values, columns=["change", "value", "images"])


def _sample(truth: np.ndarray, seed: int) -> np.ndarray:
    """At most 200 images, as even over the classes as they allow."""
    order = np.random.default_rng(seed).permutation(len(truth))
    turn = pd.Series(truth[order]).groupby(truth[order]).cumcount().to_numpy()
    return np.sort(order[np.argsort(turn, kind="stable")[:MOST_IMAGES]])
