"""A classifier's words in the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jupyter_clinagent.contracts import Specification, in_words
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled
from jupyter_clinagent.study.report.words import GUESSING, faultless, hundred
from jupyter_clinagent.study.showing.markup import metric_name, with_interval
from jupyter_clinagent.tasks.classification.predictions import Predictions

PROBABILITIES = True


def does(specification: Specification) -> str:
    """“tells a, b and c apart”."""
    return f"tells {_listed(list(specification.classes))} apart"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def headline(e: Evidence) -> str:
    """The AUROC, and what would be guessing."""
    name = metric_name(e.opening.facts.primary_metric)
    return f"{name} on these test {e.judged} is {with_interval(e.primary)}; {GUESSING} would be guessing, 1 perfect."


def without_threshold(e: Evidence) -> str:
    """How often the class named is right."""
    accuracy = e.opening.facts.test.get("balanced_accuracy")
    return f"Naming the likeliest class, it is right in {hundred(accuracy)} {e.judged} of an average class."


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
    """Whether the interval holds the AUROC of a coin."""
    return e.primary.holds(GUESSING)


def positive(e: Evidence) -> tuple[list[int], str]:
    """The positive class, or those held together."""
    positives = e.session.positives
    return positives, in_words([e.session.cohort.classes[k] for k in positives]) if positives else ""


def labels(e: Evidence) -> list[str]:
    """The classes."""
    return e.session.cohort.classes


def included(e: Evidence) -> str:
    """Images of these classes."""
    return f"images labelled {', '.join(e.specification.classes)}"


def truth(e: Evidence) -> str:
    """The column."""
    return f"The labels come from “{e.session.cohort.label}”."


def network(backbone: str) -> str:
    """A backbone and a linear layer."""
    return f"{backbone} with one linear layer"


def naming(e: Evidence) -> str:
    """Which class is named."""
    test = e.opening.test
    assert isinstance(test, Predictions)
    if test.decision is None:
        return "take the class with the highest score"
    return "divide each score by its class's share of the training images, then take the highest (rare classes get their chance)"


def judged(e: Evidence) -> Iterator[Line]:
    """Confusion matrix and calibration."""
    yield filled("Confusion by class", "See the confusion matrix.")
    slope = "can't be estimated" if e.slope is None else f"{e.slope:.2f}"
    ece, brier = (with_interval(e.opening.facts.test.get(name)) for name in ("ece", "brier"))
    yield filled("Calibration", f"Slope {slope}, expected calibration error {ece}, Brier score {brier}.")


def simplest(e: Evidence) -> str:
    """The majority class."""
    return f"Always the most frequent class is right in {e.majority:.1%} of the test {e.judged}"


def enough(least: int) -> str:
    """Two classes."""
    return f"{least} images of each of two classes or more"


def legend() -> str:
    """Nothing is drawn on the pictures."""
    return ""
