"""Which of the findings a request speaks of: by their own words, the lexicon's, or another name of the same finding."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import concept_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import mentioned
from jupyter_clinagent.agent.playbook.risks import without_blanks
from jupyter_clinagent.agent.playbook.wording import contains, label_key, normalise
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.policy_words import says_policy

_EXCEPT = re.compile(r"\b(?:except|excluding|without|but not|apart from|leave out|leaving out|ohne|ausser|nicht aber)\b([^.;:]*)")
_OPENING = re.compile(r"^(?:except|excluding|without|leaving out|ohne|ausser)\b[^.,;:]*,")
"""Words set aside before anything is asked for end at the comma: “Excluding lateral views, find edema, …”."""
_EITHER = re.compile(r"\b(?:with\s*(?:or|and|/)\s*without|mit\s*(?:oder|und|/)\s*ohne)\b")
_CLAUSES = re.compile(r"[.;:,!?](?=\s|$)")
_PARTS = re.compile(r"\b(?:and|und|with|mit|but|aber)\b")


def named(text: str, names: Sequence[str]) -> list[str]:
    """Those findings of which a text speaks, in their own order.

    Examples
    --------
    >>> named("Detect effusion and Stauung", ["Pleural Effusion", "Befund_Stauung", "Mass"])
    ['Pleural Effusion', 'Befund_Stauung']
    """
    plain = re.sub(r"[_/]+", " ", normalise(text))
    own = set(mentioned(list(names), plain))
    return [name for name in names if name in own or contains(plain, _also_called(name))]


def asked_for(intent: Intent, names: Sequence[str]) -> list[str]:
    """Findings that the request names, without those that it leaves out."""
    left_out = excepted(intent, names)
    return [
        name for name in names if name not in left_out and (name in named(_wanted(intent), names) or _is_target(intent, name))
    ]


def describes_patient(name: str) -> bool:
    """Whether a column's name speaks of the patient and of nothing else.

    Examples
    --------
    >>> [describes_patient(name) for name in ("age>60", "is_male", "Raucher", "bone age", "effusion", "60")]
    [True, True, True, False, False, False]
    """
    words = re.findall(r"[^\W\d_]+", normalise(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)))
    patient, beside = _words_of("patient"), _words_of("beside")
    return any(word in patient for word in words) and all(word in patient or word in beside for word in words)


def excepted(intent: Intent, names: Sequence[str]) -> list[str]:
    """Findings that the request, or a later wish, sets aside: “all findings except support devices”."""
    aside = [intent.set_aside] if not _EITHER.search(normalise(intent.text)) else []
    aside += [part for text in (intent.text, *intent.later) for part in _set_aside(_harmless(text))]
    concepts = [name for name in names if concept_of(name) in intent.excluded and concept_of(name)]
    return list(dict.fromkeys([*concepts, *(name for part in aside for name in named(part, names))]))


def _set_aside(text: str) -> list[str]:
    return _OPENING.findall(text) + _EXCEPT.findall(_OPENING.sub(" ", text))


def of_the_patient(intent: Intent, names: Sequence[str]) -> list[str]:
    """Columns that describe the patient, where the request doesn't name them beside findings or by themselves.

    “All findings of male smokers” names none of them: it asks for findings.
    """
    person = [name for name in names if describes_patient(name)]
    spoken = asked_for(intent, names)
    meant = spoken if intent.task != TASK.name or set(spoken) - set(person) else []
    return [name for name in person if name not in meant]


def unknown_here(intent: Intent, names: Sequence[str]) -> list[str]:
    """Findings that the request names by words known here, of which the data say nothing."""
    text = re.sub(r"[_/]+", " ", _wanted(intent))
    there = {words[0] for name in names if (words := _also_called(name))}
    spoken = [name for name in names if name in named(text, names)]
    covered = {word for name in spoken for word in _also_called(name)}
    return [words[0] for words in _same() if words[0] not in there and contains(text, [w for w in words if w not in covered])]


def dreaded(intent: Intent, names: Sequence[str]) -> list[str]:
    """Findings whose mistakes the request calls worse."""
    concepts = [intent.risk_for, *intent.risk_also_for]
    clauses = [c for text in (intent.text, *intent.later) for c in _CLAUSES.split(normalise(text)) if _is_risk(c)]
    spoken = {name for clause in clauses for name in named(clause, names)}
    return [name for name in names if name in spoken or (concept_of(name) and concept_of(name) in concepts)]


def _wanted(intent: Intent) -> str:
    """The request without the clauses about mistakes, and without what it sets aside."""
    return _EXCEPT.sub(" ", _OPENING.sub(" ", _harmless(intent.text)))


def _harmless(text: str) -> str:
    """A text without its clauses about mistakes, and without what it says of uncertain and empty entries."""
    clauses = _CLAUSES.split(_EITHER.sub("with", normalise(text)))
    return " , ".join(_without_policies(clause) for clause in clauses if not _is_risk(clause))


def _without_policies(clause: str) -> str:
    return " and ".join(part for part in _PARTS.split(clause) if not says_policy(part)) if says_policy(clause) else clause


def _is_target(intent: Intent, name: str) -> bool:
    concept = concept_of(name)
    return concept is not None and concept in intent.targets and concept not in (intent.risk_for, *intent.risk_also_for)


def _is_risk(clause: str) -> bool:
    words = [*known.PHRASES["miss"], *known.PHRASES["false_alarm"], "sensitivity", "specificity", "sensitivitaet", "spezifitaet"]
    return contains(without_blanks(clause), words)


def _also_called(name: str) -> list[str]:
    """Other words for a finding: those of the list that holds its name, or the last word of it."""
    plain = re.sub(r"[\s_/-]+", " ", normalise(name)).strip()
    ends = (plain, plain.rpartition(" ")[2])
    return next((list(words) for end in ends for words in _same() if label_key(end) in {label_key(w) for w in words}), [])


@cache
def _same() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(normalise(word) for word in words) for words in _table()["same"])


@cache
def _words_of(name: str) -> frozenset[str]:
    return frozenset(map(normalise, _table()[name]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
