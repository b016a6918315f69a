"""How detectors are judged: by the precision of their boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging import boxes
from jupyter_clinagent.imaging.boxes import listed
from jupyter_clinagent.study.opening import Opening
from jupyter_clinagent.study.session import Session
from jupyter_clinagent.tasks.detection import found, metrics
from jupyter_clinagent.tasks.detection.found import FoundBoxes

EXCLUSIVE = False
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


def changed(opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray) -> float | None:
    """The metric on the same images with other pixels."""
    test = opening.test
    assert isinstance(test, FoundBoxes)
    data, seen = opening.trained.data, opening.trained.model.predict_images(images)
    place, scales = data.preprocessing.to_model, data.scales("test")
    truth = [test.truth[k].moved(place(test.truth[k].corners, *scales[k])) for k in rows]
    return metrics.score(metric, truth, seen)


def scores(model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """The highest score of a box of the positive classes."""
    seen = model.predict_images(images)
    return metrics.image_scores([each[np.isin(each.classes, positives)] for each in seen])
