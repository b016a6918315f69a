"""Brings a reading of the request and a look at the data together: a specification, or the question that is left.

Tasks are asked in the order of their precedence whether the request means them; the usual one is meant where none does.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from jupyter_clinagent.agent.playbook.accounting import KEY, STOP, question_of, what_is_beside
from jupyter_clinagent.agent.playbook.conditions import without_conditions
from jupyter_clinagent.agent.playbook.drafting import Draft, listed, refuse_if_out_of_scope
from jupyter_clinagent.agent.playbook.including import with_inclusion
from jupyter_clinagent.agent.playbook.levelling import with_level
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import mentioned
from jupyter_clinagent.agent.playbook.quoted import by_quoted_column
from jupyter_clinagent.agent.playbook.unused import unused_words
from jupyter_clinagent.agent.playbook.wording import contains
from jupyter_clinagent.contracts import Card, Offer
from jupyter_clinagent.errors import LabelsDoNotMatch, OutOfScope
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.task import Task

_CHOOSE = frozenset(["label", "classes", "boxes", "outlines", "measure"])
"""Questions whose answers say what is learnt."""


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """Draft the specification, or return the next question.

    Parameters
    ----------
    intent
        The reading of the request, changes by the clinician already merged in.
    survey
        What ``study.survey()`` showed.
    answers
        Answers to earlier questions by key (``label``, ``classes``, ``level``, …).

    Raises
    ------
    OutOfScope, BadInput
        With a sentence that says what can be done instead.
    """
    refuse_if_out_of_scope(intent)
    survey = without_conditions(intent.naming, by_quoted_column(intent.text, survey))
    intent = _without_range_of_a_name(intent, survey)
    try:
        found = meant(intent, survey).offers.draft(intent, survey, answers)
        judged = with_level(found, intent, survey, answers) if isinstance(found, Draft) else found
        judged = with_inclusion(judged, intent, survey) if isinstance(judged, Draft) else judged
        return _accounted(judged, intent, survey, answers) if isinstance(judged, Draft) else judged
    except LabelsDoNotMatch as error:
        asked = intent.task or registry.usual().name
        could = [offer.sentence for offer in offers(survey) if offer.task != asked]
        raise LabelsDoNotMatch(" ".join([str(error), *could])) from None


def _without_range_of_a_name(intent: Intent, survey: SurveyFacts) -> Intent:
    """“BBPS 2-3 versus 0-1” names two values that are called so, and no scale from 2 to 3."""
    ends = " ".join(intent.grades or ())
    values = (value for column in survey.columns if column.name in survey.label_candidates for value in column.values)
    called_so = intent.grades and any(contains(value.replace("_", " "), [ends]) and value != ends for value in values)
    return replace(intent, grades=None) if called_so else intent


def _accounted(drafted: Draft, intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """The draft, or the question whether to go on without what the request names beside.

    Raises
    ------
    OutOfScope
        The answer was not to go on.
    """
    beside = what_is_beside(intent, survey, drafted, chosen=not _CHOOSE.isdisjoint(answers))
    if beside.names and KEY not in answers:
        return question_of(beside, drafted)
    named = listed(beside.names)
    if answers.get(KEY) == STOP:
        raise OutOfScope(
            f"So nothing was trained: these data say nothing that could be done with {named}. Ask again without it, or "
            "add a column that says it."
        )
    line = f"Named in the request, and nothing is done with it: {named}."
    told = replace(drafted, assumptions=(line, *drafted.assumptions)) if beside.names else drafted
    return _with_unused_words(told, intent, survey)


def _with_unused_words(drafted: Draft, intent: Intent, survey: SurveyFacts) -> Draft:
    """What the request says beside is not passed over without a word."""
    spec = drafted.specification
    unused = unused_words(intent.text, survey, [spec.title, spec.objective, *spec.classes, *intent.targets, *drafted.understood])
    line = f"Words of the request that changed nothing: {listed(unused)}."
    return replace(drafted, assumptions=(*drafted.assumptions, line)) if unused else drafted


def meant(intent: Intent, survey: SurveyFacts) -> Task:
    """The task that a request means on these data."""
    named = registry.tasks().get(intent.task or "")
    if named is not None and named.alone and named.offers.claims(intent, survey):
        return named
    return next((task for task in registry.tasks().values() if task.offers.claims(intent, survey)), registry.usual())


def offers(survey: SurveyFacts) -> list[Offer]:
    """What could be learnt from these data, by any task."""
    beside = _beside_labels(survey)
    return [offer.model_copy(update=beside) for task in registry.tasks().values() for offer in task.offers.offers(survey)]


def _beside_labels(survey: SurveyFacts) -> dict[str, Any]:
    """What is the same for all that could be learnt from the same images."""
    grouped, split = (next(iter(names), None) for names in (survey.group_candidates, survey.split_candidates))
    lacking = {"ids of patients: each image would count as its own group": grouped, "a published partition": split}
    missing = [what for what, there in lacking.items() if not there]
    return {"grouped_by": grouped, "split_by": split, "modality": survey.modality, "missing": missing}


def speaks_of(intent: Intent, survey: SurveyFacts) -> bool:
    """Whether a request names a column, or something that could be learnt from these data, by its own words."""
    names = [column.name for column in survey.columns] + [name for offer in offers(survey) for name in offer.classes]
    return bool(mentioned(names, intent.text))


def fitted_to(drafted: Draft, cohort: CohortFacts) -> Draft:
    """The draft with the split, and what else the loaded cohort turned out to have."""
    published = re.fullmatch(r"published \((.+)\)", cohort.split_source)
    found = drafted.specification.model_copy(update={"split_column": published[1] if published else None})
    return replace(drafted, specification=registry.find(found.task).offers.fitted(found, cohort))
