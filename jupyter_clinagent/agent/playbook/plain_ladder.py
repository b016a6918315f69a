"""The ladder of three: a linear probe, half of the network, all of it, with the times of this machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from jupyter_clinagent.agent.playbook.plan import Rung, Size, closing_minutes, images_of, judging_minutes, milliseconds
from jupyter_clinagent.agent.playbook.refinement import Signs, finer
from jupyter_clinagent.contracts import Plan, PlannedStep, Specification
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts, SpeedFacts, SurveyFacts


@dataclass(frozen=True)
class Setup:
    """What the cell of a refinement says about data and model."""

    size: Size
    strength: float = 1.0

    @classmethod
    def of(cls, facts: ExperimentFacts) -> Setup:
        """That of an experiment, whose model the next one goes on from."""
        data = facts.details["data"]
        width, height = data["preprocessing"]["size"]
        return cls((width, height), (data["train_transform"] or {}).get("strength", 1.0))


def changed(signs: Signs, **change: Any) -> Setup:
    """That of the best experiment so far, with one thing changed."""
    return replace(Setup.of(signs.best), **change)


def on_finer_images(signs: Signs) -> Setup:
    """The next size up."""
    return changed(signs, size=finer(Setup.of(signs.best).size))


def room_for_detail(signs: Signs) -> bool:
    """Whether the images hold more than the working size shows."""
    return signs.room_for_detail(Setup.of(signs.best).size)


HALF = Rung("half-frozen tuning", "the later layers adapt to these images while the early ones keep what they know", "half", 0.5)
FULL = Rung("full fine-tuning", "with every layer free, textures of these images are learnt too", "all", 0.5)
PROBE_MINUTES = 0.4
USEFUL_PASSES = 4.0
"""Full fine-tuning is only worth its time if it sees every training image about this often."""
_SIZES: tuple[Size, ...] = ((160, 128), (144, 144), (128, 160))


def usual_size(survey: SurveyFacts) -> Size:
    """The images' own proportions at about 144 pixels."""
    if survey.median_size is None or max(survey.median_size) <= 128:
        return 128, 128
    proportion = survey.median_size[0] / survey.median_size[1]
    best = min(_SIZES, key=lambda one: abs(one[0] / one[1] - proportion))
    return round(best[0] / 32) * 32, round(best[1] / 32) * 32


def climbing(probe: Rung, spec: Specification, cohort: CohortFacts, speed: SpeedFacts, used: float) -> tuple[Plan, list[Rung]]:
    """Share what is left of the budget among the probe and the experiments after it that can use it."""
    closing, judging, train = (
        closing_minutes(spec, cohort, speed),
        judging_minutes(spec, cohort, speed),
        images_of(cohort)["train"],
    )
    left = max(spec.minutes - used - closing - 3 * judging, 0.3)
    first = min(left * probe.share, PROBE_MINUTES)
    passes = (left - first) * FULL.share * 60_000 / (milliseconds(speed, "all") * max(train, 1))
    tuned = [HALF, FULL] if passes >= USEFUL_PASSES else [HALF]
    total = sum(rung.share for rung in tuned)
    minutes = [first, *((left - first) * rung.share / total for rung in tuned)]
    rungs = [probe, *tuned]
    steps = [PlannedStep(name=r.name, hypothesis=r.hypothesis, minutes=round(m, 2)) for r, m in zip(rungs, minutes, strict=True)]
    note = (
        f"Measured on this machine with {speed.threads} threads: {milliseconds(speed, 'all'):.0f} ms per training image with "
        f"every layer free, {train} images. {used:.1f} minutes are used, {closing:.1f} are kept for the test set, the heat maps "
        "and the report."
    )
    return Plan(steps=steps, minutes=round(sum(minutes), 2), note=note), rungs
