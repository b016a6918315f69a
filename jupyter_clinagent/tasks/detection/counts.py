"""How many boxes of a class an image has: what the detector counts beside what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.agreement import estimates, limit_of_agreement, mean
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection.found import FoundBoxes


class Counted(NamedTuple):
    """Boxes of one class in each image of a test set, float (N,): drawn, and found with at least ``threshold``."""

    threshold: float
    drawn: np.ndarray
    found: np.ndarray

    def agreement(self, groups: np.ndarray, seed: int) -> dict[str, Estimate]:
        """Of found minus drawn: ``bias``, the mean, and the limits of agreement ``low`` and ``high`` (Bland and Altman 1986)."""
        apart = self.found - self.drawn
        figures = {"bias": mean(apart), "low": limit_of_agreement(apart, -1), "high": limit_of_agreement(apart, 1)}
        return estimates(figures, groups, {}, seed)


def count(test: FoundBoxes, validation: FoundBoxes, kind: int) -> Counted:
    """The counts of a class; detections count from the score at which validation has as many of them as true boxes."""
    threshold = _threshold(validation, kind)
    return Counted(threshold, _number(test.truth, kind), _number(test.found, kind, threshold))


def _threshold(validation: FoundBoxes, kind: int) -> float:
    scores = np.sort(np.concatenate([np.empty(0), *(one.scores[one.classes == kind] for one in validation.found)]))[::-1]
    number = int(_number(validation.truth, kind).sum())
    return float(scores[min(number, len(scores)) - 1]) if number and len(scores) else 1.0


def _number(boxes: Sequence[Boxes], kind: int, threshold: float = 0.0) -> np.ndarray:
    return np.array([float(((one.classes == kind) & (one.scores >= threshold)).sum()) for one in boxes])


def crowded(truth: Sequence[Boxes]) -> bool:
    """Whether images that show something typically show it more than once, so that a count says more than that it is there."""
    numbers = [len(one) for one in truth if len(one)]
    return bool(numbers) and float(np.median(numbers)) > 1
