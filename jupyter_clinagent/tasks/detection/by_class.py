"""The figures of an opening class by class: how precise the boxes are, and how many of them an image has."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.markup import ShownTable
from jupyter_clinagent.study.showing.tables import figures_table
from jupyter_clinagent.tasks.detection.counts import count, crowded
from jupyter_clinagent.tasks.detection.found import FoundBoxes

_PRECISION = "Each class on the test images (95 % interval, bootstrap over groups)"
_COUNTS = (
    "How many an image has, on the test images: detections count from a score at which validation has as many of them as drawn "
    "boxes. Difference: found minus drawn, its mean and the limits between which 95 % of images lie (Bland and Altman), each "
    "with its 95 % interval."
)


def tables(session: Session, facts: EvaluationFacts) -> Iterator[ShownTable | str]:
    """Every figure; the precision of each class where there are several; counts where images show more than one thing."""
    opening = session.opening
    test, validation = opening.test, opening.trained.validation
    assert isinstance(test, FoundBoxes)
    assert isinstance(validation, FoundBoxes)
    yield figures_table(facts, [name for name in facts.test if ":" not in name])
    names = session.cohort.classes
    if len(names) > 1:
        rows = [(name, *_boxed(test.of_class(k)), facts.test[f"map50:{name}"]) for k, name in enumerate(names)]
        yield ShownTable(["Class", "Boxes", "Images with one", "AP50"], rows, _PRECISION)
    if crowded(test.truth):
        yield ShownTable(
            ["Class", "Score", "Drawn per image", "Found per image", "Difference", "Lower limit", "Upper limit"],
            [(name, *_counts(test, validation, number, session.seed)) for number, name in enumerate(names)],
            _COUNTS,
        )


def _boxed(test: FoundBoxes) -> tuple[int, int]:
    numbers = [len(boxes) for boxes in test.truth]
    return sum(numbers), sum(number > 0 for number in numbers)


def _counts(test: FoundBoxes, validation: FoundBoxes, kind: int, seed: int) -> Iterator[object]:
    counted = count(test, validation, kind)
    yield from (counted.threshold, float(counted.drawn.mean()), float(counted.found.mean()))
    yield from counted.agreement(test.groups, seed).values()
