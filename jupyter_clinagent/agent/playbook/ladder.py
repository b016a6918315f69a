"""Which experiments fit into the time: the ladder from a linear probe to full fine-tuning, with measured times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jupyter_clinagent.agent.playbook.plan import Rung, Size, closing_minutes, images_of, judging_minutes, milliseconds
from jupyter_clinagent.contracts import Plan, PlannedStep, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts

PROBE = Rung("linear probe", "frozen ImageNet features say at once whether the images carry the answer", "head", 0.08)
HALF = Rung("half-frozen tuning", "the later layers adapt to these images while the early ones keep what they know", "half", 0.6)
FULL = Rung("full fine-tuning", "with every layer free, colours and textures of these images are learnt too", "all", 0.4)
TWIN = Rung(
    "half-frozen tuning, drawn anew",
    "more passes would add little, so a second model of the same recipe meets the images in another order",
    "half",
    0.6,
    method="twin",
)
TOGETHER = Rung(
    "both asked together", "models that learnt differently err differently, so ask both", "half", 0.0, method="together"
)

USEFUL_EPOCHS = 4.0
"""Full fine-tuning is only worth its time if it sees every training image this often: on melanoma against nevus (HAM10000) it
lost what half-frozen tuning had gained when it made fewer passes (AUROC .917 -> .887 after 2.4, .913 after 3.8)."""
ENSEMBLE_MINUTES = 4.0
"""From so much training time on there is time to ask two models. Where full fine-tuning does not fit, that is two half-frozen
ones: on melanoma against nevus (HAM10000, validation AUROC, means of three splits) one of about 1,800 steps had .922, one of
900 .923, two of 900 together .927; single splits -.005, +.015 and +.003."""
PROBE_MINUTES = (0.15, 0.7)
"""Least and most that the probe gets."""

_SIZES: tuple[Size, ...] = ((128, 96), (128, 128), (96, 128))


def working_size(survey: SurveyFacts) -> Size:
    """Width and height to work at: the images' own proportions, in multiples of 32, about 128 pixels wide."""
    if survey.median_size is None:
        return 128, 128
    proportion = survey.median_size[0] / survey.median_size[1]
    return min(_SIZES, key=lambda size: abs(size[0] / size[1] - proportion))


def make_plan(
    spec: Specification, cohort: CohortFacts, speed: SpeedFacts, minutes_used: float, freeing: Sequence[Rung] = ()
) -> tuple[Plan, list[Rung]]:
    """Share what is left of the budget among the rungs that can use it.

    Parameters
    ----------
    minutes_used
        Wall time since the request.
    freeing
        Experiments against confounders; they follow the plain ones and train the same parts as the last of these.
    """
    images = images_of(cohort)
    judging = judging_minutes(spec, cohort, speed)
    left = max(spec.minutes - minutes_used - closing_minutes(spec, cohort, speed) - 3 * judging, 0.3)
    probe = min(max(left * PROBE.share, PROBE_MINUTES[0]), PROBE_MINUTES[1])
    each = (left - probe) / (1 + len(freeing)) * 60_000 / images["train"]  # milliseconds for each image
    tuned = [HALF]
    if each * FULL.share >= USEFUL_EPOCHS * milliseconds(speed, "all"):
        tuned = [HALF, FULL]
    elif each / 2 >= USEFUL_EPOCHS * milliseconds(speed, "half") and left >= ENSEMBLE_MINUTES and not freeing:
        tuned = [HALF, TWIN]
    if len(tuned) > 1 and left >= ENSEMBLE_MINUTES and not freeing:
        tuned = [*tuned, replace(TOGETHER, members=tuple(rung.name for rung in tuned))]
    rungs = [PROBE, *tuned, *(replace(rung, trainable=tuned[-1].trainable) for rung in freeing)]
    left = max(left - max(len(tuned) - 2, 0) * judging, 0.3)
    total = sum(r.share for r in rungs[1:])
    minutes = [probe, *((left - probe) * r.share / total for r in rungs[1:])]
    steps = [PlannedStep(name=r.name, hypothesis=r.hypothesis, minutes=round(m, 2)) for r, m in zip(rungs, minutes, strict=True)]
    longest = max(range(len(rungs)), key=minutes.__getitem__)
    trained = milliseconds(speed, rungs[longest].trainable)
    passes = minutes[longest] * 60_000 / (trained * images["train"])
    note = (
        f"Measured on this machine with {speed.threads} threads: {trained:.0f} ms per training image, so the longest experiment "
        f"makes about {passes:.1f} passes over {images['train']} images. {minutes_used:.1f} minutes are used, "
        f"{closing_minutes(spec, cohort, speed):.1f} are kept for the test set, the heat maps and the report."
    )
    return Plan(steps=steps, minutes=round(sum(minutes), 2), note=note), rungs
