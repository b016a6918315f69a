"""The experiments of a detection: at what size, and which fit into the time.

All boxes: heads on a backbone tuned by image-level labels, then every layer, then more negatives; where each image shows many
findings, every layer at once. Where findings are small,
training sees windows of the images at full detail, every layer free at once: feature maps of a few windows show too little of
the images. Partial boxes: a teacher learns from the boxes and all negatives, heads first and then with every layer, boxes the
rest, and a student goes on from it with both. On hard wrists with boxes on 5 % (seed 7, not one of the benchmark's) 59 % of the
heads' pseudo-boxes overlapped the truth by half, 78 % of every layer's, and 88 % of the student's after two rounds. On real films
with small fractures and boxes on 5 % (seed 7, mAP50 on validation, 3 to 4 minutes each) a teacher reached .019 on whole images
and .061 on windows, its students .101 and .116; leaving out all but the surest sixth of the pseudo-boxes gave .075.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from jupyter_clinagent.agent.playbook.plan import (
    Rung,
    Size,
    closing_minutes,
    images_of,
    judging_minutes,
    milliseconds,
)
from jupyter_clinagent.contracts import NO_FINDING, Plan, PlannedStep, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts

HEADS = Rung(
    "box heads on a frozen, classifier-tuned backbone",
    "a backbone that tells images with a finding from images without one needs only heads to say where it is",
    "head",
    0.5,
    method="heads",
)
TEACHER = Rung(
    "teacher: boxes and negatives",
    "a backbone tuned on the labels of all images and few boxes beside all negatives show where findings may be",
    "head",
    0.4,
    method="heads",
)
SHARPER = Rung(
    "teacher: every layer free",
    "with every layer free, even few boxes teach the backbone what a box looks like, so the teacher's own get better",
    "all",
    0.4,
    method="teacher",
)
STUDENT = Rung(
    "student with CAM-ranked pseudo-boxes",
    "images without a box still show the finding, so the teacher's box where the classifier looks, too, teaches a student",
    "all",
    0.6,
    method="student",
)
BY_SCORE = Rung(
    "student with pseudo-boxes",
    "images without a box still show the finding, so the teacher's surest box teaches a student",
    "all",
    0.6,
    method="student",
)
SECOND = Rung(
    "second student, boxes ranked again",
    "the student knows better than its teacher where to look, so its boxes teach a second one",
    "all",
    0.5,
    method="second",
)
ZOOMED = Rung(
    "every layer free, on windows at full detail",
    "typical findings are small on these images, so learn from parts of them at a resolution that shows them",
    "all",
    0.9,
    method="windows",
)
ZOOMED_TEACHER = Rung(
    "teacher: windows at full detail",
    "even few boxes, seen at a resolution that shows them, teach what a finding looks like",
    "all",
    0.4,
    method="windowed teacher",
)
EVERY = Rung("every layer free", "with every layer free, the backbone learns from the boxes, too", "all", 0.4, method="all")
CROWDED = Rung(
    "every layer free from the start",
    "each image shows many findings and hardly any shows none, so the boxes themselves teach every layer",
    "all",
    0.9,
    method="whole",
)
NEGATIVES = Rung(
    "two negatives for each positive",
    "more images without a finding teach the detector what looks like one and is none",
    "head",
    0.2,
    method="negatives",
)

BOX_PIXELS = 32
"""The working size gives a typical box at least so many pixels, where time and images allow."""
LEAST_SIDE, MOST_SIDE = 128, 512
WINDOW_BOXES = 4
"""A window is so many times as wide and high as a typical box; it is used where that is at most half as wide as the image.
Real films (7 minutes on one core, mAP50 on validation): windows of 192 pixels .152, of 128 .191, of images of 384 x 512; the
latter of images of 480 x 640 .195; whole images .02 to .07."""
LEAST_WINDOW = 128
_USUAL_MILLISECONDS = {"train": 18.0, "predict": 6.0}
"""For one image of 128 × 128 pixels, every layer free: 30 to 50 in training on one core; only to choose a size before this
machine is measured."""
PREDICTED = 1.4
"""Times that all images together are predicted in a study: looks at validation, the test set, robustness."""
CACHING = 0.35
"""Share of the first experiment that may go into feature maps: with four views each of 775 films at 256 × 384 pixels, and of
crops of them, it all did, and nothing was learnt."""
SIZE_PASSES = 4.0
"""A size is too large if half of the time doesn't suffice to train on every image this often."""
PASSES = 4.0
"""Unfreezing is only worth its time if every image is seen twice; in passes of the classifier, which take half as long."""
LONGER_PASSES = 4.0
"""What heads that begin anew on their feature maps need; measured in the time of full passes."""
MANY_BOXES = 3.0
"""Boxes of a training image from which on its label says nothing beside them."""
FEW_NEGATIVES = 20
"""Below so many groups without a finding, box-free regions of other images serve as negatives already."""


def detection_size(survey: SurveyFacts, minutes: float) -> tuple[Size, Size | None]:
    """Width and height to work at, and of the windows that training sees, in multiples of 32.

    The first is what a typical box needs and the time allows; where boxes are small beside it, training sees windows of it, so
    that only predictions cost what whole images do. No windows: None.
    """
    box = survey.median_box
    side, window = _side(survey, BOX_PIXELS / box if box else LEAST_SIDE, minutes, "predict"), None
    if box:
        window = max(round(WINDOW_BOXES * box * side / 32) * 32, LEAST_WINDOW)
    if window is None or 2 * window > side:
        return _shaped(survey, _side(survey, side, minutes, "train")), None
    width, height = _shaped(survey, side)
    return (width, height), (min(window, width), min(window, height))


