"""How classifiers are judged: by AUROC on images of which each has one class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.study.protocol.judged import together
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.robustness import Part
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.classification import predictions
from jupyter_clinagent.tasks.classification.predictions import Predictions

EXCLUSIVE = True
JUDGES = (predictions,)


def primary_metric(cohort: CohortFacts) -> tuple[str, str]:
    """AUROC of two classes, the mean one-against-rest AUROC of more."""
    return ("auroc" if len(cohort.classes) == 2 else "macro_auroc"), f"with {len(cohort.classes)} classes"


def predict(session: Session, model: Any, data: Any, partition: Partition) -> Predictions:
    """Class probabilities of a partition."""
    images, scores = model.predict_proba(data, partition)
    known, classes = session.rows(partition).loc[images], session.cohort.classes
    truth = known["class"].map({name: number for number, name in enumerate(classes)}).to_numpy(dtype=np.int64)
    groups = known["group"].to_numpy(dtype=object)
    return Predictions(list(images), groups, truth, np.asarray(scores, dtype=float), model.decision_weights)


def changed(
    opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray, part: Part
) -> float | None:
    """The metric on the same images with other pixels."""
    scores = opening.trained.model.predict_images(images)
    return metrics.score(metric, opening.test.labels[rows], scores, positive=positives[0] if positives else None)


def example() -> tuple[Predictions, list[str], list[int]]:
    """Sixty images of thirty patients, one more apt to be ill than the next."""
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 2
    score = np.clip(0.5 + 0.25 * (truth - 0.5) + 0.25 * rng.standard_normal(60), 0.01, 0.99)
    groups = np.array([f"patient {k // 2}" for k in range(60)], dtype=object)
    return Predictions([f"image {k}" for k in range(60)], groups, truth, np.column_stack([1 - score, score])), ["no", "yes"], [1]


def scores(model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """Summed probability of the positive classes."""
    return together(model.predict_images(images), positives)
