"""How many boxes of a class an image has: what the detector counts beside what was drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.imaging.metrics import bootstrap_weights, percentile_estimate

LIMITS = 1.96
"""Standard deviations around the mean difference between which 95 % of differences lie (Bland and Altman 1986)."""


def counted(boxes: Sequence[Boxes], kind: int, threshold: float = 0.0) -> np.ndarray:
    """Boxes of a class in each image with at least this score: float, shape (N,)."""
    return np.array([float(((one.classes == kind) & (one.scores >= threshold)).sum()) for one in boxes])


def count_threshold(truth: Sequence[Boxes], found: Sequence[Boxes], kind: int) -> float:
    """The score from which detections of a class are counted: as many of them as there are true boxes; 1 where there are none."""
    scores = np.sort(np.concatenate([np.empty(0), *(one.scores[one.classes == kind] for one in found)]))[::-1]
    number = int(counted(truth, kind).sum())
    return float(scores[min(number, len(scores)) - 1]) if number and len(scores) else 1.0


def agreement(difference: np.ndarray, groups: Sequence[object] | np.ndarray, seed: int) -> dict[str, Estimate]:
    """Of the differences counted - true (N,): ``bias``, their mean, and the limits of agreement ``low`` and ``high``.

    Each with a 95 % interval from a bootstrap over groups. None with fewer than two images.
    """
    weights = np.concatenate([np.ones((1, len(difference))), bootstrap_weights(groups, seed=seed)])
    total = np.maximum(weights.sum(axis=1), 1e-12)
    mean = weights @ difference / total
    spread = np.sqrt(np.maximum(weights @ difference**2 / total - mean**2, 0) * total / np.maximum(total - 1, 1e-12))
    values = {"bias": mean, "low": mean - LIMITS * spread, "high": mean + LIMITS * spread}
    known = len(difference) > 1
    return {name: percentile_estimate(float(each[0]) if known else None, each[1:]) for name, each in values.items()}


def crowded(truth: Sequence[Boxes]) -> bool:
    """Whether images that show something typically show it more than once, so that a count says more than that it is there."""
    numbers = [len(one) for one in truth if len(one)]
    return bool(numbers) and float(np.median(numbers)) > 1
