"""Drafts a measurement: its column, its unit, how far it may be off, and the line that a request draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from jupyter_clinagent.agent.playbook.drafting import (
    RISKS,
    Draft,
    Notes,
    group_column,
    kind_of_images,
    listed,
    question,
    say_several_splits,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.contracts import Card, Specification
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import CohortFacts, SurveyFacts, is_unnamed_part
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.lines import Amount, Line, line_in, tolerance_in, unit_in
from jupyter_clinagent.tasks.measurement.reading import Measurable, meant, named
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.units import NO_UNIT, factor, is_size, unit_called, with_unit
from jupyter_clinagent.tasks.measurement.unmet import not_done, refuse_unsaid_lines

USUAL_TOLERANCE = 0.1
"""Where nobody says how far a number may be off: this share of the range that eight of ten images lie in, rounded."""
_MEASURE_CHANGES = "Its numbers are what the model learns to give."
_LONGEST_LIFE = 120
_TIMES = ("years", "months", "days")


@dataclass(frozen=True)
class Drawn:
    """A line in the unit of the column."""

    line: float
    side: Literal["below", "above"]


def _without_set_aside(text: str, intent: Intent) -> str:
    """“Without those over 15 years” says of whom, and draws no line."""
    plain = normalise(text)
    for clause in filter(None, intent.set_aside.split(" . ")):
        plain = plain.replace(clause.strip(), " ")
    return plain


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """The specification, or the question which column is meant or in which unit it is.

    Parameters
    ----------
    answers
        Answers to earlier questions by key (``measure``, ``unit``).
    """
    notes = Notes(list(survey.assumptions))
    column = _column(intent, survey, answers, notes)
    if isinstance(column, Card):
        return column
    text = " . ".join([intent.text, *intent.later])
    kept = _without_set_aside(text, intent)
    refuse_unsaid_lines(intent, kept, column.measure)
    wanted = line_in(kept)
    unit = _unit(column, text, wanted, answers, notes)
    if isinstance(unit, Card):
        return unit
    drawn = _drawn(column, unit, wanted, notes)
    tolerance = _tolerance(column, unit, tolerance_in(text), notes)
    _say_caveats(intent, column, unit, notes)
    for line in not_done(intent, drawn is not None):
        notes.first(line)
    specification = _specify(intent, survey, column, unit, tolerance, drawn, notes)
    image = next((c.name for c in survey.columns if c.role == "image" and column.name in _beside(survey, c.table)), None)
    more = {"unit": unit} if unit else {}
    return Draft(specification, tuple(notes.lines), image, choose_split=say_several_splits(survey, notes), more=more)


def _beside(survey: SurveyFacts, table: str) -> list[str]:
    return [column.name for column in survey.columns if column.table == table]


# ------------------------------------------------------------------ which column
def _column(intent: Intent, survey: SurveyFacts, answers: dict[str, str], notes: Notes) -> Measurable | Card:
    candidates = meant(intent, survey)
    if (answer := answers.get("measure")) is not None:
        found = next((c for c in candidates if c.name.casefold() == answer.strip().casefold()), None)
        if found is None:
            raise BadInput(f"“{answer}” is none of the columns that may be meant: {listed(c.name for c in candidates)}.")
        notes.first(f"It was asked which number is meant; the answer: {found.name}.")
        return found
    if is_unnamed_part(candidates[0].name):
        return _which_part(candidates)
    if len(candidates) > 1:
        names = [column.name for column in candidates]
        text = f"Several columns may be meant: {listed(names)}. A study measures one number: which?"
        return question("measure", text, names, names[0], _MEASURE_CHANGES)
    if not named(intent, candidates):
        notes.first(f"The request names no column; “{candidates[0].name}” is the only one that fits what it asks for.")
    return candidates[0]


def _which_part(parts: list[Measurable]) -> Card:
    """Nobody but the clinician knows, so nothing is taken by default."""
    shown = "; ".join(f"{column.name}: {column.low:.4g} to {column.high:.4g}" for column in parts)
    text = (
        f"Only the names of the files hold numbers, and nothing says what they mean ({shown}). Which of them is to be measured?"
    )
    return question("measure", text, [column.name for column in parts], "", _MEASURE_CHANGES)


# ------------------------------------------------------------------ its unit
def _unit(column: Measurable, text: str, line: Line | None, answers: dict[str, str], notes: Notes) -> str | Card | None:
    """That of the column, else of an answer, else of the request; None where nobody names one."""
    asked = unit_in(text)
    if column.unit:
        _check_unit(column, asked, notes)
        return column.unit
    if answer := answers.get("unit"):
        return _answered_unit(answer, column, notes)
    if line and line.at.unit:
        return _question_of_unit(column, line.at)
    if asked:
        notes.first(f"“{column.name}” names no unit; the request says {asked}, so its numbers are taken for {asked}.")
        return asked
    notes.first(
        f"{NO_UNIT.capitalize()} for “{column.name}” ({column.low:.4g} to {column.high:.4g}): numbers and figures are as they "
        "stand there. Say for instance “in mm” to name it."
    )
    return None


def _check_unit(column: Measurable, asked: str | None, notes: Notes) -> None:
    if asked in (None, column.unit):
        if column.unit_from != "its name":
            notes.add(f"The unit of “{column.name}”, {column.unit}, stands in {column.unit_from}.")
        return
    times = factor(asked, str(column.unit)) if asked else None
    if times is None:
        raise LabelsDoNotMatch(
            f"The request asks for {asked}, and “{column.name}” is in {column.unit}: name the unit of the column."
        )
    notes.first(
        f"The request says {asked}, and “{column.name}” is in {column.unit}: numbers stay in {column.unit} (one of {asked} is "
        f"{times:.4g} {column.unit})."
    )


def _answered_unit(answer: str, column: Measurable, notes: Notes) -> str:
    unit = unit_called(answer, short=True)
    if unit is None:
        raise BadInput(f"“{answer}” is no unit that is known; write for instance months, years, mm, %, degrees or ml.")
    notes.first(f"It was asked in which unit “{column.name}” is; the answer: {unit}.")
    return unit


def _question_of_unit(column: Measurable, at: Amount) -> Card:
    """The line has a unit, the column has none: asked, with the likeliest as the default."""
    spoken = str(at.unit)
    choices = list(dict.fromkeys([spoken, *(unit for unit in _TIMES if factor(spoken, unit))]))
    likely = next((unit for unit in choices if column.high * (factor(unit, "years") or 0.0) <= _LONGEST_LIFE), spoken)
    text = (
        f"The request draws a line at {with_unit(at.number, at.unit)}, and “{column.name}” ({column.low:.4g} to "
        f"{column.high:.4g}) does not say its unit. In which unit is it?"
    )
    return question("unit", text, choices, likely, "It decides on which side of the line each image lies.")


# ------------------------------------------------------------------ lines and errors
def _drawn(column: Measurable, unit: str | None, line: Line | None, notes: Notes) -> Drawn | None:
    """The line, in the unit of the column; the first thing that the card says.

    Raises
    ------
    LabelsDoNotMatch
        It is in a unit that can't become the column's, or all values lie on one side of it.
    """
    if line is None:
        return None
    at = _in_unit(line.at, unit, column)
    if not column.low < at < column.high:
        raise LabelsDoNotMatch(
            f"The request draws a line at {with_unit(at, unit)}, but “{column.name}” lies between {column.low:.4g} and "
            f"{with_unit(column.high, unit)}: there is nothing on one side of it."
        )
    notes.first(
        f"The request draws a line: what is learnt is the number itself, and how well it tells images {line.side} "
        f"{with_unit(at, unit)} from the others is reported (sensitivity, specificity, AUROC)."
    )
    return Drawn(at, line.side)


def _in_unit(amount: Amount, unit: str | None, column: Measurable) -> float:
    if amount.unit is None or amount.unit == unit:
        return amount.number
    times = factor(amount.unit, unit) if unit else None
    if times is None:
        raise LabelsDoNotMatch(
            f"The request says {with_unit(amount.number, amount.unit)}, and “{column.name}” is in {unit or 'no named unit'}."
        )
    return amount.number * times


def _tolerance(column: Measurable, unit: str | None, wanted: Amount | None, notes: Notes) -> float:
    if wanted is not None and (unit or wanted.unit is None):
        return _in_unit(wanted, unit, column)
    usual = rounded(USUAL_TOLERANCE * column.usual_range)
    notes.add(
        f"The request does not say how far a number may be off: up to {with_unit(usual, unit)} counts as close enough, a tenth "
        "of the range of most images. Say “within …” to change it."
    )
    return usual


def rounded(number: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten.

    Examples
    --------
    >>> rounded(15.3), rounded(0.037), rounded(4.0)
    (20.0, 0.05, 5.0)
    """
    if number <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(number))
    return float(f"{min((1, 2, 5, 10), key=lambda step: abs(math.log(number / (step * power)))) * power:.3g}")


