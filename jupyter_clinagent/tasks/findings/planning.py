"""The experiments of several findings: a linear probe, half of the network, all of it, and what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.plan import Rung, Size, closing_minutes, images_of, judging_minutes, milliseconds
from jupyter_clinagent.agent.playbook.refinement import LONGER, Signs, next_experiment
from jupyter_clinagent.contracts import Plan, PlannedStep, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks.findings import cells, ideas

FREES = False
WISHES: Mapping[str, tuple[str, ...]] = {"sensitive": (LONGER,), "specific": (LONGER,)}
THRESHOLDS = False
PROBE = Rung("linear probe", "frozen ImageNet features say at once whether the images carry the findings", "head", 0.08)
HALF = Rung("half-frozen tuning", "the later layers adapt to these images while the early ones keep what they know", "half", 0.5)
FULL = Rung("full fine-tuning", "with every layer free, textures of these images are learnt too", "all", 0.5)
PROBE_MINUTES = 0.4
USEFUL_PASSES = 4.0
"""Full fine-tuning is only worth its time if it sees every training image about this often."""
_SIZES: tuple[Size, ...] = ((160, 128), (144, 144), (128, 160))


def size(survey: SurveyFacts, minutes: float) -> tuple[Size, Size | None]:
    """The images' own proportions at about 144 pixels; whole images."""
    if survey.median_size is None:
        return (128, 128), None
    proportion, longest = survey.median_size[0] / survey.median_size[1], max(survey.median_size)
    if longest <= 128:
        return (128, 128), None
    best = min(_SIZES, key=lambda one: abs(one[0] / one[1] - proportion))
    return (round(best[0] / 32) * 32, round(best[1] / 32) * 32), None


def plan(
    spec: Specification,
    cohort: CohortFacts,
    speed: SpeedFacts,
    used: float,
    freeing: Sequence[Rung] = (),
    window: Size | None = None,
) -> tuple[Plan, list[Rung]]:
    """Share what is left of the budget among the experiments that can use it."""
    closing, judging, train = (
        closing_minutes(spec, cohort, speed),
        judging_minutes(spec, cohort, speed),
        images_of(cohort)["train"],
    )
    left = max(spec.minutes - used - closing - 3 * judging, 0.3)
    probe = min(left * PROBE.share, PROBE_MINUTES)
    passes = (left - probe) * FULL.share * 60_000 / (milliseconds(speed, "all") * max(train, 1))
    tuned = [HALF, FULL] if passes >= USEFUL_PASSES else [HALF]
    total = sum(rung.share for rung in tuned)
    minutes = [probe, *((left - probe) * rung.share / total for rung in tuned)]
    rungs = [PROBE, *tuned]
    steps = [PlannedStep(name=r.name, hypothesis=r.hypothesis, minutes=round(m, 2)) for r, m in zip(rungs, minutes, strict=True)]
    note = (
        f"Measured on this machine with {speed.threads} threads: {milliseconds(speed, 'all'):.0f} ms per training image with "
        f"every layer free, {train} images. {used:.1f} minutes are used, {closing:.1f} are kept for the test set, the heat maps "
        "and the report."
    )
    return Plan(steps=steps, minutes=round(sum(minutes), 2), note=note), rungs


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """A planned experiment."""
    return cells.experiment(number, rung, minutes, setting.spec, setting.size)


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, ideas.CATALOGUE, wished)
    return None if chosen is None else (chosen.hypothesis, cells.refinement(number, chosen, setting.spec))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where the interval holds the AUROC of a coin."""
    ranks = test.get("macro_auroc", {})
    low, high = ranks.get("low"), ranks.get("high")
    guesses = low is not None and high is not None and low <= 0.5 <= high
    return "From this test set it can't be told whether it is better than guessing." if guesses else ""


def declines(wish: str) -> str:
    """Rare classes, and shortcuts."""
    return {
        "rare": "Each finding is learnt for itself from the images of which it is known, so none can count more.",
        "free": "How far several findings rely on a shortcut can't be measured yet, so no model is freed from one.",
    }.get(wish, "")
