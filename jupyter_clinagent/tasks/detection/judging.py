"""How detectors are judged: by the precision of their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging import boxes
from jupyter_clinagent.imaging.augment import MOSTLY_VISIBLE
from jupyter_clinagent.imaging.boxes import Boxes, listed
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.robustness import Part
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.detection import found, metrics
from jupyter_clinagent.tasks.detection.found import FoundBoxes

EXCLUSIVE = False
_FOUND, _FALSE = 0.8, 0.3
"""Share of the example's findings that are found, and of its images with a false alarm."""
JUDGES = (found, metrics, boxes)


def primary_metric(cohort: CohortFacts) -> tuple[str, str]:
    """Average precision of boxes that overlap the true one by half."""
    return "map50", "of a detection"


def predict(session: Session, model: Any, data: Any, partition: Partition) -> FoundBoxes:
    """Boxes found in a partition."""
    cohort = session.cohort
    images, seen = model.predict_boxes(data, partition)
    truth = cohort.seal.boxes() if partition == "test" else cohort.boxes
    groups = session.rows(partition).loc[images, "group"].to_numpy(dtype=object)
    return FoundBoxes(list(images), groups, listed(truth, images, cohort.classes), seen)


def changed(
    opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray, part: Part
) -> float | None:
    """The metric on the same images with other pixels; a box that is hardly in sight any more is no longer to be found."""
    test = opening.test
    assert isinstance(test, FoundBoxes)
    data, seen = opening.trained.data, opening.trained.model.predict_images(images)
    place, scales = data.preprocessing.to_model, data.scales("test")
    truth = [in_part(test.truth[k].moved(place(test.truth[k].corners, *scales[k])), part, data.preprocessing.size) for k in rows]
    return metrics.score(metric, truth, seen)


def in_part(found: Boxes, part: Part, size: tuple[int, int]) -> Boxes:
    """Boxes of a picture of this width and height in what shows a part of it."""
    whole = part.corners(found.corners, size)
    inside = np.clip(whole, 0, np.tile(size, 2))
    shown = boxes.area(inside) >= np.maximum(MOSTLY_VISIBLE * boxes.area(whole), 1)
    return found[shown].moved(inside[shown])


def example() -> tuple[FoundBoxes, list[str], list[int]]:
    """Forty images of twenty patients; every other one shows a finding, of which some are missed, beside false alarms."""
    rng = np.random.default_rng(0)
    truth = [_square(rng, k % 2) for k in range(40)]
    found = [_seen(rng, each) for each in truth]
    groups = np.array([f"patient {k // 4}" for k in range(40)], dtype=object)
    return FoundBoxes([f"image {k}" for k in range(40)], groups, truth, found), ["finding"], [0]


def _square(rng: np.random.Generator, number: int) -> Boxes:
    corner = rng.uniform(10, 60, (number, 2))
    return Boxes.of(np.hstack([corner, corner + rng.uniform(15, 30, (number, 2))]))


def _seen(rng: np.random.Generator, truth: Boxes) -> Boxes:
    """Most boxes a little off, and now and then one where nothing is."""
    near = truth[rng.random(len(truth)) < _FOUND]
    near = near.moved(near.corners + rng.normal(0, 2, near.corners.shape))
    false = _square(rng, int(rng.random() < _FALSE))
    corners = np.vstack([near.corners, false.corners])
    scores = np.concatenate([rng.uniform(0.4, 1, len(near)), rng.uniform(0, 0.7, len(false))])
    order = np.argsort(-scores)
    return Boxes.of(corners[order], scores=scores[order])


def scores(model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """The highest score of a box of the positive classes."""
    seen = model.predict_images(images)
    return metrics.image_scores([each[np.isin(each.classes, positives)] for each in seen])
