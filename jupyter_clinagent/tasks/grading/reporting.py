"""The words of a grading in the report."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled
from jupyter_clinagent.study.report.words import counted, faultless, hundred
from jupyter_clinagent.study.showing.markup import metric_name, with_interval
from jupyter_clinagent.tasks.grading.graded import Grades, cut_names

PROBABILITIES = True
GUESSING = 0.0
"""Kappa of a model that guesses."""
FITTED = "One slope and one shift for all cuts were fitted on validation."


def does(specification: Specification) -> str:
    """“grades an image from 0 to 4”."""
    grades = list(specification.classes)
    return f"grades an image from {grades[0]} to {grades[-1]}, on a scale of {len(grades)}"


def headline(e: Evidence) -> str:
    """Kappa, and what would be guessing."""
    name = metric_name(e.opening.facts.primary_metric)
    return (
        f"{name} on these test {e.judged} is {with_interval(e.primary)}; {GUESSING:g} would be guessing, 1 perfect; a grade "
        f"named two steps off counts four times as much as one step. {_close(e)}"
    )


def _close(e: Evidence) -> str:
    """How often the grade named is right, and how often within one."""
    test, figures = e.opening.test, e.opening.facts.test
    assert isinstance(test, Grades)
    off = np.abs(test.named - test.truth)
    right, near = (hundred(figures.get(name), e.judged, counted(off <= most)) for name, most in (("exact", 0), ("within_one", 1)))
    return f"The grade named is exactly right in {right} and at most one grade off in {near}."


def without_threshold(e: Evidence) -> str:
    """How far off it is on average, and how far at worst."""
    test = e.opening.test
    assert isinstance(test, Grades)
    off = int(np.abs(test.named - test.truth).max(initial=0))
    far = "none is off" if not off else f"the furthest is {off} off"
    error = with_interval(e.opening.facts.test.get("mae_grades"))
    return f"On average the grade named lies {error} grades from the true one; {far}."


def thresholds(e: Evidence) -> str:
    """None but the operating point."""
    return ""


def flawless(e: Evidence) -> str:
    """Every call is right."""
    return faultless(e)


def unknown(e: Evidence) -> str:
    """Images without a grade are left out, which the audit says."""
    return ""


def guesses(e: Evidence) -> bool:
    """Whether the interval holds the kappa of a guess."""
    return e.primary.holds(GUESSING)


def positive(e: Evidence) -> tuple[list[int], str]:
    """The grades from the cut on."""
    positives = e.session.positives
    return positives, cut_names(e.session.cohort.classes)[min(positives) - 1] if positives else ""


def labels(e: Evidence) -> list[str]:
    """The grades."""
    return e.session.cohort.classes


def included(e: Evidence) -> str:
    """Images with one of these grades."""
    return f"images graded {', '.join(e.specification.classes)}"


def truth(e: Evidence) -> str:
    """The column, and the order of its grades."""
    return f"The grades come from “{e.session.cohort.label}”, ordered {' < '.join(e.specification.classes)}."


def network(backbone: str) -> str:
    """A backbone and a linear layer for the steps of the scale."""
    return f"{backbone} with one linear layer, an output for each step of the scale (CORN)"


def naming(e: Evidence) -> str:
    """The median."""
    return "take the highest grade that is more likely reached than not (the median), which has the smallest expected error"


def judged(e: Evidence) -> Iterator[Line]:
    """Confusion by distance and calibration."""
    near = with_interval(e.opening.facts.test.get("within_one"))
    yield filled("Confusion by class", f"See the distances and the confusion matrix; within one grade: {near}.")
    slope = "can't be estimated without a cut" if e.slope is None else f"{e.slope:.2f}"
    ece, brier = (with_interval(e.opening.facts.test.get(name)) for name in ("ece", "brier"))
    yield filled("Calibration", f"Slope {slope}, expected calibration error {ece}, Brier score {brier}. {FITTED}")


def simplest(e: Evidence) -> str:
    """The most frequent grade."""
    return f"Always the most frequent grade is right in {e.majority:.1%} of the test {e.judged}, and has a kappa of {GUESSING:g}"


def enough(least: int) -> str:
    """Two grades."""
    return f"{least} images of each of two grades or more"


def legend() -> str:
    """Nothing is drawn on the pictures."""
    return ""
