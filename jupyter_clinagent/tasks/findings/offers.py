"""Which findings could be told in the data, and what a request asks of them."""

from __future__ import annotations

from typing import Any

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
from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.contracts import Offer, Specification
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.policies import policies_of
from jupyter_clinagent.tasks.findings.specification import SeveralFindings

MOST_NAMED = 4
"""More findings than these are only counted in the title."""


def _seen(survey: SurveyFacts) -> dict[str, Any]:
    return survey.seen.get(TASK.name, {})


def offers(survey: SurveyFacts) -> list[Offer]:
    """All findings together."""
    found: dict[str, dict[str, int]] = _seen(survey).get("findings", {})
    if not found:
        return []
    sentence = f"I could say which of {listed(found)} an image shows; {_seen(survey)['several']} images show several."
    return [Offer(task=TASK.name, sentence=sentence, images=survey.images, classes={n: c["yes"] for n, c in found.items()})]


def claims(intent: Intent, survey: SurveyFacts) -> bool:
    """Words of several findings decide; without them, two or more findings named that stand in columns of their own."""
    found = _seen(survey).get("findings", {})
    if intent.task == TASK.name and not found:
        raise LabelsDoNotMatch(
            "Naming several findings takes a table with a column of 1 and 0 for each, or one column with findings joined by “|”, "
            f"and there is none in the data. {able()}"
        )
    if intent.task == TASK.name:
        return True
    named = _named(intent, list(found))
    own_columns = bool(found) and not any(set(column.values) & set(found) for column in survey.columns if column.role == "label")
    return len(named) > 1 and own_columns and not intent.versus_rest


def _named(intent: Intent, names: list[str]) -> list[str]:
    """Findings that the request speaks of, by their own words or the lexicon's."""
    text = normalise(intent.text)
    return [n for n in names if contains(text, [n.replace("_", " ")]) or (concept_of(n) and concept_of(n) in intent.targets)]


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft:
    """The specification: which findings, and what uncertain entries count as."""
    notes, seen = Notes(list(survey.assumptions)), _seen(survey)
    for line in seen["said"]:
        notes.add(line)
    found, named = list(seen["findings"]), _named(intent, list(seen["findings"]))
    names = [n for n in (named if len(named) > 1 else found) if n not in _named_in(intent.excluded, found)]
    if len(names) < len(found):
        notes.add(f"Left out, because the request does not name them: {listed(n for n in found if n not in names)}.")
    if seen["never"]:
        notes.add(f"No image shows {listed(seen['never'])}, so nothing can be learnt about it.")
    policies = policies_of([intent.text, *intent.later], {n: seen["findings"][n] for n in names}, notes)
    specification = SeveralFindings(
        task=TASK.name,
        title=listed(map(spoken, names)) if len(names) <= MOST_NAMED else f"{len(names)} findings",
        request=intent.text,
        objective=f"Say which of {', '.join(spoken(n) for n in names)} an image shows; it may show several",
        modality=survey.modality if survey.modality != "other" else (intent.modality or "other"),
        classes={name: [name] for name in names},
        group_column=group_column(intent, survey, notes),
        split_column=next(iter(survey.split_candidates), None),
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age") or (c.role == "site" and c.name not in found)],
        primary_metric="macro_auroc",
        risk=RISKS.get(intent.risk or "", "balanced"),
        expected_output="a probability for each finding, with a heat map",
        minutes=intent.minutes or 10.0,
        **policies,
        **_held(intent, names, notes),
    )
    return Draft(specification, tuple(notes.lines), choose_split=say_several_splits(survey, notes), more=policies)


def _named_in(concepts: tuple[str, ...], names: list[str]) -> list[str]:
    return [name for name in names if concept_of(name) in concepts]


def _held(intent: Intent, names: list[str], notes: Notes) -> dict[str, Any]:
    """Rates that the thresholds of the findings hold whose mistakes are worse."""
    if intent.risk not in ("sensitivity", "specificity"):
        return {}
    dreaded = [concept for concept in (intent.risk_for, *intent.risk_also_for) if concept]
    chosen = [name for name in names if concept_of(name) in dreaded] or names
    target = intent.target or DEFAULT_RATE
    notes.add(f"The thresholds hold {target:.0%} {intent.risk} on validation for {listed(chosen)}, each for itself.")
    return {f"{intent.risk}_for": dict.fromkeys(chosen, target)}


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """As it is."""
    return specification
