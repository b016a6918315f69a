"""A measurement's words in the report."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from jupyter_clinagent.contracts import Estimate, Specification
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, filled, not_applicable
from jupyter_clinagent.study.report.words import hundred
from jupyter_clinagent.study.showing.markup import with_interval
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.units import NO_UNIT, rough, with_unit

PROBABILITIES = False


def _specified(e: Evidence) -> Measurement:
    specification = e.specification
    assert isinstance(specification, Measurement)
    return specification


def _test(e: Evidence) -> MeasuredValues:
    test = e.opening.test
    assert isinstance(test, MeasuredValues)
    return test


def _figure(e: Evidence, name: str) -> str:
    return with_interval(e.opening.facts.test.get(name))


def does(specification: Specification) -> str:
    """“measures EF in %”."""
    assert isinstance(specification, Measurement)
    unit = f"in {specification.unit}" if specification.unit else f"({NO_UNIT})"
    return f"measures {specification.measure} {unit} on an image"


def headline(e: Evidence) -> str:
    """By how much it is off on average, and by how much a model without any learning would be."""
    test, gain = _test(e), e.opening.facts.test["median_gain"]
    said = (
        f"On these test {e.judged} it is off by {with_interval(e.primary)} on average (mean absolute error; 0 would be perfect). "
        f"Always saying {with_unit(test.scale.median, test.scale.unit)}, the median of the training images, would be off by "
        f"{_figure(e, 'median_mae')}"
    )
    if _is_above_zero(gain):
        return f"{said}."
    return f"{said}: from this test set it can't be told whether the model is better than that."


def _is_above_zero(gain: Estimate) -> bool:
    return gain.low is not None and gain.low > 0


def without_threshold(e: Evidence) -> str:
    """Bias, limits of agreement, how many are close enough, and how the line is told."""
    return " ".join([_agreement(e), _close(e), *_line(e)])


def _agreement(e: Evidence) -> str:
    known = e.opening.facts.test
    bias, low, high = (known[name] for name in ("bias", "limits_of_agreement_low", "limits_of_agreement_high"))
    if bias.value is None or low.value is None or high.value is None:
        return "How it agrees with the truth can't be estimated."
    way = "too high" if bias.value > 0 else "too low"
    sure = bias.low is not None and bias.high is not None and (bias.low > 0 or bias.high < 0)
    lean = f"On the whole it measures {bias.written(abs(bias.value))}{bias.after} {way}" if sure else "It has no clear bias"
    return (
        f"{lean} (measured minus true {with_interval(bias)}). For 19 of 20 {e.judged} like these the error is expected between "
        f"{low.written(low.value)} and {high.written(high.value)}{high.after} (limits of agreement)."
    )


def _close(e: Evidence) -> str:
    close = np.abs(_test(e).differences) <= _specified(e).tolerance
    share = hundred(e.opening.facts.test["within"], e.judged, counts=(int(close.sum()), len(close)))
    return f"It comes within {with_unit(_specified(e).tolerance, _specified(e).unit)} of the truth in {share}."


def _line(e: Evidence) -> Iterator[str]:
    """How well the number tells the two sides of the line that was asked for."""
    drawn, known = _specified(e).drawn, e.opening.facts.test
    if not drawn:
        return
    test = _test(e)
    there, called = test.scale.beyond(test.truth), test.scale.beyond(test.measured)
    hits, spared = (int((called & there).sum()), int(there.sum())), (int((~called & ~there).sum()), int((~there).sum()))
    yield (
        f"Held against the line that was asked for, the measured number recognises "
        f"{hundred(known['line_sensitivity'], counts=hits)} {e.judged} that are {drawn}, and leaves "
        f"{hundred(known['line_specificity'], counts=spared)} of the others on their side."
    )


def thresholds(e: Evidence) -> str:
    """A line is asked for, not chosen."""
    drawn = _specified(e).drawn
    return f"None was chosen: the request draws the line {drawn}, and the measured number is held against it." if drawn else ""


def flawless(e: Evidence) -> str:
    """All are close enough."""
    test = _test(e)
    greatest = rough(float(np.abs(test.differences).max()), test.scale.unit)
    return (
        f"No test image is further off than {with_unit(test.scale.tolerance, test.scale.unit)}; the greatest error is {greatest}."
    )


def unknown(e: Evidence) -> str:
    """Images without a value are left out, which the flow says."""
    return ""


def guesses(e: Evidence) -> bool:
    """An AUROC of a coin says nothing of numbers; the headline compares with the training median."""
    return False


def positive(e: Evidence) -> tuple[list[int], str]:
    """Every image has a number."""
    return list(range(len(labels(e)))), "a value"


def labels(e: Evidence) -> list[str]:
    """The quarters of the range."""
    return list(e.session.cohort.facts.details["ranges"])


def included(e: Evidence) -> str:
    """Images with a value."""
    return f"images with a number in “{e.session.cohort.label}”"


def truth(e: Evidence) -> str:
    """The column."""
    return f"The true values come from “{e.session.cohort.label}” ({_specified(e).unit or NO_UNIT})."


def network(backbone: str) -> str:
    """A backbone and a linear layer."""
    return f"{backbone} with one linear layer that gives a number"


def naming(e: Evidence) -> str:
    """The number itself, and how far it may be off."""
    low, high = (e.opening.facts.test[f"limits_of_agreement_{end}"] for end in ("low", "high"))
    usual = f"; errors from {low.written(low.value or 0)} to {high.written(high.value or 0)}{high.after} are usual"
    spread = e.session.cohort.facts.details["spread"]["train"]
    learnt = f"; it learnt from values between {spread[0]:.4g} and {with_unit(spread[2], _specified(e).unit)}"
    return f"the number is {_specified(e).measure} ({_specified(e).unit or NO_UNIT}){usual}{learnt}"


def judged(e: Evidence) -> Iterator[Line]:
    """Agreement instead of a confusion matrix; no probabilities."""
    yield filled("Confusion by class", f"See the agreement plot (Bland and Altman 1986) and the errors by range. {_agreement(e)}")
    yield not_applicable("Calibration", "Judged is a number, not a probability; see the bias in each range.")


def simplest(e: Evidence) -> str:
    """The median of the training part."""
    test = _test(e)
    said = with_unit(test.scale.median, test.scale.unit)
    return f"Always saying {said}, the median of the training images, is off by {_figure(e, 'median_mae')} on average"


def enough(least: int) -> str:
    """Images."""
    return f"{least} images"


def legend() -> str:
    """Nothing is drawn on the pictures."""
    return ""
