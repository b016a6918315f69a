"""Drafts a study of several findings: which, what uncertain entries count as, which mistakes are worse."""

from __future__ import annotations

from typing import Any

from jupyter_clinagent.agent.playbook.drafting import (
    DEFAULT_RATE,
    RISKS,
    Draft,
    Notes,
    group_column,
    listed,
    say_several_splits,
    spoken,
)
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.naming import asked_for, dreaded, excepted, unknown_here
from jupyter_clinagent.tasks.findings.policies import policies_of
from jupyter_clinagent.tasks.findings.specification import SeveralFindings

MOST_NAMED = 4
"""More findings than these are only counted in the title."""


def seen_in(survey: SurveyFacts) -> dict[str, Any]:
    """What :func:`~jupyter_clinagent.tasks.findings.surveying.look` saw."""
    return survey.seen.get(TASK.name, {})


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft:
    """The specification: which findings, and what uncertain entries count as.

    Raises
    ------
    LabelsDoNotMatch
        The request leaves out every finding that there is.
    """
    notes, seen = Notes(list(survey.assumptions)), seen_in(survey)
    for line in seen["said"]:
        notes.add(line)
    names = _names(intent, survey, seen, notes)
    policies = policies_of([intent.text, *intent.later], {n: seen["findings"][n] for n in names}, notes)
    specification = SeveralFindings(
        task=TASK.name,
        title=listed(map(spoken, names)) if len(names) <= MOST_NAMED else f"{len(names)} findings",
        request=intent.text,
        objective=_objective(names),
        modality=survey.modality if survey.modality != "other" else (intent.modality or "other"),
        classes={name: [name] for name in names},
        group_column=group_column(intent, survey, notes),
        split_column=next(iter(survey.split_candidates), None),
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age") or (c.role == "site" and c.name not in names)],
        primary_metric="macro_auroc",
        risk=RISKS.get(intent.risk or "", "balanced"),
        expected_output="a probability for each finding, with a heat map",
        minutes=intent.minutes or 10.0,
        **policies,
        **_held(intent, names, notes),
    )
    return Draft(specification, tuple(notes.lines), choose_split=say_several_splits(survey, notes), more=policies)


def _names(intent: Intent, survey: SurveyFacts, seen: dict[str, Any], notes: Notes) -> list[str]:
    """Those that the request names, or all; not those that it leaves out, nor what it calls a shortcut."""
    found, named = list(seen["findings"]), asked_for(intent, list(seen["findings"]))
    enough = len(named) > 1 or (bool(named) and intent.task != TASK.name)
    aside = {*excepted(intent, found), *_shortcuts(intent, survey)}
    names = [name for name in (named if enough else found) if name not in aside]
    if not names:
        raise LabelsDoNotMatch(f"The request leaves out every finding of the data ({listed(found)}): name one to learn.")
    rest = [name for name in found if name not in names]
    if rest:
        why = "the request does not name them" if enough else "the request sets them aside"
        notes.add(f"Left out, because {why}: {listed(rest)}.")
    if absent := unknown_here(intent, [*found, *seen["never"]]):
        notes.add(f"The request names {listed(absent)}, of which the data say nothing.")
    if seen["never"]:
        notes.add(f"No image shows {listed(seen['never'])}, so nothing can be learnt about it.")
    return names


def _shortcuts(intent: Intent, survey: SurveyFacts) -> list[str]:
    """Columns of devices and circumstances, where the request warns of one."""
    if not intent.confounders and not intent.distrusts:
        return []
    return [column.name for column in survey.columns if column.role == "confounder"]


def _objective(names: list[str]) -> str:
    if len(names) == 1:
        return f"Say whether an image shows {spoken(names[0])}; it may show other findings, too"
    return f"Say which of {', '.join(spoken(n) for n in names)} an image shows; it may show several"


def _held(intent: Intent, names: list[str], notes: Notes) -> dict[str, Any]:
    """Rates that the thresholds of the findings hold whose mistakes are worse."""
    if intent.risk not in ("sensitivity", "specificity"):
        return {}
    chosen = dreaded(intent, names) or names
    target = intent.target or DEFAULT_RATE
    notes.add(f"The thresholds hold {target:.0%} {intent.risk} on validation for {listed(chosen)}, each for itself.")
    return {f"{intent.risk}_for": dict.fromkeys(chosen, target)}
