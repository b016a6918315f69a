"""Which of the findings a request speaks of: by their own words, the lexicon's, or another name of the same finding."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conditions import describes_patient
from jupyter_clinagent.agent.playbook.criterion import chooses_people
from jupyter_clinagent.agent.playbook.drafting import concept_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import mentioned
from jupyter_clinagent.agent.playbook.risks import rates_in, without_blanks
from jupyter_clinagent.agent.playbook.terms import same_things
from jupyter_clinagent.agent.playbook.wording import contains, label_key, normalise, tokens
from jupyter_clinagent.lang.grammar import any_word, words_in
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.policy_words import parts_about_entries, says_answer, says_policy

_SHOWING = any_word("asks.shows")
_ASIDE = any_word("setting_aside.except", "setting_aside.leaving", "without")
_EXCEPT = re.compile(rf"\b(?:{_ASIDE}|{any_word('setting_aside.but_not')})\b([^.;:]*)")
_REFUSED = re.compile(
    rf"\b{any_word('refused.not')}\s+(?:{any_word('refused.between')} )?{any_word('refused.verbs')}\b([^,.;:]*)"
)
_NOT = re.compile(
    rf"(?:(?:^|,)\s*(?:{any_word('and', 'but')} )?|\b{any_word('but', 'and', 'refused.looks')} )"
    rf"{any_word('not', 'no')}\s+([^,.;:]*)"
)
_UNNEEDED = re.compile(
    rf"([^,.;:]*?)(?:\b{any_word('not', 'never', 'no')}|n't)\s+(?:\w+ )?(?:{any_word('of', 'refused.to_be')} )?"
    rf"{any_word('refused.unneeded')}\b"
)
_DENIED = re.compile(rf"\s*{any_word('not')}\b")
_INSTEAD = re.compile(rf"\b{any_word('but', 'rather', 'only')}\b")
"""After what is not wanted, what is: “not catheter but nodule”; “not only nodule” leaves nothing out."""
_WRONG = rf"\w*{any_word('phrases.things_wrong')}"
_THINGS = re.compile(rf"\b{_WRONG}\b")
_EACH = re.compile(
    rf"\b{any_word('phrases.asks_each')} (?:(?!{_SHOWING}\b)[\w-]+ ){{0,4}}?{_WRONG}\b"
    rf"|\b{any_word('phrases.asks_each')} {any_word('phrases.thing_wrong')}\b"
)
_OPENING = re.compile(rf"^{_ASIDE}\b[^.,;:]*,")
"""Words set aside before anything is asked for end at the comma: “Excluding lateral views, find edema, …”."""
_EITHER = re.compile(rf"\b{any_word('with')}\s*(?:{any_word('and', 'or')}|/)\s*{any_word('without')}\b")
_CLAUSES = re.compile(r"[.;:,!?](?=\s|$)")
_PERCENT = re.compile(rf"\d[\d.,]*\s*{any_word('percent')}")
_SENTENCES = re.compile(r"[.;!?](?=\s|$)")
_PARTS = re.compile(rf"\b{any_word('and', 'with', 'but')}\b")


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
    left_out, spoken = excepted(intent, names), named(_wanted(intent, names), names)
    return [name for name in names if name not in left_out and (name in spoken or _is_target(intent, name, names))]


def excepted(intent: Intent, names: Sequence[str]) -> list[str]:
    """Findings that the request, or a later wish, sets aside: “all findings except support devices”."""
    aside = _aside_by_words(intent) if not _EITHER.search(normalise(intent.text)) else []
    concepts = [name for name in names if aside and concept_of(name) in intent.excluded and concept_of(name)]
    aside += [part for text in (intent.text, *intent.later) for part in _set_aside(_harmless(text, names), names)]
    return list(dict.fromkeys([*concepts, *(name for part in aside for name in named(part, names))]))


def _aside_by_words(intent: Intent) -> list[str]:
    """What the lexicon reads as set aside, unless a rate is: “95 % sensitivity for all except catheter” leaves none out."""
    risks = [clause for text in (intent.text, *intent.later) for clause in _CLAUSES.split(normalise(text)) if _is_risk(clause)]
    return [part for part in intent.set_aside.split(" . ") if part.strip() and not any(part in clause for clause in risks)]


def _set_aside(text: str, names: Sequence[str]) -> list[str]:
    """Parts of a text that name what it leaves out."""
    return [*_OPENING.findall(text), *_EXCEPT.findall(_OPENING.sub(" ", text)), *_refused(text, names)]


def _refused(text: str, names: Sequence[str]) -> list[str]:
    """“Do not count catheter”, “not catheter”, “catheter is not needed”."""
    plain = text.replace("’", "'")
    behind = [_INSTEAD.split(part)[0] for part in _REFUSED.findall(plain)]
    alone = [part for said in _NOT.findall(plain) if is_bare(part := _INSTEAD.split(said)[0], names)]
    before = [_INSTEAD.split(part)[-1] for part in _UNNEEDED.findall(plain)]
    return [*behind, *alone, *before]


def of_the_patient(intent: Intent, names: Sequence[str]) -> list[str]:
    """Columns that describe the patient, where the request doesn't name them beside findings or by themselves.

    “All findings of male smokers” names none of them: it asks for findings; “COPD in smokers” chooses images by one.
    """
    person = [name for name in names if describes_patient(name)]
    spoken = [name for name in asked_for(intent, names) if not (name in person and chooses_people(name, intent.naming))]
    meant = spoken if intent.task != TASK.name or set(spoken) - set(person) else []
    return [name for name in person if name not in meant]


def summed_up(intent: Intent, seen: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """Of these findings those that only sum up the others, unless the request names them in full, or no other is left."""
    texts = " . ".join([intent.text, *intent.later])
    summed = [name for name in seen.get("summaries", []) if name in names and not _in_full(texts, name)]
    return summed if len(summed) < len(names) else []


def asks_for_each(intent: Intent) -> bool:
    """Whether each of the things that can be wrong is asked for, and not only if there is any.

    Examples
    --------
    >>> from jupyter_clinagent.agent.playbook.lexicon import read_request
    >>> texts = ("List all eye diseases", "Which eyes show abnormalities?", "Find diseased eyes")
    >>> [asks_for_each(read_request(text)) for text in texts]
    [True, False, False]
    """
    plain = normalise(intent.text)
    every = contains(plain, known.PHRASES["everything_wrong"]) or bool(_EACH.search(plain))
    return every or (bool(_THINGS.search(plain)) and not intent.asks_whether)


def _in_full(text: str, name: str) -> bool:
    """Whether the whole name stands in a text: “diseases” is not “Disease_Risk”."""
    return contains(re.sub(r"[_/-]+", " ", normalise(text)), [re.sub(r"[_/-]+", " ", normalise(name))])


def unknown_here(intent: Intent, names: Sequence[str]) -> list[str]:
    """Findings that the request names by words known here, of which the data say nothing."""
    text = re.sub(r"[_/]+", " ", _wanted(intent, names))
    there = {words[0] for name in names if (words := _also_called(name))}
    spoken = [name for name in names if name in named(text, names)]
    covered = {word for name in spoken for word in _also_called(name)}
    return [words[0] for words in _same() if words[0] not in there and contains(text, [w for w in words if w not in covered])]


def is_bare(text: str, names: Sequence[str]) -> bool:
    """Whether a text is findings and nothing else: “for nodule and effusion”.

    Examples
    --------
    >>> [is_bare(text, ["nodule", "edema"]) for text in ("for edema and nodules", "find edema", "all findings")]
    [True, False, False]
    """
    plain = re.sub(r"[_/]+", " ", normalise(text))
    spoken = [word for name in named(plain, names) for word in (name, *_also_called(name))]
    own = [word for phrase in spoken for word in tokens(normalise(phrase))]
    return bool(spoken) and all(word in _words_of("joining") or contains(word, own) for word in tokens(plain))


def concept_words(name: str) -> list[str]:
    """Words of the lexicon for what a finding is; empty where it does not know it."""
    concept = concept_of(name)
    return next((one.words for one in known.CONCEPTS if one.name == concept), [])


def _wanted(intent: Intent, names: Sequence[str]) -> str:
    """The request without the clauses about mistakes, and without what it sets aside."""
    text = _harmless(intent.text, names)
    for part in _refused(text, names):
        text = text.replace(part, " ") if part.strip() else text
    return _EXCEPT.sub(" ", _OPENING.sub(" ", text))


def _harmless(text: str, names: Sequence[str]) -> str:
    """A text without its clauses about mistakes, and without what it says of uncertain and empty entries."""
    sentences = _SENTENCES.split(_EITHER.sub("with", normalise(text)))
    clauses = [(clause, about) for one in sentences for clause, about in _of_risks(_CLAUSES.split(one), names)]
    # Findings alone are the request where there is no other.
    other = any(not about and clause.strip() and not is_bare(clause, names) for clause, about in clauses)
    return " , ".join(_without_policies(c, names) for c, about in clauses if not _is_risk(c) and not (about and other))


def _of_risks(clauses: Sequence[str], names: Sequence[str]) -> list[tuple[str, bool]]:
    """The clauses of a sentence, and whether each is about mistakes: findings beside such a clause are those it is about."""
    about = [_is_risk(clause) for clause in clauses]
    bare = [is_bare(_PERCENT.sub(" ", clause), names) for clause in clauses]
    for order in (range(1, len(about)), range(len(about) - 2, -1, -1)):
        for at in order:
            about[at] |= bare[at] and about[at - order.step]
    return list(zip(clauses, about, strict=True))


def _without_policies(clause: str, names: Sequence[str]) -> str:
    """A clause without its parts about entries, and what goes on about them: “… but negative for nodule”."""
    kept, about = list[str](), False
    for part in _PARTS.split(clause) if says_policy(clause) else [clause]:
        goes_on = about and (is_bare(part, names) or says_answer(part) or bool(_DENIED.match(part)))
        about = goes_on or (says_policy(clause) and says_policy(part))
        kept += [] if about else [part]
    return " and ".join(kept)


def speaks_of_some(sentence: str, names: Sequence[str]) -> bool:
    """Whether what a sentence says of uncertain or empty entries is for some of these findings alone.

    Examples
    --------
    >>> names = ["nodule", "edema"]
    >>> [speaks_of_some(s, names) for s in ("Uncertain as yes for edema", "Find edema and nodule, uncertain as no")]
    [True, False]
    """
    about = [part for part in parts_about_entries(sentence) if is_bare(part, names) or says_answer(part)]
    some = {name for part in about for name in named(part, names)}
    answers = [part for part in about if says_answer(part) and named(part, names)]
    return bool(some) and (len(some) < len(names) or len(answers) > 1)


def _is_target(intent: Intent, name: str, names: Sequence[str]) -> bool:
    concept, words = concept_of(name), concept_words(name)
    if concept is None or concept not in intent.targets or concept in (intent.risk_for, *intent.risk_also_for):
        return False
    texts = [intent.text, *intent.later]
    return any(contains(_harmless(text, names), words) for text in texts) or not any(contains(normalise(t), words) for t in texts)


def _is_risk(clause: str) -> bool:
    words = [*known.PHRASES["miss"], *known.PHRASES["false_alarm"], *words_in("rates.sensitivity", "rates.specificity")]
    return contains(without_blanks(clause), words) or any(rate.kind for rate in rates_in(clause))


def _also_called(name: str) -> list[str]:
    """Other words for a finding: those of the list that holds its name, or the last word of it."""
    plain = re.sub(r"[\s_/-]+", " ", normalise(name)).strip()
    ends = (plain, plain.rpartition(" ")[2])
    return list(next((_by_key()[key] for end in ends if (key := label_key(end)) in _by_key()), ()))


@cache
def _by_key() -> dict[str, tuple[str, ...]]:
    """Every list of names of one thing by each of its names, the first list that holds it."""
    return {label_key(word): words for words in reversed(_same()) for word in words}


@cache
def _same() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(normalise(word) for word in words) for words in same_things())


@cache
def _words_of(name: str) -> frozenset[str]:
    return frozenset(map(normalise, _table()[name]))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
