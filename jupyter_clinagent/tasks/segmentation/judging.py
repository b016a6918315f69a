"""How outlines are judged: at the original size of the images, by their overlap with the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.robustness import Part
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.segmentation import metrics, outlined
from jupyter_clinagent.tasks.segmentation.inference import INSIDE
from jupyter_clinagent.tasks.segmentation.metrics import measure
from jupyter_clinagent.tasks.segmentation.outlined import Outlined
from jupyter_clinagent.tasks.segmentation.truth import HALF, true_masks

EXCLUSIVE = False
JUDGES = (outlined, metrics)


def primary_metric(cohort: CohortFacts) -> tuple[str, str]:
    """The mean Dice."""
    return "dice", "of outlines"


def predict(session: Session, model: Any, data: Any, partition: Partition) -> Outlined:
    """What is outlined in a partition, measured image by image so that no mask is kept."""
    images = data.ids(partition)
    groups = session.rows(partition).loc[images, "group"].to_numpy(dtype=object)
    measured, scores = [], []
    for image, size, found in outlines_of(model, data, partition):
        (truth,), spacing = true_masks(session.cohort, [image], [size]), session.cohort.spacing(image)
        measured.append([measure(t, f >= INSIDE, spacing) for t, f in zip(truth, found, strict=True)])
        scores.append([float(one.max()) for one in found])
    return Outlined(images, groups, measured, np.array(scores).reshape(len(images), -1))


def outlines_of(model: Any, data: Any, partition: Partition) -> Iterator[tuple[str, tuple[int, int], np.ndarray]]:
    """Id, height and width, and probabilities (structures, height, width) of each image, in its original pixels."""
    scales = data.scales(partition)
    for image, (width, height), found in zip(data.ids(partition), scales, model.predicted(data.images(partition)), strict=True):
        yield image, (int(height), int(width)), enlarged(found, int(width), int(height))


def enlarged(found: np.ndarray, width: int, height: int) -> np.ndarray:
    """Probabilities (structures, h, w) at another width and height."""
    return np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) for one in found])


def changed(
    opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray, part: Part
) -> float | None:
    """The mean Dice at the working size on the same images with other pixels."""
    whole = opening.trained.data.masks("test")[rows].transpose(0, 3, 1, 2) * 255  # type: ignore[attr-defined]
    truth = np.stack([[part.enlarged(mask) > HALF for mask in masks] for masks in whole])
    return metrics.dice(truth, opening.trained.model.predict_images(images) >= INSIDE)


def scores(model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """The highest probability of a pixel of the positive structures."""
    return np.asarray(model.predict_images(images)[:, list(positives)].max(axis=(1, 2, 3)))


def example() -> tuple[Outlined, list[str], list[int]]:
    """Forty images of twenty patients with a disc, every fourth one without, outlined a little off, missed or too large."""
    rng = np.random.default_rng(0)
    truth = [_disc(rng.uniform(20, 44, 2), 0.0 if k % 4 == 0 else rng.uniform(5, 14)) for k in range(40)]
    found = [_off(mask, rng) for mask in truth]
    measured = [[measure(t, f)] for t, f in zip(truth, found, strict=True)]
    groups = np.array([f"patient {k // 2}" for k in range(40)], dtype=object)
    scores = np.array([[0.9 if mask.any() else 0.2] for mask in found])
    return Outlined([f"image {k}" for k in range(40)], groups, measured, scores), ["disc"], [0]


def _disc(centre: np.ndarray, radius: float) -> np.ndarray:
    y, x = np.mgrid[:64, :64]
    return np.asarray((x - centre[0]) ** 2 + (y - centre[1]) ** 2 < radius**2)


def _off(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moved by some pixels; now and then nothing, or a speck where nothing is."""
    if not mask.any():
        return _disc(np.array([32.0, 32.0]), 4.0 if rng.random() < COMMON_SPECK else 0.0)
    return np.roll(mask, rng.integers(-4, 5, 2), axis=(0, 1)) if rng.random() > RARE_MISS else np.zeros_like(mask)


COMMON_SPECK, RARE_MISS = 0.3, 0.1
"""Of the example: share of empty images with a speck, and of findings that are missed."""
