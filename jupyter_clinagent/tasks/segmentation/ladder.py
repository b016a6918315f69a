"""The experiments of a segmentation: at what size, and which fit into the time."""

from __future__ import annotations

import math

from jupyter_clinagent.agent.playbook.plan import Rung, Size, closing_minutes, images_of, judging_minutes, milliseconds
from jupyter_clinagent.contracts import Plan, PlannedStep, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks.segmentation import TASK

DECODER = Rung(
    "decoder on frozen ImageNet features",
    "features of everyday pictures say at once whether the outlines can be learnt",
    "head",
    0.2,
    method="decoder",
)
EVERY = Rung(
    "every layer free", "with every layer free, edges and textures of these images are learnt too", "all", 0.8, method="all"
)
LEAST_SIDE, MOST_SIDE = 96, 320
USUAL_MILLISECONDS = 22.0
"""One image of 128 × 128 pixels, forward and back, with the decoder, on one core; only to choose a size before measuring."""
DECODING = 1.8
"""Times that a training step with the decoder takes beside one of the backbone alone."""
PASSES = 12.0
"""A size is too large if the time doesn't suffice to see every training image about this often."""


def outline_size(survey: SurveyFacts, minutes: float) -> Size:
    """Width and height to work at, in multiples of 32 and the images' own proportions: what the time affords."""
    width, height = survey.median_size or (LEAST_SIDE, LEAST_SIDE)
    images = survey.seen.get(TASK.name, {}).get("described", survey.images)  # the survey may count masks beside them, too
    affordable = 128 * math.sqrt(0.6 * minutes * 60_000 / (PASSES * USUAL_MILLISECONDS * max(0.7 * images, 1)))
    side = min(max(affordable, LEAST_SIDE), MOST_SIDE, max(width, height, LEAST_SIDE))
    proportion = min(max(width / height, 0.6), 1.7)
    wide, high = (max(64, round(side * factor / 32) * 32) for factor in (proportion**0.5, proportion**-0.5))
    return wide, high


def make_plan(spec: Specification, cohort: CohortFacts, speed: SpeedFacts, used: float) -> tuple[Plan, list[Rung]]:
    """Share what is left of the budget: a first answer from the decoder alone, then every layer."""
    closing, judging = closing_minutes(spec, cohort, speed), judging_minutes(spec, cohort, speed)
    left = max(spec.minutes - used - closing - 3 * judging, 0.5)
    rungs = [DECODER, EVERY]
    minutes = [left * rung.share for rung in rungs]
    steps = [PlannedStep(name=r.name, hypothesis=r.hypothesis, minutes=round(m, 2)) for r, m in zip(rungs, minutes, strict=True)]
    each = DECODING * milliseconds(speed, "all")
    passes = minutes[1] * 60_000 / (each * max(images_of(cohort)["train"], 1))
    note = (
        f"Measured on this machine with {speed.threads} threads: about {each:.0f} ms per training image, so every layer sees "
        f"{images_of(cohort)['train']} images some {passes:.0f} times. {used:.1f} minutes are used, {closing:.1f} are kept for "
        "the test set, the pictures and the report."
    )
    return Plan(steps=steps, minutes=round(sum(minutes), 2), note=note), rungs
