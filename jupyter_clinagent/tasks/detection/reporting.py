"""A detector's words in the report."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Specification
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled, not_applicable
from jupyter_clinagent.study.report.words import faultless, hundred
from jupyter_clinagent.study.showing.markup import metric_name, with_interval

PROBABILITIES = False


def does(specification: Specification) -> str:
    """“marks a and b with boxes”."""
    return f"marks {' and '.join(specification.classes)} with boxes"


def headline(e: Evidence) -> str:
    """The precision of boxes."""
    return (
        f"{metric_name(e.opening.facts.primary_metric)} (average precision of boxes that overlap the true one by half or more) "
        f"on these test images is {with_interval(e.primary)}; 1 would be perfect."
    )


def without_threshold(e: Evidence) -> str:
    """Findings found at two rates of false alarms."""
    test = e.opening.facts.test
    return (
        f"With one false alarm in every second image it finds {hundred(test.get('froc_0.5'), 'findings')}, with two in "
        f"each image {hundred(test.get('froc_2'), 'findings')}."
    )


def thresholds(e: Evidence) -> str:
    """None but the operating point."""
    return ""


def flawless(e: Evidence) -> str:
    """Every call is right."""
    return faultless(e)


def unknown(e: Evidence) -> str:
    """Images without a truth are left out, which the audit says."""
    return ""


def guesses(e: Evidence) -> bool:
    """Nobody marks findings by guessing."""
    return False


def positive(e: Evidence) -> tuple[list[int], str]:
    """Images with a finding."""
    return [1], "a finding"


def labels(e: Evidence) -> list[str]:
    """Without and with a finding."""
    return [NO_FINDING, FINDING]


def included(e: Evidence) -> str:
    """Boxed images, negatives, and images that are only trained on."""
    unboxed = e.session.cohort.facts.unboxed
    weak = f", and {unboxed} images with a finding that nobody has boxed (they are only trained on)" if unboxed else ""
    return f"images with boxes of {', '.join(e.specification.classes)}, images without a finding{weak}"


def truth(e: Evidence) -> str:
    """The boxes."""
    unboxed = e.session.cohort.facts.unboxed
    weak = f" and, for {unboxed} images without a box, image-level labels" if unboxed else ""
    return f"The truth is the boxes beside the images{weak}."


def network(backbone: str) -> str:
    """Lin et al. 2017."""
    return f"RetinaNet on {backbone}"


def naming(e: Evidence) -> str:
    """By FROC."""
    return "each box has a score; choose how many false alarms an image you can bear (FROC)"


def judged(e: Evidence) -> Iterator[Line]:
    """FROC instead of a confusion matrix; no calibration."""
    yield filled("Confusion by class", "See the sensitivities at fixed rates of false positives (FROC) and the failure gallery.")
    yield not_applicable("Calibration", "The scores of a detector order its boxes; they are no probabilities.")


def simplest(e: Evidence) -> str:
    """No box at all."""
    return "Marking nothing finds no finding and gives no false alarm"


def enough(least: int) -> str:
    """Findings."""
    return f"{least} images with a finding"


def legend() -> str:
    """True and detected boxes."""
    return " Thick blue boxes are the truth, thin orange ones the detections."
