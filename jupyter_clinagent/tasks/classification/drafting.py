"""Drafts a classification: which column holds the label, and what is specified about its classes."""

from __future__ import annotations

from dataclasses import replace

from jupyter_clinagent.agent.playbook.debiasing import find_confounders
from jupyter_clinagent.agent.playbook.drafting import (
    DEFAULT_RATE,
    RISKS,
    Draft,
    Notes,
    able,
    concept_of,
    group_column,
    listed,
    say_several_splits,
    spoken,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import column_spoken_of, is_untold, mentioned, values_for, wholly_named
from jupyter_clinagent.agent.playbook.polarity import classes_dreaded, named_for_risk, positive_class
from jupyter_clinagent.contracts import Card, OperatingPoint, Specification, in_words
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, OutOfScope
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.tasks.classification import TASK
from jupyter_clinagent.tasks.classification.classes import choose_classes, question


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """Draft the specification, or return the next question.

    Parameters
    ----------
    intent
        The reading of the request, changes by the clinician already merged in.
    survey
        What ``study.survey()`` showed.
    answers
        Answers to earlier questions by key (``label``, ``classes``, ``group``).
    """
    notes = Notes(list(survey.assumptions))
    intent = _graded(intent, survey)
    if survey.boxes:
        notes.add("Boxes lie beside the labels; they don't turn the classification into a detection.")
    column = _label_column(intent, survey, answers, notes)
    if isinstance(column, Card):
        return column
    classes = choose_classes(intent, column, answers, notes)
    if isinstance(classes, Card):
        return classes
    if intent.grades and len(classes) > 2:
        notes.add("The grades are told apart like any classes: that one step is a smaller mistake than three is not counted yet.")
    specification = _specify(intent, survey, column, classes, notes)
    image = next((c.name for c in survey.columns if c.role == "image" and c.table == column.table), None)
    return Draft(specification, tuple(notes.lines), image, choose_split=say_several_splits(survey, notes))


def _graded(intent: Intent, survey: SurveyFacts) -> Intent:
    """“From 0 to 4” means every grade, where a column holds them.

    Raises
    ------
    OutOfScope
        Nothing else is named, and no column holds the ends.
    """
    if intent.grades is None:
        return intent
    if any(_holds_grades(column, intent) for column in survey.columns):
        return replace(intent, all_classes=True, targets=())
    if not intent.targets:
        raise OutOfScope(
            f"No column holds grades from {' to '.join(intent.grades)}, and other numbers I can't predict yet. {able()}"
        )
    return intent


def _holds_grades(column: ColumnFacts, intent: Intent) -> bool:
    return intent.grades is not None and set(intent.grades) <= column.values.keys() and column.role not in ("split", "age")


# ------------------------------------------------------------------ which column holds the label
def _label_column(intent: Intent, survey: SurveyFacts, answers: dict[str, str], notes: Notes) -> ColumnFacts | Card:
    named = {c.name: c for c in reversed(survey.columns)}
    candidates = [named[name] for name in dict.fromkeys(survey.label_candidates) if name in named]
    if not candidates:
        raise LabelsDoNotMatch(_no_labels(survey))
    if "label" in answers:
        return _named(candidates, answers["label"])
    if (told := _told_by_values(candidates, intent, survey, notes)) is not None:
        return told
    fitting = [c for c in candidates if _holds_grades(c, intent)] or [c for c in candidates if _covers(c, intent)]
    if len(fitting) == 1:
        return fitting[0]
    if len(own := _own_columns(fitting or candidates, intent)) == 1:
        return own[0]
    if (spoken_of := column_spoken_of([c.name for c in fitting or candidates], intent.naming)) is not None:
        notes.add(f"The request speaks of “{spoken_of}”, so that column is learnt.")
        return named[spoken_of]
    if len(candidates) > 1:
        offered = fitting or candidates
        return question(
            "label", "Which column holds the diagnosis that the model should learn?", [c.name for c in offered], offered[0].name
        )
    return candidates[0]


def _told_by_values(candidates: list[ColumnFacts], intent: Intent, survey: SurveyFacts, notes: Notes) -> ColumnFacts | None:
    """The column of which the request names most values, two at least, by their whole names: “tell hands from wrists”.

    None where several columns fit equally; a column that is not named like a label is taken with a word.
    """
    counts = {name: len(wholly_named(c.values, intent.naming)) for name, c in _columns_by_name(survey).items()}
    most = max(counts.values(), default=0)
    best = [name for name, count in counts.items() if count == most > 1]
    offered = [column for column in candidates if column.name in best]
    if not offered and len(best) == 1:
        notes.add(f"The request names values of “{best[0]}”, so that column is learnt.")
        return _columns_by_name(survey)[best[0]]
    return offered[0] if len(offered) == 1 else None


def _columns_by_name(survey: SurveyFacts) -> dict[str, ColumnFacts]:
    return {c.name: c for c in reversed(survey.columns) if c.role not in ("split", "group", "image")}


def _no_labels(survey: SurveyFacts) -> str:
    several = "s" * (survey.images != 1)
    said = f"No labels were found for the {survey.images} image{several} in {survey.data}, or only one class. "
    how = "Put the images in one folder per class, or add a CSV with an image and a label column."
    return f"{said}{' '.join(survey.problems)} {how}"


def _covers(column: ColumnFacts, intent: Intent) -> bool:
    """Whether the column's values include every target of the request (or any known finding, where none is named)."""
    if not intent.targets:
        return len(mentioned(list(column.values), intent.naming)) > 1 or any(concept_of(value) for value in column.values)
    return all(values_for(target, column) or target in ("normal", "abnormal") for target in intent.targets)


def _own_columns(candidates: list[ColumnFacts], intent: Intent) -> list[ColumnFacts]:
    """Columns of yes and no that the request names: “classify effusion” beside a column for each of many findings."""
    own = mentioned([column.name for column in candidates], intent.naming)
    return [column for column in candidates if column.name in own and is_untold(column, column.values)]


def _named(candidates: list[ColumnFacts], answer: str) -> ColumnFacts:
    found = next((c for c in candidates if c.name == answer), None)
    if found is None:
        raise BadInput(
            f"There is no label column “{answer}”; the columns that could hold the label are "
            f"{listed(c.name for c in candidates)}."
        )
    return found


# ------------------------------------------------------------------ the rest of the specification
def _specify(
    intent: Intent, survey: SurveyFacts, column: ColumnFacts, classes: dict[str, list[str]], notes: Notes
) -> Specification:
    positive = positive_class(classes)
    binary = len(classes) == 2
    names = list(classes)
    return Specification(
        task=TASK.name,
        title=" versus ".join(spoken(n) for n in names) if binary else f"{len(names)} classes of “{column.name}”",
        request=intent.text,
        objective=_objective(names, positive),
        modality=survey.modality if survey.modality != "other" else (intent.modality or "other"),
        label_column=column.name,
        classes=classes,
        positive_class=positive if binary else None,
        group_column=group_column(intent, survey, notes),
        split_column=survey.split_candidates[0] if survey.split_candidates else None,
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age", "site")],
        confounders=find_confounders(intent, survey, notes.add),
        primary_metric="auroc" if binary else "macro_auroc",
        risk=RISKS.get(intent.risk or "", "balanced"),
        operating_point=_operating_point(intent, classes, positive, binary, notes),
        minutes=intent.minutes or 10.0,
    )


def _objective(names: list[str], positive: str) -> str:
    if len(names) == 2:
        other = next(n for n in names if n != positive)
        return f"Tell {spoken(positive)} from {spoken(other)} on an image"
    return f"Assign an image to one of {len(names)} classes: {', '.join(spoken(n) for n in names)}"


def _operating_point(
    intent: Intent, classes: dict[str, list[str]], positive: str, binary: bool, notes: Notes
) -> OperatingPoint | None:
    named = named_for_risk(intent, classes)
    subject = named if named and (not binary or intent.risk == "sensitivity") else positive
    if intent.risk in ("sensitivity", "specificity"):
        _say_for_which(intent, classes, subject, notes)
        target = intent.target or DEFAULT_RATE
        if intent.target is None:
            notes.add(
                f"The request names no number, so the threshold holds {DEFAULT_RATE:.0%} {intent.risk} for {in_words(subject)}."
            )
        return OperatingPoint(rule=intent.risk, target=target, positive_class=subject)
    return OperatingPoint(rule="youden", positive_class=positive) if binary else None


def _say_for_which(intent: Intent, classes: dict[str, list[str]], subject: str | list[str], notes: Notes) -> None:
    """One threshold holds for all findings that are named, unless nothing would be left to tell them from."""
    named = classes_dreaded(intent, classes)
    if isinstance(subject, list):
        notes.add(f"The request names {listed(named)}: one threshold holds for them together, against the rest.")
    elif len(named) > 1:
        notes.add(f"The request names {listed(named)}, which leaves no rest; the threshold holds for {subject}.")
