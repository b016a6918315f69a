"""Drafts a study of several findings: which, what uncertain entries count as, which mistakes are worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_clinagent.agent.playbook.drafting import (
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
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.naming import asked_for, excepted, of_the_patient, summed_up, unknown_here
from jupyter_clinagent.tasks.findings.onesided import OneSided, one_sided, say
from jupyter_clinagent.tasks.findings.policies import agreed, policies_of, say_crosses, say_policies
from jupyter_clinagent.tasks.findings.policy_words import clauses_about_entries
from jupyter_clinagent.tasks.findings.rates import Wanted, rates_wanted
from jupyter_clinagent.tasks.findings.specification import Policy, SeveralFindings

MOST_NAMED = 4
"""More findings than these are only counted in the title."""


_NOT_TAKEN = (
    "“{}” is not taken, because I can't tell which finding is to hold which rate: a threshold holds one. Say for example “95 % "
    "sensitivity for A. 90 % specificity for B”."
)
_OTHERS = "The request tells {} from normal: images that show other findings only ({}) are left out."
_SUMMED = "Left out, because it only says whether any of the others is there: {}"
_PATIENT = "Taken to describe the patient, not as findings of an image: {}"


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
    texts = [intent.text, *intent.later]
    policies = agreed(policies_of(texts, list(seen["findings"])), seen)
    names = _names(intent, survey, seen, policies, notes)
    say_policies(texts, seen, names, notes)
    say_crosses(texts, seen, notes)
    wanted = rates_wanted(texts, names)
    specification = SeveralFindings(
        task=TASK.name,
        request=intent.text,
        modality=kind_of_images(intent, survey, notes),
        **_about(names),
        group_column=group_column(intent, survey, notes),
        split_column=next(iter(survey.split_candidates), None),
        subgroups=[c.name for c in survey.columns if c.role in ("sex", "age") or (c.role == "site" and c.name not in names)],
        primary_metric="macro_auroc",
        risk=_risk(wanted),
        expected_output="a probability for each finding, with a heat map",
        minutes=intent.minutes or 10.0,
        **policies,
        others="left out" if _against_normal(intent) and len(names) < len(seen["findings"]) else None,
        **_held(wanted, notes),
    )
    more = {**policies, **({"others": "left out"} if specification.others else {})}
    choose_split, differing = say_several_splits(survey, notes), _differing(seen, names)
    return Draft(
        specification,
        tuple(notes.lines),
        choose_split=choose_split,
        differing=differing,
        more=more,
        understood=tuple(clauses_about_entries(intent.text)),
        absent=tuple(unknown_here(intent, [*seen["findings"], *seen["never"], *seen.get("always", []), *seen.get("unread", [])])),
    )


def _differing(seen: Mapping[str, Any], names: list[str]) -> dict[str, dict[str, int]]:
    """In how many cases the images differ in each of these findings, where they do."""
    counts = {key: {name: one[name] for name in names if name in one} for key, one in seen.get("differing", {}).items()}
    return {key: one for key, one in counts.items() if one}


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """Without the findings that the loaded images turned out not to teach."""
    names = [name for name in specification.classes if name in cohort.classes]
    if names == list(specification.classes):
        return specification
    rates = {
        f: {n: rate for n, rate in getattr(specification, f).items() if n in names}
        for f in ("sensitivity_for", "specificity_for")
    }
    return specification.model_copy(update=_about(names) | rates)


def learnable(counts: Mapping[str, Mapping[str, int]], policies: Mapping[str, Policy]) -> tuple[list[str], OneSided]:
    """Findings that some images show and some don't, as the policies read their entries; and the others."""

    def answers(one: Mapping[str, int], means: str) -> int:
        read = {"uncertain": policies["uncertain"], "not mentioned": policies["not_mentioned"]}
        return sum(one[entry] for entry, policy in read.items() if policy == means)

    bare = one_sided({n: (c["yes"] + answers(c, "positive"), c["no"] + answers(c, "negative")) for n, c in counts.items()})
    return [name for name in counts if name not in bare.names], bare


