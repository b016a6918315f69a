"""What a measurement shows: values by partition, agreement with the truth, heat maps, the greatest errors, its numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import CohortFacts, EvaluationFacts
from jupyter_clinagent.imaging import figures as plots
from jupyter_clinagent.study.protocol.evaluation import SMALL
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.failures import MOST, FailureKind, failure
from jupyter_clinagent.study.showing.markup import HEADS, ShownTable
from jupyter_clinagent.study.showing.tables import figures_table
from jupyter_clinagent.tasks.measurement import figures as drawn
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues
from jupyter_clinagent.tasks.measurement.units import NO_UNIT, rough, with_unit

__all__ = ["cohort", "failures", "figures", "galleries", "predictions", "tables"]

ABOUT = "warm is what makes a number greater than the training mean, or, where it is smaller, what makes it smaller"
"""What a heat map of a number shows."""


def cohort(facts: CohortFacts) -> list[ShownTable | str]:
    """Lowest, median and highest value of training and validation."""
    unit, spread = facts.details["unit"], facts.details["spread"]
    rows = [(name, *(f"{one[k]:.4g}" for one in spread.values())) for k, name in enumerate(("lowest", "median", "highest"))]
    return [ShownTable([f"{facts.classes[0]} ({unit or NO_UNIT})", *HEADS[: len(spread)]], rows, "Values")]


def tables(session: Session, facts: EvaluationFacts) -> list[ShownTable | str]:
    """Every figure, what the tolerance is, and the error in each quarter of the range."""
    test = _test(session)
    close = f"The tolerance is {with_unit(test.scale.tolerance, test.scale.unit)}."
    return [figures_table(facts, facts.test), close, ShownTable(*_by_range(test, session.seed))]


def _test(session: Session) -> MeasuredValues:
    test = session.opening.test
    assert isinstance(test, MeasuredValues)
    return test


def _by_range(test: MeasuredValues, seed: int) -> tuple[list[str], list[tuple[object, ...]], str]:
    """Head, rows and caption."""
    few = Estimate(value=None, reason="too few images")
    rows: list[tuple[object, ...]] = []
    for number, name in enumerate(test.scale.ranges.names):
        inside = test.labels == number
        known = test.error_in(inside, seed) if inside.sum() >= SMALL else {"mae": few, "bias": few}
        rows.append((name, int(inside.sum()), known["mae"], known["bias"]))
    head = ["True value", "Test images", "Mean absolute error", "Bias (measured minus true)"]
    return head, rows, "Error by range of the true value (95 % interval, bootstrap over groups)"


def figures(session: Session) -> dict[str, Figure]:
    """Against the truth, and the agreement."""
    test, known = _test(session), session.opening.facts.test
    return {"against_truth": drawn.against_truth(test, session.cohort.classes[0]), "agreement": drawn.agreement(test, known)}


def _order(test: MeasuredValues) -> np.ndarray:
    """Rows, the greatest error first."""
    return np.argsort(-np.abs(test.differences), kind="stable")


def _said(test: MeasuredValues, row: int) -> str:
    unit = test.scale.unit
    true, off = with_unit(float(test.truth[row]), unit), rough(abs(float(test.differences[row])), unit)
    return f"true {true}, measured {rough(float(test.measured[row]), None)}: {off} too {_way(test, row)}"


def _way(test: MeasuredValues, row: int) -> str:
    return "high" if test.differences[row] > 0 else "low"


def galleries(session: Session, opening: Opening, most: int) -> tuple[list[Shown], float]:
    """The greatest and the smallest errors with heat maps of what moves the number, and the randomisation test."""
    from jupyter_clinagent.imaging.explanation import mean_correlation, shuffled
    from jupyter_clinagent.tasks.measurement.explanation import maps_of
    from jupyter_clinagent.tasks.measurement.module import Measurer

    test, model = opening.test, opening.trained.model
    assert isinstance(test, MeasuredValues)
    assert isinstance(model, Measurer)
    pixels, order, shown = opening.trained.data.images("test"), _order(test), []
    chosen = {"Greatest errors": order[:most], "Smallest errors": order[::-1][:most]}
    for number, (title, rows) in enumerate(chosen.items(), 1):
        said = [f"true {test.truth[row]:.4g}; measured {rough(float(test.measured[row]), None)}" for row in rows]
        numbers, captions = opening.pictured(rows, said)
        images = np.asarray(pixels[numbers])
        heading = f"{title} ({test.scale.unit})" if test.scale.unit else title
        figure = plots.heat_map_gallery(images, maps_of(model, images), captions, heading, columns=min(max(len(images), 3), 5))
        shown.append(Shown(f"heat_maps_{number}", f"{heading}: {ABOUT}", plots.alt_text(figure), plots.png(figure)))
    sample = np.asarray(pixels[np.concatenate([opening.pictured(rows[:12], [])[0] for rows in chosen.values()])])
    return shown, mean_correlation(maps_of(model, sample), maps_of(shuffled(model, session.seed), sample))


def failures(session: Session) -> list[FailureKind]:
    """Numbers that are further off than the tolerance, the greatest error first."""
    opening, test = session.opening, _test(session)
    far = [int(row) for row in _order(test) if abs(test.differences[row]) > test.scale.tolerance]
    worst = [failure(opening, row, _said(test, row)) for row in far[:MOST]]
    limit = with_unit(test.scale.tolerance, test.scale.unit)
    return [FailureKind(f"Further off than {limit}", f"numbers further off than {limit}", len(far), worst)]


def predictions(known: pd.DataFrame, judged: MeasuredValues, classes: list[str]) -> pd.DataFrame:
    """One row for each image: ``measure, unit, true, measured, difference``."""
    numbers = {"true": judged.truth, "measured": judged.measured, "difference": judged.differences}
    told = {"measure": classes[0], "unit": judged.scale.unit or ""}
    return known.assign(**told, **{name: np.round(values, 6) for name, values in numbers.items()})
