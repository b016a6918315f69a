"""How models that grade are judged: by quadratic weighted kappa of the grade named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.study.protocol.judged import together
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.robustness import Part
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.grading import calibration, graded, metrics
from jupyter_clinagent.tasks.grading.graded import Grades

EXCLUSIVE = True
JUDGES = (graded, metrics, calibration)


def primary_metric(cohort: CohortFacts) -> tuple[str, str]:
    """Kappa, by which a far miss counts more than a near one."""
    return "kappa_quadratic", "with ordered grades"


def predict(session: Session, model: Any, data: Any, partition: Partition) -> Grades:
    """Probabilities of the grades of a partition; on validation the calibration is chosen, and kept with the model."""
    if partition == "validation":
        model.uncalibrated()
    images, scores = model.predict_proba(data, partition)
    known, classes = session.rows(partition).loc[images], session.cohort.classes
    truth = known["class"].map({name: number for number, name in enumerate(classes)}).to_numpy(dtype=np.int64)
    told = model.calibrate(truth, scores) if partition == "validation" else scores
    return Grades(list(images), known["group"].to_numpy(dtype=object), truth, np.asarray(told, dtype=float))


def changed(
    opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray, part: Part
) -> float | None:
    """The metric on the same images with other pixels."""
    return metrics.score(metric, opening.test.labels[rows], opening.trained.model.predict_images(images))


def example() -> tuple[Grades, list[str], list[int]]:
    """Ninety images of forty-five patients with four grades, each step less sure than the one before."""
    rng = np.random.default_rng(0)
    truth = np.arange(90) % 4
    distance = np.abs(np.arange(4)[None, :] - (truth + rng.normal(0, 0.9, 90))[:, None])
    scores = np.exp(-1.5 * distance)
    groups = np.array([f"patient {k // 2}" for k in range(90)], dtype=object)
    classes = [f"grade {k}" for k in range(4)]
    return Grades([f"image {k}" for k in range(90)], groups, truth, scores / scores.sum(axis=1, keepdims=True)), classes, [2, 3]


def scores(model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """Summed probability of the grades that count as positive."""
    return together(model.predict_images(images), positives)
