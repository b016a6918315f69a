"""A segmentation's words in the report."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Specification
from jupyter_clinagent.imaging.spacing import AT_DETECTOR
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled, not_applicable
from jupyter_clinagent.study.report.words import counted, hundred
from jupyter_clinagent.study.showing.markup import metric_name, with_interval
from jupyter_clinagent.tasks.segmentation.outlined import Outlined
from jupyter_clinagent.tasks.segmentation.specification import HALF_INSIDE

PROBABILITIES = False


def does(specification: Specification) -> str:
    """“outlines a and b”."""
    return f"outlines {' and '.join(specification.classes)} pixel by pixel"


def headline(e: Evidence) -> str:
    """The overlap with the truth."""
    return (
        f"{metric_name(e.opening.facts.primary_metric)} (twice the common area over the sum of both areas, mean over the images "
        f"that show something) on these test images is {with_interval(e.primary)}; 1 would be perfect."
    )


def without_threshold(e: Evidence) -> str:
    """Whether it finds anything at all, and what was asked for that no threshold holds."""
    said = f"It outlines something in {_share(e, 'found_sensitivity', 'images that show a finding')}"
    spared = e.opening.facts.test.get("found_specificity")
    if spared is None or spared.value is None:
        said += "; how often it leaves images without one alone can't be told: the test set has none."
    else:
        said += f", and leaves {_share(e, 'found_specificity', 'images without one')} alone."
    asked = e.specification.risk
    return said if asked == "balanced" else f"{said} Asked for was: {asked}. No threshold is set for outlines: {HALF_INSIDE}."


def _share(e: Evidence, name: str, what: str) -> str:
    """A rate of images; with several structures it is a mean, of which there is nothing to count."""
    test = e.opening.test
    values = test.values()[name][0] if isinstance(test, Outlined) else np.empty((0, 0))
    return hundred(e.opening.facts.test.get(name), what, counts=counted(values) if values.shape[1] == 1 else None)


def thresholds(e: Evidence) -> str:
    """None but the operating point."""
    return ""


def flawless(e: Evidence) -> str:
    """No outline is poor; how far they are off is said all the same, since hardly any is exact."""
    test = e.opening.test
    assert isinstance(test, Outlined)
    if not test.shows.any():
        return "No test image shows anything to outline, and nothing was outlined on any."
    excess = test.excess[test.shows]
    return (
        f"{_missed(test)} The outlines are not exact: the lowest Dice of the {test.shows.sum()} on the test set is "
        f"{np.nanmin(test.dice):.2f}, and their area differs from the true one by {np.median(excess):+.0%} at the median (from "
        f"{excess.min():+.0%} to {excess.max():+.0%})."
    )


def _missed(test: Outlined) -> str:
    """Images on which something was missed, or outlined that isn't there."""
    missed, extra = (int(found.any(axis=1).sum()) for found in (test.excess == -1, np.isposinf(test.excess)))
    said = f"{missed or 'No'} test image{'s' * (missed > 1)} with a finding {'were' if missed > 1 else 'was'} missed"
    if test.shows.all():
        return f"{said}; how many without one are falsely marked can't be told: there are none."
    return f"{said}, and {extra or 'none'} without one falsely marked."


def unknown(e: Evidence) -> str:
    """Images without a truth are left out, which the audit says."""
    return ""


def guesses(e: Evidence) -> bool:
    """Nobody outlines by guessing."""
    return False


def positive(e: Evidence) -> tuple[list[int], str]:
    """Images with an outline."""
    return [1], "something to outline"


def labels(e: Evidence) -> list[str]:
    """Without and with an outline."""
    return [NO_FINDING, FINDING]


def included(e: Evidence) -> str:
    """Images of which masks or annotations say what they show."""
    return f"images with outlines of {', '.join(e.specification.classes)}, and images whose outline is empty"


def truth(e: Evidence) -> str:
    """The outlines."""
    return "The truth is the outlines beside the images."


def network(backbone: str) -> str:
    """Ronneberger et al. 2015."""
    return f"U-Net on {backbone}"


def naming(e: Evidence) -> str:
    """Pixels from one half on."""
    return "a pixel is inside from a probability of one half on"


def judged(e: Evidence) -> Iterator[Line]:
    """The spread of the Dice instead of a confusion matrix; no calibration."""
    where = f" Distances and areas are {AT_DETECTOR}." if e.session.cohort.facts.details.get("at_detector") else ""
    yield filled(
        "Confusion by class",
        f"See the spread of the Dice, the figures for images with and without a finding, and the gallery.{where}",
    )
    yield not_applicable("Calibration", "Judged are outlines; how well pixel probabilities are calibrated is not measured.")


def simplest(e: Evidence) -> str:
    """Nothing at all."""
    return "Outlining nothing has a Dice of 0"


def enough(least: int) -> str:
    """Findings."""
    return f"{least} images that show something"


def legend() -> str:
    """True outline and the model's."""
    return " Thick blue lines are the true outline, thin orange ones the model's."
