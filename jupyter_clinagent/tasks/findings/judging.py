"""How several findings are judged: each for itself, and by their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch

from jupyter_clinagent.contracts import Partition, Specification
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.robustness import Part
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.findings import enough, metrics, scored
from jupyter_clinagent.tasks.findings.scored import FindingScores

EXCLUSIVE = False
JUDGES = (scored, enough, metrics)


def primary_metric(cohort: CohortFacts) -> tuple[str, str]:
    """The mean AUROC."""
    return "macro_auroc", "with several findings"


def predict(session: Session, model: Any, data: Any, partition: Partition) -> FindingScores:
    """Probabilities of a partition; on validation the threshold of each finding is chosen, and kept with the model.

    It is chosen on what gets one answer.
    """
    images = data.ids(partition)
    truth, scores = data.findings(partition).astype(float), model.predict_images(data.images(partition))
    groups = session.rows(partition).loc[images, "group"].to_numpy(dtype=object)
    found = FindingScores(images, groups, truth, scores, model.thresholds.double().cpu().numpy())
    if partition != "validation":
        return found
    judged, rules = cast(FindingScores, session.at_level(found, partition)), rules_of(session.confirmed.specification)
    model.thresholds.copy_(torch.from_numpy(metrics.thresholds(judged.truth, judged.scores, rules)))
    return replace(found, thresholds=model.thresholds.double().cpu().numpy())


def rules_of(specification: Specification) -> list[tuple[str, float | None]]:
    """Rule and target of each finding's threshold."""
    held = {
        name: (rule, target)
        for rule in ("sensitivity", "specificity")
        for name, target in getattr(specification, f"{rule}_for", {}).items()
    }
    return [held.get(name, ("youden", None)) for name in specification.classes]


def changed(
    opening: Opening, rows: np.ndarray, metric: str, positives: Sequence[int], images: np.ndarray, part: Part
) -> float | None:
    """The macro AUROC on the same images with other pixels, over the findings that count in the headline."""
    test = opening.test
    assert isinstance(test, FindingScores)
    return metrics.macro_auroc(test.truth[rows], opening.trained.model.predict_images(images), test.counted)


def scores(model: Any, images: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """The highest probability of the positive findings."""
    return np.asarray(model.predict_images(images)[:, list(positives)].max(axis=1))


def example() -> tuple[FindingScores, list[str], list[int]]:
    """Eighty images of forty patients with three findings, some entries not known."""
    rng = np.random.default_rng(0)
    truth = (rng.random((80, 3)) < [0.5, 0.3, 0.15]).astype(float)
    scores = np.clip(0.4 + 0.3 * truth + rng.normal(0, 0.2, truth.shape), 0.01, 0.99)
    truth[rng.random(truth.shape) < UNKNOWN] = np.nan
    groups = np.array([f"patient {k // 2}" for k in range(80)], dtype=object)
    cuts = np.array([0.5, 0.55, 0.6])
    return FindingScores([f"image {k}" for k in range(80)], groups, truth, scores, cuts), ["a", "b", "c"], []


UNKNOWN = 0.1
"""Share of the example's entries that are not known."""