def _side(survey: SurveyFacts, wanted: float, minutes: float, what: Literal["train", "predict"]) -> float:
    """Side of a square of as many pixels as are wanted and as half of the time affords."""
    milliseconds = _USUAL_MILLISECONDS[what] * (SIZE_PASSES if what == "train" else PREDICTED) * max(survey.images, 1)
    affordable = LEAST_SIDE * math.sqrt(0.5 * minutes * 60_000 / milliseconds)
    return min(max(min(wanted, affordable), LEAST_SIDE), MOST_SIDE, max(survey.median_size or (LEAST_SIDE, LEAST_SIDE)))


def _shaped(survey: SurveyFacts, side: float) -> Size:
    """In the images' own proportions."""
    width, height = survey.median_size or (1, 1)
    proportion = min(max(width / height, 0.75), 4 / 3)
    wide, high = (max(64, round(side * factor / 32) * 32) for factor in (proportion**0.5, proportion**-0.5))
    return wide, high


def make_detection_plan(
    spec: Specification, cohort: CohortFacts, speed: SpeedFacts, minutes_used: float, window: Size | None = None
) -> tuple[Plan, list[Rung]]:
    """Share what is left of the budget; see :func:`~jupyter_clinagent.agent.playbook.plan.make_plan`.

    Parameters
    ----------
    window
        Of :func:`detection_size`.
    """
    closing = closing_minutes(spec, cohort, speed)
    left = max(spec.minutes - minutes_used - closing - 3 * judging_minutes(spec, cohort, speed), 0.5)
    pass_ = milliseconds(speed, "all") * images_of(cohort)["train"] / 60_000
    rungs = _zoomed_rungs(cohort, window) if window else _rungs(cohort, left, pass_)
    total = sum(rung.share for rung in rungs)
    minutes = [left * rung.share / total for rung in rungs]
    if rungs[0].method == "heads":
        rungs[0] = replace(rungs[0], views=_views(cohort, speed, minutes[0]))
    steps = [PlannedStep(name=r.name, hypothesis=r.hypothesis, minutes=round(m, 2)) for r, m in zip(rungs, minutes, strict=True)]
    measured = _seen(speed, window) if window else _passes(speed, cohort, rungs[0], minutes[0] / pass_)
    note = (
        f"Measured on this machine with {speed.threads} threads: {measured} {minutes_used:.1f} minutes are used, {closing:.1f} "
        "are kept for the test set, the heat maps and the report."
    )
    return Plan(steps=steps, minutes=round(sum(minutes), 2), note=note), rungs


def _seen(speed: SpeedFacts, window: Size) -> str:
    return (
        f"{milliseconds(speed, 'predict'):.0f} ms to search one image. A step sees windows of {window[0]} × {window[1]} pixels "
        "of the images; the detector is judged on whole ones."
    )


def _passes(speed: SpeedFacts, cohort: CohortFacts, first: Rung, passes: float) -> str:
    images, each = images_of(cohort)["train"], f"{milliseconds(speed, 'all'):.0f} ms per training image."
    if first.method != "heads":
        return f"{each} The experiment makes about {0.5 * passes:.1f} passes over {images} images."
    return (
        f"{each} Half of the first experiment tunes the backbone (about {0.5 * passes:.1f} passes over {images} images), "
        "the rest trains the heads on feature maps computed once."
    )


def _views(cohort: CohortFacts, speed: SpeedFacts, minutes: float) -> int:
    """Views of each training image (and of a box-free crop of it, where crops stand in for negatives) that there is time for."""
    entries = images_of(cohort)["train"] * (1 if many_negatives(cohort) else 2)
    once = entries * milliseconds(speed, "predict") / 60_000
    return int(min(max(CACHING * minutes / once, 1), Rung.views))


def many_negatives(cohort: CohortFacts) -> bool:
    """Whether box-free training images come from enough groups to be negatives themselves."""
    return cohort.groups.get(NO_FINDING, {}).get("train", 0) >= FEW_NEGATIVES


def _crowded(cohort: CohortFacts) -> bool:
    boxes = sum(parts["train"] for parts in cohort.boxes.values())
    full = cohort.supervision == "full" and not many_negatives(cohort)
    return full and boxes >= MANY_BOXES * max(images_of(cohort)["train"], 1)


def _zoomed_rungs(cohort: CohortFacts, window: Size) -> list[Rung]:
    """Where findings are small, labels of whole images say too little about where to look: scores rank the pseudo-boxes."""
    rungs = [ZOOMED_TEACHER, BY_SCORE, SECOND] if cohort.supervision == "weak" else [ZOOMED]
    return [replace(rung, window=window) for rung in rungs]


def _rungs(cohort: CohortFacts, left: float, pass_: float) -> list[Rung]:
    """What fits into the time: unfreezing and more negatives only where they see the images often enough."""
    if _crowded(cohort):
        return [CROWDED]
    weak = [TEACHER, SHARPER, STUDENT] if many_negatives(cohort) else [TEACHER, replace(SHARPER, method="surest"), BY_SCORE]
    rungs = weak if cohort.supervision == "weak" else [HEADS]
    more = SECOND if cohort.supervision == "weak" else EVERY
    for rung, passes in ((more, PASSES), *([(NEGATIVES, LONGER_PASSES)] if many_negatives(cohort) else [])):
        if left * rung.share / sum(r.share for r in [*rungs, rung]) < passes * pass_:
            break
        rungs.append(rung)
    return rungs
