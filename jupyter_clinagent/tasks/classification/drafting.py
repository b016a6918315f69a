"""Drafts a classification: its column, its classes, and what is specified about them."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.debiasing import find_confounders
from jupyter_clinagent.agent.playbook.drafting import (
    DEFAULT_RATE,
    RISKS,
    Draft,
    Notes,
    group_column,
    kind_of_images,
    listed,
    say_several_splits,
    spoken,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.polarity import classes_dreaded, named_for_risk, positive_class
from jupyter_clinagent.agent.playbook.unused import said_beside
from jupyter_clinagent.contracts import Card, OperatingPoint, Specification, in_words
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts
from jupyter_clinagent.tasks.classification import TASK
from jupyter_clinagent.tasks.classification.classes import choose_classes
from jupyter_clinagent.tasks.classification.coded import decoded, encoded
from jupyter_clinagent.tasks.classification.label_column import graded, label_column


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
    survey = decoded(intent, survey)
    intent = graded(intent, survey)
    if survey.boxes:
        notes.add("Boxes lie beside the labels; they don't turn the classification into a detection.")
    column = label_column(intent, survey, answers, notes)
    if isinstance(column, Card):
        return column
    chosen = choose_classes(intent, column, answers, notes, said_beside(intent, survey))
    if isinstance(chosen, Card):
        return chosen
    classes = encoded(chosen, column, notes)
    if intent.grades and len(classes) > 2:
        notes.add("The grades are told apart like any classes: that one step is a smaller mistake than three is not counted yet.")
    specification = _specify(intent, survey, column, classes, notes)
    image = next((c.name for c in survey.columns if c.role == "image" and c.table == column.table), None)
    return Draft(specification, tuple(notes.lines), image, choose_split=say_several_splits(survey, notes))


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
        modality=kind_of_images(intent, survey, notes),
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