def _say_caveats(intent: Intent, column: Measurable, unit: str | None, notes: Notes) -> None:
    if column.of_patients:
        notes.add(f"“{column.name}” is the patients' age as the table has it; learnt is how old an image looks.")
    if is_size(unit):
        notes.add(
            f"A size in {unit} is learnt from the picture alone: it holds for images taken at the same scale, and no image is "
            "enlarged in training."
        )
    if intent.risk:
        notes.add(
            "Which mistake is worse sets no threshold for a number: it is measured as closely as possible, too high or too low."
        )


# ------------------------------------------------------------------ the specification
def _specify(
    intent: Intent,
    survey: SurveyFacts,
    column: Measurable,
    unit: str | None,
    tolerance: float,
    drawn: Drawn | None,
    notes: Notes,
) -> Measurement:
    in_unit = f" in {unit}" if unit else ""
    return Measurement(
        task=TASK.name,
        title=f"{column.measure}{in_unit}",
        request=intent.text,
        objective=f"Measure {column.measure}{in_unit} on an image",
        modality=kind_of_images(intent, survey, notes),
        label_column=column.name,
        classes={column.measure: [column.name]},
        group_column=group_column(intent, survey, notes),
        split_column=next(iter(survey.split_candidates), None),
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age", "site") and c.name != column.name],
        primary_metric="mae",
        risk=RISKS.get(intent.risk or "", "balanced"),
        expected_output=f"a number{in_unit} for each image, with a heat map",
        minutes=intent.minutes or 10.0,
        unit=unit,
        tolerance=tolerance,
        line=drawn.line if drawn else None,
        side=drawn.side if drawn else None,
    )


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """As it is."""
    return specification
