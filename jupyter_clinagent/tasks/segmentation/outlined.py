"""What a model outlined on one partition, measured against the truth: the counterpart of a classifier's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.study.protocol.judged import Judged, at_threshold
from jupyter_clinagent.tasks.segmentation import metrics
from jupyter_clinagent.tasks.segmentation.inference import SMALLEST
from jupyter_clinagent.tasks.segmentation.metrics import Measured

SHARES = ("lesion_sensitivity", "found_sensitivity", "found_specificity")
"""Figures that are shares of findings or of images."""


@dataclass(frozen=True)
class Outlined:
    """Measurements of the images of one partition, in their original pixels; distances in millimetres if all know theirs.

    Attributes
    ----------
    images, groups
        Ids, length N.
    measured
        Of each image and structure.
    scores
        float (N, structures): the highest probability of a pixel.
    """

    images: list[str]
    groups: np.ndarray
    measured: list[list[Measured]]
    scores: np.ndarray

    def _each(self, name: str) -> np.ndarray:
        """One measurement of each image and structure, float (N, S)."""
        return np.array([[getattr(one, name) for one in image] for image in self.measured], dtype=float)

    @property
    def shows(self) -> np.ndarray:
        """Whether each image shows each structure, bool (N, S)."""
        return self._each("true") > 0

    @property
    def in_millimetres(self) -> bool:
        """Whether distances are in millimetres; else they are in pixels."""
        return bool(self.measured) and all(one.spacing is not None for image in self.measured for one in image)

    @property
    def labels(self) -> np.ndarray:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: 1 where any structure is shown."""
        return np.asarray(self.shows.any(axis=1), dtype=np.int64)

    @property
    def dice(self) -> np.ndarray:
        """Dice of each image and structure (N, S); NaN where it isn't shown."""
        each = self._each("true") + self._each("found")
        return np.where(self.shows, 2 * self._each("both") / np.maximum(each, 1), np.nan)

    @property
    def excess(self) -> np.ndarray:
        """By how much of the true area each outline is too large (N, S): -1 where missed, infinite where nothing is, else NaN."""
        true, found = self._each("true"), self._each("found")
        nothing = np.where(found > 0, np.inf, np.nan)
        return np.where(self.shows, found / np.maximum(true, 1) - 1, nothing)

    def values(self) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
        """Every figure's values (N, S), NaN where an image can't be judged by it, and how much each counts."""
        both, shows, parts = self._each("both"), self.shows, self._each("parts")
        union = self._each("true") + self._each("found") - both
        seen = (self._each("found") >= SMALLEST).astype(float)
        covered = np.divide(self._each("parts_found"), parts, out=np.full(parts.shape, np.nan), where=parts > 0)
        unit = "_mm" if self.in_millimetres else ""
        return {
            "dice": (self.dice, None),
            "iou": (np.where(shows, both / np.maximum(union, 1), np.nan), None),
            f"hausdorff95{unit}": (self._each("hausdorff95"), None),
            f"surface_dice{unit}": (np.where(shows, np.nan_to_num(self._each("surface")), np.nan), None),
            "lesion_sensitivity": (covered, parts),
            "found_sensitivity": (np.where(shows, seen, np.nan), None),
            "found_specificity": (np.where(shows, np.nan, 1 - seen), None),
        }

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`; with several structures each figure is their mean."""
        known = {
            name: metrics.mean_of(*values, self.groups, seed, share=name in SHARES) for name, values in self.values().items()
        }
        return known | (at_threshold(self, positives or [0], threshold, seed) if threshold is not None else {})

    def gain_over(self, other: Judged, metric: str, draws: int, seed: int) -> Estimate:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        if not isinstance(other, Outlined) or other.images != self.images:
            raise ValueError("The outlines to be compared were made on different images.")
        return metrics.difference(self.values()[metric][0], other.values()[metric][0], self.groups, seed, draws)

    def binary(self, *positives: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: the highest probability of a pixel is the score."""
        chosen = list(positives)
        return np.asarray(self.shows[:, chosen].any(axis=1)), np.asarray(self.scores[:, chosen].max(axis=1))

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        if self.labels[inside].sum() < least:
            return 0, None
        return len(classes), metrics.mean_of(self.dice[inside], None, self.groups[inside], seed)
