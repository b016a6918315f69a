"""What a detector found on one partition, with the true boxes: the counterpart of a classifier's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.study.protocol.judged import Judged, at_threshold
from jupyter_clinagent.tasks.detection import metrics as detection_metrics


@dataclass(frozen=True)
class FoundBoxes:
    """Boxes found by a detector in the images of one partition.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth, found
        True and detected boxes of each image, in its original pixels.
    """

    images: list[str]
    groups: np.ndarray
    truth: list[Boxes]
    found: list[Boxes]

    @property
    def labels(self) -> np.ndarray:
        """int64, shape (N,): 1 where the image has a finding at all."""
        return np.array([len(boxes) > 0 for boxes in self.truth], dtype=np.int64)

    @property
    def surest(self) -> np.ndarray:
        """float, shape (N,): the highest score in each image."""
        return detection_metrics.image_scores(self.found)

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`; ``auroc`` and the threshold's figures are image-level."""
        known = detection_metrics.estimates(detection_metrics.METRICS, self.truth, self.found, self.groups, seed=seed)
        known |= {f"map50:{name}": self.of_class(k).precision(seed) for k, name in enumerate(classes) if len(classes) > 1}
        return known | (at_threshold(self, positives or [0], threshold, seed) if threshold is not None else {})

    def of_class(self, kind: int) -> FoundBoxes:
        """Boxes of one class only, in all images."""
        truth, found = ([boxes[boxes.classes == kind] for boxes in each] for each in (self.truth, self.found))
        return replace(self, truth=truth, found=found)

    def precision(self, seed: int) -> Estimate:
        """``map50``."""
        return detection_metrics.estimates(["map50"], self.truth, self.found, self.groups, seed=seed)["map50"]

    def gain_over(self, other: Judged, metric: str, draws: int, seed: int) -> Estimate:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        if not isinstance(other, FoundBoxes) or other.images != self.images:
            raise ValueError("The detections to be compared were made on different images.")
        return detection_metrics.paired_difference(
            metric, self.truth, other.found, self.found, self.groups, draws=draws, seed=seed
        )

    def binary(self, *positives: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: any box of the classes, and the highest score for one."""
        truth, found = ([boxes[np.isin(boxes.classes, positives)] for boxes in each] for each in (self.truth, self.found))
        return np.array([len(boxes) > 0 for boxes in truth]), detection_metrics.image_scores(found)

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        part = self.rows(np.flatnonzero(inside))
        if part.labels.sum() < least:
            return 0, None
        return len(classes), part.precision(seed)

    def rows(self, chosen: np.ndarray) -> FoundBoxes:
        """Those images only."""
        truth, found = ([each[k] for k in chosen] for each in (self.truth, self.found))
        return replace(self, images=[self.images[k] for k in chosen], groups=self.groups[chosen], truth=truth, found=found)
