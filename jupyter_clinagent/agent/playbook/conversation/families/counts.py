"""“How many melanomas were in the test set?”: images and groups by class and partition."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.conversation.thresholds import classes_named
from jupyter_clinagent.agent.playbook.wording import tokens
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word, words_in

_NUMBER = re.compile(rf"\b{any_word('counted.number')}\b")
_PARTS = {name: re.compile(rf"\b{any_word(f'counted.{name}')}") for name in ("test", "validation", "train")}
_DATA = re.compile(rf"\b{any_word('counted.in_all')}\b")
_BALANCE = re.compile(rf"\b{any_word('counted.classes')}\b.*\b{any_word('counted.balanced')}\b|\b{any_word('counted.balance')}\b")
_PEOPLE = frozenset(word for name, words in families("whom")["people"].items() if name != "anyone" for word in words)
_SHORT = 4
"""Words of a question that names no part."""
_WHOLE = {"test": "test set", "validation": "validation set", "train": "training set"}


def _reads(heard: Heard, _past: Past) -> bool:
    if _BALANCE.search(heard.plain):
        return True
    told = _DATA.search(heard.plain) or any(part.search(heard.plain) for part in _PARTS.values())
    told = told or (len(tokens(heard.plain)) <= _SHORT and heard.has(words_in("talk.images")))  # “how many patients?”
    return bool(_NUMBER.search(heard.plain) and told) and not heard.has(words_in("counted.no_images"))


def _answer(heard: Heard, past: Past) -> str:
    cohort = past.cohort
    parts = [name for name, pattern in _PARTS.items() if pattern.search(heard.plain)] or list(_PARTS)
    names = [name for name in classes_named(heard.intent, past) if name in cohort.counts] or list(cohort.counts)
    lines = [f"In the {_WHOLE[part]}: {_said(cohort, names, part)}." for part in parts]
    return f"{_foreign(heard, past)}{' '.join(lines)} {_grouped(cohort)} {past.source('cohort')}"


def _foreign(heard: Heard, past: Past) -> str:
    """That what was asked for is no class of the study."""
    if people := [word for word in tokens(heard.plain) if word in _PEOPLE]:
        return f"I have counts by class and not by “{people[0]}”; how each subgroup did stands in the report. "
    if not heard.intent.targets or classes_named(heard.intent, past):
        return ""
    return f"“{', '.join(heard.intent.targets)}” is no class of this study, so its images were not counted. "


def _said(cohort: CohortFacts, names: list[str], part: str) -> str:
    each = [f"{_images(cohort, name, part)}{_cases(cohort, name, part)}" for name in names]
    total = sum(cohort.counts[name].get(part, 0) for name in names)
    return ", ".join(each) + (f"; {total:,} together" if len(names) > 1 else "")


def _images(cohort: CohortFacts, name: str, part: str) -> str:
    images, groups = cohort.counts[name].get(part, 0), cohort.groups.get(name, {}).get(part)
    if groups is None or not cohort.group_source:
        return f"{images:,} images of “{name}”"
    return f"{images:,} images of “{name}” from {groups:,} groups"


def _cases(cohort: CohortFacts, name: str, part: str) -> str:
    """Those that get one answer."""
    return f" ({cohort.cases[name].get(part, 0):,} {cohort.level.plural})" if name in cohort.cases else ""


def _grouped(cohort: CohortFacts) -> str:
    if cohort.group_source is None:
        return "Nothing in the data says which images belong to one patient, so each image counts by itself."
    return f"Images of one group have the same “{cohort.group_source}” and stay in one set."


def tested(cohort: CohortFacts) -> str:
    """What the test figures rest on, by class."""
    return ", ".join(f"{count:,} of “{name}”" for name, count in judged(cohort).items())


def judged(cohort: CohortFacts) -> dict[str, int]:
    """How many of each class got an answer in the test set: images, or patients, lesions … where these are judged."""
    return {name: parts.get("test", 0) for name, parts in (cohort.cases or cohort.counts).items()}


FAMILY = Family(
    name="counts",
    help="how many images of which class were where",
    examples=(
        "how many melanomas were in the test set?",
        "how many patients are in the training set?",
        "how big is the test set?",
        "Wie viele Bilder waren im Test?",
    ),
    reads=_reads,
    acts=answered(_answer),
    kind="question",
    needs=("cohort", "specification"),
    rank=30,
)
