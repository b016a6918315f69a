"""What the plans of all tasks are made of: experiments, and what judging and closing a study take of its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts

Size = tuple[int, int]


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder; ``share`` is its part of the training time when all rungs are climbed."""

    name: str
    hypothesis: str
    trainable: Literal["head", "half", "all"]
    share: float
    method: str = ""
    confounder: str = ""
    """How the model is freed from which confounder; empty for plain training."""
    members: tuple[str, ...] = ()
    """Experiments whose models are asked together."""
    views: int = 4
    """Variants of each training image whose feature maps are computed, where heads learn from these."""
    window: Size | None = None
    """Width and height in pixels of the part of an image that a training step sees, where findings are small."""


CLOSING_SECONDS = 25.0
"""Test set, heat maps and report, beside what :func:`closing_minutes` counts by the image."""
MOST_CLOSING, MOST_JUDGING = 0.3, 0.05


def closing_minutes(spec: Specification, cohort: CohortFacts, speed: SpeedFacts) -> float:
    """What the evaluation, the heat maps and the report will take: four looks at each test image (flips).

    Never more than a share of the budget, so that a speed measured while the machine did something else can't eat it all.
    """
    estimate = (CLOSING_SECONDS + images_of(cohort)["test"] * milliseconds(speed, "predict") * 4 / 1000) / 60
    return min(estimate, MOST_CLOSING * spec.minutes)


def judging_minutes(spec: Specification, cohort: CohortFacts, speed: SpeedFacts) -> float:
    """What it takes to judge one experiment: four looks at each validation image, after its training."""
    return min(images_of(cohort)["validation"] * milliseconds(speed, "predict") * 4 / 60_000, MOST_JUDGING * spec.minutes)


def images_of(cohort: CohortFacts) -> dict[str, int]:
    """Images by partition."""
    return {part: sum(counts.get(part, 0) for counts in cohort.counts.values()) for part in ("train", "validation", "test")}


def milliseconds(speed: SpeedFacts, what: str) -> float:
    """Milliseconds an image for ``head``, ``half``, ``all`` or ``predict``."""
    return next(iter(speed.ms_per_image[what].values()))
