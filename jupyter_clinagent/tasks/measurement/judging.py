"""How measurements are judged: by their mean absolute error, and by how they agree with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging import agreement
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.robustness import Part
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.measurement import measured
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues, Scale
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.values import Ranges

EXCLUSIVE = True
JUDGES = (measured, agreement)


def primary_metric(cohort: CohortFacts) -> tuple[str, str]:
    """The mean absolute error."""
    return "mae", "of a measured number"


def predict(session: Session, model: Any, data: Any, partition: Partition) -> MeasuredValues:
    """Numbers of a partition."""
    images, truth = data.ids(partition), data.values(partition)[:, 0].astype(float)
    numbers = model.predict_images(data.images(partition))[:, 0]
    groups = session.rows(partition).loc[images, "group"].to_numpy(dtype=object)
    return MeasuredValues(images, groups, truth, numbers, _scale(session, float(np.median(data.values("train")))))


def _scale(session: Session, median: float) -> Scale:
    specification, details = session.confirmed.specification, session.cohort.facts.details
    assert isinstance(specification, Measurement)
    ranges, line = Ranges(details["ranges"], details["edges"]), specification.line
    return Scale(specification.unit, median, specification.tolerance, ranges, line, specification.side)


def changed(
    opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray, part: Part
) -> float | None:
    """The mean absolute error on the same images with other pixels; a cropped image shows what it measures larger."""
    test = opening.test
    assert isinstance(test, MeasuredValues)
    return agreement.mean_absolute_error(test.truth[rows, None], opening.trained.model.predict_images(images))


def scores(model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """The numbers."""
    return np.asarray(model.predict_images(images)[:, 0])


def example() -> tuple[MeasuredValues, list[str], list[int]]:
    """Eighty images of forty patients between 20 and 80 %, measured a little too high, with a line at 40 %."""
    rng = np.random.default_rng(0)
    truth = rng.uniform(20, 80, 80)
    numbers = truth + 1.5 + rng.normal(0, 5, 80)
    scale = Scale("%", 50.0, 5.0, Ranges.of(truth, "%"), 40.0, "below")
    groups = np.array([f"patient {k // 2}" for k in range(80)], dtype=object)
    return MeasuredValues([f"image {k}" for k in range(80)], groups, truth, numbers, scale), ["EF"], []