def _about(names: list[str]) -> dict[str, Any]:
    """What the specification says of these findings."""
    title = listed(map(spoken, names)) if len(names) <= MOST_NAMED else f"{len(names)} findings"
    return {"title": title, "objective": _objective(names), "classes": {name: [name] for name in names}}


def _names(intent: Intent, survey: SurveyFacts, seen: dict[str, Any], policies: Mapping[str, Policy], notes: Notes) -> list[str]:
    """Those that the request names, or all; none that it leaves out, that can't be learnt, or that it calls a shortcut."""
    found, bare = learnable(seen["findings"], policies)
    bare = OneSided([*seen["never"], *bare.never], [*seen.get("always", []), *bare.always])
    if not found:
        raise LabelsDoNotMatch(f"{' '.join(say(bare))} Add images of the other kind, or count uncertain entries otherwise.")
    person = of_the_patient(intent, found)
    found = [name for name in found if name not in person]
    if not found:
        raise LabelsDoNotMatch(f"{_PATIENT.format(listed(person))}, and the data hold no other findings.")
    if person:
        notes.add(f"{_PATIENT.format(listed(person))}; name them in the request if they are to be told, too.")
    if summed := summed_up(intent, seen, found):
        notes.add(f"{_SUMMED.format(listed(summed))}; name it in the request if it is to be told, too.")
        found = [name for name in found if name not in summed]
    named = asked_for(intent, found)
    enough = len(named) > 1 or (bool(named) and intent.task != TASK.name)
    aside = {*excepted(intent, found), *_shortcuts(intent, survey)}
    names = [name for name in (named if enough else found) if name not in aside]
    if not names:
        raise LabelsDoNotMatch(f"The request leaves out every finding of the data ({listed(found)}): name one to learn.")
    rest = [name for name in found if name not in names]
    if rest and enough and _against_normal(intent):
        notes.first(_OTHERS.format(listed(names), listed(rest)))
    elif rest:
        why = "the request does not name them" if enough else "the request sets them aside"
        notes.add(f"Left out, because {why}: {listed(rest)}.")
    if absent := unknown_here(intent, [*found, *person, *bare.names, *seen.get("unread", [])]):
        notes.add(f"The request names {listed(absent)}, of which the data say nothing.")
    for line in say(bare):
        notes.add(line)
    return names


def _against_normal(intent: Intent) -> bool:
    """Whether normal images are named beside the findings: what shows something else is neither."""
    return "normal" in intent.targets


def _shortcuts(intent: Intent, survey: SurveyFacts) -> list[str]:
    """Columns of devices and circumstances, where the request warns of one."""
    if not intent.confounders and not intent.distrusts:
        return []
    return [column.name for column in survey.columns if column.role == "confounder"]


def _objective(names: list[str]) -> str:
    if len(names) == 1:
        return f"Say whether an image shows {spoken(names[0])}; it may show other findings, too"
    return f"Say which of {', '.join(spoken(n) for n in names)} an image shows; it may show several"


def _held(wanted: Wanted, notes: Notes) -> dict[str, dict[str, float]]:
    """Rates that the thresholds of findings hold, and what the request says of rates in vain."""
    groups: dict[tuple[str, float], list[str]] = {}
    for name, (kind, rate) in wanted.held.items():
        groups.setdefault((kind, rate), []).append(name)
    for (kind, rate), chosen in groups.items():
        notes.add(f"The thresholds hold {rate:.0%} {kind} on validation for {listed(chosen)}, each for itself.")
    for sentence in wanted.unread:
        notes.add(_NOT_TAKEN.format(sentence))
    return {
        f"{kind}_for": {name: rate for name, (held, rate) in wanted.held.items() if held == kind}
        for kind in RISKS
        if any(held == kind for held, _ in wanted.held.values())
    }


def _risk(wanted: Wanted) -> str:
    """Which mistake is worse, where it is the same for every finding of which it is said."""
    kinds = {kind: [name for name, (held, _) in wanted.held.items() if held == kind] for kind in RISKS}
    told = {kind: names for kind, names in kinds.items() if names}
    if len(told) < 2:
        return RISKS.get(next(iter(told), ""), "balanced")
    return "; ".join(f"{RISKS[kind]} for {', '.join(map(spoken, names))}" for kind, names in told.items())
