"""Drafts a grading: its scale, its cut, and what is specified about them."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.debiasing import find_confounders
from jupyter_clinagent.agent.playbook.drafting import (
    DEFAULT_RATE,
    RISKS,
    Draft,
    Notes,
    group_column,
    kind_of_images,
    question,
    say_several_splits,
    say_silent,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.unread import AGAINST
from jupyter_clinagent.agent.playbook.wording import contains
from jupyter_clinagent.contracts import Card, OperatingPoint, Specification
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks.grading import TASK
from jupyter_clinagent.tasks.grading.cuts import Cut, cut_of, levels_in
from jupyter_clinagent.tasks.grading.scale import LEAST, Scale
from jupyter_clinagent.tasks.grading.scales import chosen

NO_CUT = "no cut: grade on the whole scale"
_CUT_CHANGES = "Misses and false alarms are counted at it; the model grades on the whole scale all the same."
_HOW = re.compile(rf"\b{any_word('grades.how')} \w+")
"""“How severe is it?” names no grade."""


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """Draft the specification, or return the next question.

    Parameters
    ----------
    intent
        The reading of the request, changes by the clinician already merged in.
    survey
        What ``study.survey()`` showed.
    answers
        Answers to earlier questions by key (``label``, ``cut``).
    """
    notes, whole = Notes(list(survey.assumptions)), chosen(intent, survey, answers)
    if isinstance(whole, Card):
        return whole
    scale = _with_meanings(_without_set_aside(intent, whole), survey)
    cut = _cut(intent, scale, answers)
    if isinstance(cut, Card):
        return cut
    _say_order(whole, scale, survey, notes)
    if intent.grades and cut is None and {*map(scale.find, intent.grades)} != {scale.names[0], scale.names[-1]}:
        notes.first(f"The request speaks of {' to '.join(intent.grades)}; graded is from {scale.names[0]} to {scale.names[-1]}.")
    specification = _specify(intent, survey, scale, cut, notes)
    table = next(c.table for c in survey.columns if c.name == scale.column)
    image = next((c.name for c in survey.columns if c.role == "image" and c.table == table), None)
    return Draft(specification, tuple(notes.lines), image, choose_split=say_several_splits(survey, notes))


def _with_meanings(scale: Scale, survey: SurveyFacts) -> Scale:
    """The scale with what a text in the folder calls its grades."""
    column = next((column for column in survey.columns if column.name == scale.column), None)
    meanings = column.meanings if column else {}
    called = {meanings[value]: name for name, values in scale.grades.items() for value in values if value in meanings}
    return scale._replace(meanings=called)


# ------------------------------------------------------------------ the cut
def _cut(intent: Intent, scale: Scale, answers: dict[str, str]) -> Cut | Card | None:
    """From which grade on something is to be recognised; asked where a rate is named and no grade."""
    cut = cut_of(intent, scale)
    if cut is not None or (intent.risk not in RISKS and not _parts_the_scale(intent, scale)):
        return cut
    choices = {f"{name} or above": name for name in scale.names[1:]}
    if answers.get("cut") == NO_CUT:
        return None
    if "cut" in answers:
        return _answered(answers["cut"], choices, scale)
    if intent.risk not in RISKS:
        said = [phrase for phrase in families("tasks")["grading"]["parts"] if contains(intent.naming, [phrase])]
        named = ", ".join(dict.fromkeys([level.grade for level in levels_in(intent.naming, scale)] or said))
        title = f"The request names {named}, which parts the scale {' < '.join(scale.names)} in no way that I can read."
        return question("cut", f"{title} From which grade on should images be recognised?", [NO_CUT, *choices], "", _CUT_CHANGES)
    title = f"From which grade on does “{intent.risk}” count? A miss is an image of such a grade that is called lower."
    return question("cut", title, list(choices), next(iter(choices)), _CUT_CHANGES)


def _parts_the_scale(intent: Intent, scale: Scale) -> bool:
    """Whether some grades are named or told from others, or yes or no is asked for: then not the whole scale is meant."""
    named = {level.grade for level in levels_in(_HOW.sub(" ", intent.naming), scale) if not level.bare}
    levels = levels_in(_HOW.sub(" ", intent.naming), scale)
    against = not AGAINST.isdisjoint(intent.words)
    if against and len({level.grade for level in levels}) > 1:  # “KL 0-1 vs KL 3-4” is no scale, although it says from 0 to 1
        return True
    if contains(intent.naming, families("tasks")["grading"]["parts"]) and intent.grades is None:
        return True
    if against and not intent.grades:  # told apart by words that no grade is known by
        return True
    parts = intent.asks_whether or intent.versus_rest or against
    return not intent.grades and bool((parts and levels) or 0 < len(named) < len(scale.names))


def _answered(answer: str, choices: dict[str, str], scale: Scale) -> Cut:
    grade = choices.get(answer) or scale.find(answer)
    if grade not in choices.values():
        raise BadInput(f"“{answer}” is no cut on this scale; choose one of {', '.join(choices)}.")
    return Cut(str(grade), f"It was asked from which grade on: {answer}.")


def _operating_point(intent: Intent, scale: Scale, cut: Cut | None, notes: Notes) -> OperatingPoint | None:
    if cut is None:
        return None
    if cut.understood:
        notes.add(cut.understood)
    above = scale.from_on(cut.grade)
    positive = above[0] if len(above) == 1 else above
    if intent.risk not in ("sensitivity", "specificity"):
        return OperatingPoint(rule="youden", positive_class=positive)
    if intent.target is None:
        held = f"{DEFAULT_RATE:.0%} {intent.risk} for {cut.grade} or above"
        notes.add(f"The request names no number, so the threshold holds {held}.")
    return OperatingPoint(rule=intent.risk, target=intent.target or DEFAULT_RATE, positive_class=positive)


# ------------------------------------------------------------------ what is said of the scale
def _without_set_aside(intent: Intent, scale: Scale) -> Scale:
    """Without the grades that the request leaves out.

    Raises
    ------
    LabelsDoNotMatch
        Too few are left to be a scale.
    """
    dropped = {level.grade for level in levels_in(intent.set_aside, scale)}
    kept = {name: values for name, values in scale.grades.items() if name not in dropped}
    if len(kept) < LEAST:
        raise LabelsDoNotMatch(
            f"Without {', '.join(sorted(dropped))} fewer than {LEAST} grades are left: ask to tell these apart."
        )
    return scale._replace(grades=kept)


def _say_order(whole: Scale, scale: Scale, survey: SurveyFacts, notes: Notes) -> None:
    """The order, what says it, and first of all what is left out, with counts."""
    notes.add(f"The grades of “{scale.column}” are ordered {' < '.join(scale.names)}, by {scale.source}.")
    for name, values in scale.grades.items():
        if len(values) > 1:
            notes.add(f"“{name}” gathers {', '.join(values)}.")
    dropped = [value for name, values in whole.grades.items() if name not in scale.grades for value in values]
    column = next(column for column in survey.columns if column.name == scale.column)
    counts = column.values
    say_silent(column, notes)
    for reason, values in (("as the request says", dropped), ("no grade of this scale", scale.strays)):
        if values:
            left = ", ".join(f"“{value}” ({counts[value]})" for value in values)
            notes.first(f"Left out of “{scale.column}” ({reason}): {left}.")


# ------------------------------------------------------------------ the specification
def _specify(intent: Intent, survey: SurveyFacts, scale: Scale, cut: Cut | None, notes: Notes) -> Specification:
    above = f", and say whether it is {cut.grade} or above" if cut else ""
    return Specification(
        task=TASK.name,
        title=f"grades of “{scale.column}”",
        request=intent.text,
        objective=f"Grade an image from {scale.names[0]} to {scale.names[-1]}{above}",
        modality=kind_of_images(intent, survey, notes),
        label_column=scale.column,
        classes=scale.grades,
        group_column=group_column(intent, survey, notes),
        split_column=survey.split_candidates[0] if survey.split_candidates else None,
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age", "site")],
        confounders=_confounders(intent, survey, cut, notes),
        primary_metric="kappa_quadratic",
        risk=RISKS.get(intent.risk or "", "balanced"),
        operating_point=_operating_point(intent, scale, cut, notes),
        expected_output="a grade for each image, with the probability of each grade, and a heat map",
        minutes=intent.minutes or 10.0,
    )


def _confounders(intent: Intent, survey: SurveyFacts, cut: Cut | None, notes: Notes) -> list[str]:
    """Shortcuts; reliance on them is measured by the decision at a cut."""
    found = find_confounders(intent, survey, notes.add)
    if found and cut is None:
        notes.add(f"Reliance on {', '.join(found)} can only be measured at a cut: name a grade (“grade 2 or above”) to have it.")
        return []
    return found
