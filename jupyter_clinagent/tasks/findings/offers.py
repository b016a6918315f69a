"""Which findings could be told in the data, and whether a request means several of them."""

from __future__ import annotations

from typing import Any

from jupyter_clinagent.agent.playbook.conditions import describes_patient
from jupyter_clinagent.agent.playbook.drafting import able
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import column_spoken_of, mentioned
from jupyter_clinagent.agent.playbook.polarity import column_of_health
from jupyter_clinagent.agent.playbook.wording import contains
from jupyter_clinagent.contracts import Offer
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.lang.grammar import words_in
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.drafting import draft, fitted, learnable, seen_in
from jupyter_clinagent.tasks.findings.naming import (
    asked_for,
    asks_for_each,
    of_the_patient,
    summed_up,
    unknown_here,
)
from jupyter_clinagent.tasks.findings.policies import policies_of

__all__ = ["claims", "draft", "fitted", "offers"]

LEAST = 2
"""Findings beside columns that describe the patient; one alone is an ordinary class."""
_APART = words_in("lists.against", "findings_apart.apart")
"""Words that tell one thing from another."""


def offers(survey: SurveyFacts) -> list[Offer]:
    """All findings together."""
    seen = seen_in(survey)
    counts: dict[str, dict[str, int]] = seen.get("findings", {})
    found, _ = learnable(counts, policies_of([]))
    found = [name for name in found if not describes_patient(name) and name not in seen.get("summaries", [])]
    if not found:
        return []
    listed = ", ".join(f"“{name}”" for name in found)
    sentence = f"I could say which of {listed} an image shows; {seen['several']} images show several."
    return [
        Offer(
            task=TASK.name,
            sentence=sentence,
            images=survey.images,
            classes={n: counts[n]["yes"] for n in found},
            request=f"Say which of these findings an image shows: {listed}.",
            labels_from="a column for each finding, or lists of them",
        )
    ]


def claims(intent: Intent, survey: SurveyFacts) -> bool:
    """Whether findings are meant that don't exclude each other.

    Words such as “all findings” decide. Without them, entries that list several mean it wherever one of their findings or
    every class is asked for, because no other task reads them right; columns of findings where several are named, or where
    nothing is named and there is no other label. One of several columns by itself is an ordinary class, there or not, unless
    the request says what uncertain entries count as, which only this task can do.

    Raises
    ------
    LabelsDoNotMatch
        Several at once are asked for where each image has one label.
    """
    seen = seen_in(survey)
    if "findings" not in seen:
        return _refuse_single(intent, survey, seen)
    if intent.task == TASK.name:
        return True
    person = of_the_patient(intent, list(seen["findings"]))
    names = [name for name in seen["findings"] if name not in person]
    summed = summed_up(intent, seen, names)
    names = [name for name in names if name not in summed]
    named, other = asked_for(intent, names), _has_other_label(survey, seen)
    device = bool(intent.confounders) and not intent.distrusts  # “is there a pacemaker?” asks for no other finding
    everything = not named and not unknown_here(intent, names) and (intent.all_classes or not (intent.targets or device))
    if seen["layout"] == "cells":
        return bool(named) or (everything and not other)
    if seen["layout"] == "rows" or other:
        return False
    if len(named) == 1:
        against_normal = "normal" in intent.targets and not intent.versus_rest  # images with other findings are neither
        return against_normal or policies_of([intent.text, *intent.later], names) != policies_of([])
    if named:
        return not intent.versus_rest
    if len(names) < LEAST or (summed and not asks_for_each(intent)):  # “is there any?” is what the summary says
        return False
    if intent.targets == ("abnormal",) and not asks_for_each(intent) and column_of_health(survey) is not None:
        return False  # “is anything wrong?”
    return (everything or intent.targets == ("abnormal",)) and not _tells_apart(intent, survey, seen)


def _refuse_single(intent: Intent, survey: SurveyFacts, seen: dict[str, Any]) -> bool:
    if intent.task != TASK.name:
        return False
    takes = "Naming several findings takes a table with a column of 1 and 0 for each, or one column with findings joined by “|”"
    if seen.get("unfit"):
        raise LabelsDoNotMatch(seen["unfit"])
    if survey.label_candidates:
        label = survey.label_candidates[0]
        raise LabelsDoNotMatch(
            f"{takes}; here each image has one value of “{label}” only: ask to tell its values apart, for example “classify by "
            f"{label}”."
        )
    raise LabelsDoNotMatch(f"{takes}, and there is none in the data. {able()}")


def _has_other_label(survey: SurveyFacts, seen: dict[str, Any]) -> bool:
    """Whether a column, or class folders, that the findings don't use up is named like a label."""
    spent = {*seen["findings"], *seen["never"], *seen.get("always", []), *seen["columns"]}
    return any(column.role == "label" and column.name not in spent for column in survey.columns)


def _tells_apart(intent: Intent, survey: SurveyFacts, seen: dict[str, Any]) -> bool:
    """Whether the request tells one thing from another, or names another column or one of its values."""
    spent = {*seen["findings"], *seen["columns"]}
    if column_spoken_of(survey.label_candidates, intent.naming) not in {None, *spent}:
        return True
    others = [c for c in survey.columns if c.name in survey.label_candidates and c.name not in spent]
    named = mentioned([name for column in others for name in (column.name, *column.values)], intent.naming)
    return bool(named) or intent.versus_rest or contains(intent.naming, _APART)
