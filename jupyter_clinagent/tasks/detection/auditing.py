"""What a careful colleague would say about boxes before a detector is trained."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jupyter_clinagent.facts import AuditFinding
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.data.boxes.found import CORNERS

TINY = 0.01
"""A box whose mean side is below this share of the image's has some three pixels at 256: hardly to be seen."""


def audit_boxes(cohort: Cohort) -> list[AuditFinding]:
    """Findings about boxes."""
    checks = (_touched, _partial, _conflicts, _sizes)
    return [finding for check in checks for finding in check(cohort)]


def _touched(cohort: Cohort) -> Iterator[AuditFinding]:
    facts = cohort.facts
    for done, counts in (("repaired", facts.repaired_boxes), ("not used", facts.refused_boxes)):
        for reason, count in counts.items():
            text = f"{count} box{'es were' if count != 1 else ' was'} {done}: {reason}."
            harmless = reason in ("of another class", "repeats another box")
            yield AuditFinding(topic="boxes", severity="info" if harmless else "warning", count=count, text=text)


def _partial(cohort: Cohort) -> Iterator[AuditFinding]:
    unboxed = cohort.facts.unboxed
    finding = sum(cohort.facts.counts["finding"].values())
    if unboxed:
        how = (
            "the training has to use their labels too, not the boxed part alone"
            if cohort.facts.supervision == "weak"
            else "they are few, and are trained on neither as findings nor as negatives"
        )
        text = f"{unboxed} of {finding} images with a finding have no box ({unboxed / finding:.0%}): {how}."
        yield AuditFinding(topic="partial boxes", severity="warning", count=unboxed, text=text)


def _conflicts(cohort: Cohort) -> Iterator[AuditFinding]:
    count = cohort.facts.conflicts
    if count:
        text = f"{count} boxed images are negative by {cohort.label}; the boxes are believed: please look at them."
        yield AuditFinding(topic="conflicting labels", severity="warning", count=count, text=text)


def _sizes(cohort: Cohort) -> Iterator[AuditFinding]:
    shown = cohort.boxes
    real = cohort.looks.readings.table.loc[shown["image"], ["width", "height"]].to_numpy(dtype=float)
    corners = shown[CORNERS].to_numpy(dtype=float)
    sides = np.sqrt(((corners[:, 2:] - corners[:, :2]) / real).prod(axis=1))
    tiny = int((sides < TINY).sum())
    low, high = (float(value) for value in np.percentile(sides, [5, 95]))
    text = (
        f"{len(shown)} boxes on {shown['image'].nunique()} training and validation images; a typical box is "
        f"{np.median(sides):.0%} of its image wide and high (most lie between {low:.0%} and {high:.0%})."
    )
    yield AuditFinding(topic="box sizes", severity="info", count=len(shown), text=text)
    if tiny:
        text = f"{tiny} boxes are smaller than {TINY:.0%} of their image in each direction: a detector will hardly see them."
        yield AuditFinding(topic="tiny boxes", severity="warning", count=tiny, text=text)
