"""Reads what a request says of uncertain and empty entries; the words stand in the folders of the languages.

A sentence is parted at commas and “and”. What is spoken of is put into one word each first, so that the “not” of “not
mentioned” denies nothing. Then an answer belongs to what stands before it with a joining word between (“blanks count as no”),
right before it (“unclear: yes”), or after it behind “if” (“yes if unsure”); a part without a subject goes on about the last one
(“if unsure, say no”).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks.findings.specification import Policy

SUBJECTS = {"uncertain": "uncertainentry", "not_mentioned": "emptyentry"}
"""The word that stands for what is spoken of, by its policy."""
_WORD = {word: name for name, word in SUBJECTS.items()}
_SENTENCES = re.compile(r"(.+?)([.;!?\n]+(?=\s|$)|$)", re.DOTALL)
_PARTS = re.compile(rf",|\s[-–—]\s|[()]|\b{any_word('and', 'but', 'while')}\b")
_CODE = re.compile(r"(?<![\w.])[-−–]1(?:\.0)?(?![\w.])")
_HELPING = re.compile(r"\bnothing (?:is|was|were|has been)\b")
_MOST_BETWEEN, _MOST_AFTER_LINK, _SHORT = 9, 4, 4
"""Words between subject and answer, between joining word and answer; a part that is but a heading has no more."""


class Reading(NamedTuple):
    """The policies that a text states, and the sentences about entries that state none, by policy."""

    policies: dict[str, Policy]
    unread: dict[str, str]


def read_policies(text: str, single: Callable[[str], bool] = lambda sentence: False) -> Reading:
    """What a text says of uncertain and empty entries; of several statements the last one counts.

    ``single`` tells sentences that speak of some findings alone: nothing is taken from them, because it would hold for all.

    Examples
    --------
    >>> read_policies("List all findings; if unsure, say no. Blanks are normal").policies
    {'uncertain': 'negative', 'not_mentioned': 'negative'}
    >>> read_policies("Do not count uncertain ones as positive")
    Reading(policies={}, unread={'uncertain': 'Do not count uncertain ones as positive'})
    """
    policies, spoken, before = dict[str, Policy](), dict[str, str](), list[str]()
    for found in _SENTENCES.finditer(text):
        sentence = found[1].strip()
        stated, subjects = _in_sentence(_masked(sentence), before)
        policies |= {} if "?" in found[2] or (stated and single(sentence)) else stated
        spoken |= dict.fromkeys(subjects, sentence)
        before = subjects or before
    return Reading(policies, {name: sentence for name, sentence in spoken.items() if name not in policies})


def says_policy(text: str) -> bool:
    """Whether a text says, or seems to say, what entries count as.

    Examples
    --------
    >>> says_policy("uncertain edema as negative"), says_policy("find the unclear opacities")
    (True, False)
    """
    plain = _masked(text)
    return any(word in plain for word in _WORD) and says_answer(text)


def parts_about_entries(sentence: str) -> list[str]:
    """The parts of a sentence from where it first speaks of entries, without that word, and a condition before it.

    Examples
    --------
    >>> parts_about_entries("in edema, unsure means no, but yes in mass")
    ['in edema', ' means no', ' yes in mass']
    """
    parts = [part for part in _PARTS.split(_masked(sentence)) if part.strip()]
    first = next((at for at, part in enumerate(parts) if any(word in part for word in _WORD)), len(parts))
    if first == len(parts):
        return []
    head, _, behind = re.split(f"({'|'.join(_WORD)})", parts[first], maxsplit=1)
    before = [part for part in parts[first - 1 : first] if re.match(rf"\s*{_any('conditions')}\b", part)]
    return [part for part in (*before, head.strip(" :")) if part] + [behind, *parts[first + 1 :]]


def clauses_about_entries(text: str) -> list[str]:
    """What each sentence says of entries, from the clause on that first speaks of them; clauses about anything else are none.

    Examples
    --------
    >>> clauses_about_entries("Find edema, treat the unclear ones as negative. It is urgent.")
    [' treat the unclear ones as negative']
    >>> clauses_about_entries("Count uncertain as positive, negative in edema, without the lateral films")
    ['Count uncertain as positive', ' negative in edema']
    """
    found = []
    for sentence in (match[1] for match in _SENTENCES.finditer(text)):
        clauses = sentence.split(",")
        first = next((at for at, clause in enumerate(clauses) if parts_about_entries(clause)), len(clauses))
        found += [clause for clause in clauses[first:] if parts_about_entries(clause) or _answers().search(_masked(clause))]
    return found


def says_answer(text: str) -> bool:
    """Whether a text holds a word for what entries count as.

    Examples
    --------
    >>> says_answer("negative for nodule"), says_answer("find nodules")
    (True, False)
    """
    plain = _masked(text)
    return bool(_answers().search(plain) or _pattern("left_out").search(plain))


def _masked(sentence: str) -> str:
    """Normalised, with one word for each thing that is spoken of."""
    plain = re.sub(r"[“”„\"]", "", normalise(sentence).replace("’", "'"))
    plain = _HELPING.sub("nothing", plain)
    plain = _pattern("elsewhere").sub(" ", _CODE.sub(f" {SUBJECTS['uncertain']} ", plain))
    for name, word in SUBJECTS.items():
        plain = _pattern(name).sub(word, plain)
        plain = re.sub(rf"\b{_any(f'{name}_if_joined')}(?=\s(?:means?|counts?|as|=)(?!\w))", word, plain)
    either = "|".join(_WORD)
    plain = re.sub(rf"({either})((?: \w+)?) {any_word('and', 'or', 'as_well_as')} ((?:\w+ )?(?:{either}))\b", r"\1\2 / \3", plain)
    return re.sub(rf"({either})((?: \w+){{0,2}})\s*(?::|->|→|=>)", r"\1\2 = ", plain)


def _in_sentence(sentence: str, before: Sequence[str]) -> tuple[dict[str, Policy], list[str]]:
    """Policies that a masked sentence states, and what it speaks of; ``before`` was spoken of before it."""
    stated, spoken, last, goes_on = dict[str, Policy](), list[str](), list(before), False
    unclear, refused = set[str](), False
    for part in filter(None, map(str.strip, _PARTS.split(sentence))):
        own = [name for word, name in _WORD.items() if re.search(rf"\b{word}\b", part)]
        points = bool(_pattern("these").search(part))
        if not own and not ((points and last) or goes_on):
            unclear |= _turned_for_some(part, stated)
            goes_on, refused = False, bool(re.search(rf"\b{any_word('refused.wrong')}$", part))
            continue
        about = own or (list(dict.fromkeys([*last, *spoken])) if re.search(rf"\b{any_word('both')}\b", part) else last)
        policy, denied = (None, True) if refused else _meant(part, bool(own))
        # One thing for this finding and another for that can't be told for all.
        unclear |= {name for name in own if policy and stated.get(name, policy) != policy}
        stated |= dict.fromkeys(about, policy) if policy else {}
        opens = bool(own) and (bool(re.match(rf"{_any('conditions')}\b", part)) or len(part.split()) <= _SHORT)
        spoken, last, goes_on = [*spoken, *own], about, (policy is None and opens) or denied
    return {name: policy for name, policy in stated.items() if name not in unclear}, list(dict.fromkeys(spoken))


def _turned_for_some(part: str, stated: Mapping[str, Policy]) -> set[str]:
    """Of what was stated, that of which a part says something else under a condition: “but negative in lateral views”."""
    other = _meant(part, False)[0] if re.search(rf"\b{_any('conditions')}\b", part) else None
    return {name for name, policy in stated.items() if other and policy != other}


def _meant(part: str, own: bool) -> tuple[Policy | None, bool]:
    """What a part of a sentence says, and whether something is denied; ``own``: its subject stands in it."""
    denied = False
    for found in _answers().finditer(part):
        if not (_fits(part, found) if own else _fits_before(part[: found.start()])):
            continue
        if _pattern("exceptions").search(part[found.end() :]):
            return None, True
        if not _denied(part[: found.start()]):
            return ("negative" if found["negative"] else "positive"), denied
        denied = True
    around = re.search(rf"\b{_any('opens')}\b.*\b{_any('closes')}\b", part)
    out = around or _pattern("left_out").search(part)
    if out is None or denied:
        return None, denied
    return (None, True) if _denied(part[: out.start()]) else ("left out", False)


def _denied(before: str) -> bool:
    """Whether what stands before an answer denies it; “no” does before what is spoken of (“count no uncertain one as yes”)."""
    return bool(_pattern("denials").search(before) or re.search(rf"\bno (?:{'|'.join(_WORD)})\b", before))


def _fits(part: str, answer: re.Match[str]) -> bool:
    """Whether an answer belongs to a subject of the same part."""
    subjects = list(re.finditer("|".join(_WORD), part))
    earlier = [one for one in subjects if one.end() <= answer.start()]
    if earlier:
        return _joined(part[earlier[-1].end() : answer.start()])
    between = part[answer.end() : subjects[0].start()].split()
    return bool(between) and len(between) <= _MOST_AFTER_LINK and bool(re.match(rf"{_any('conditions')}\b", " ".join(between)))


def _joined(between: str) -> bool:
    """Whether what stands between subject and answer joins them."""
    words = between.replace("/", " ").split()
    links = [place for place, word in enumerate(words) if _whole("links").fullmatch(word)]
    if links:
        return len(words) <= _MOST_BETWEEN and len(words) - links[-1] - 1 <= _MOST_AFTER_LINK
    return all(_whole("entries").fullmatch(word) for word in words)


def _fits_before(words: str) -> bool:
    """Whether an answer in a part without a subject is one: “say no”, “count them as positive”."""
    given = words.split()
    return len(given) <= _MOST_BETWEEN and _joined(words)


@cache
def _words() -> Mapping[str, Sequence[str]]:
    return families("tasks")["policies"]


@cache
def _any(kind: str) -> str:
    """One of the phrases, the longest first; in no group of its own."""
    return f"(?:{'|'.join(map(_as_pattern, _longest_first(_words()[kind])))})"


def _longest_first(phrases: Iterable[str]) -> list[str]:
    return sorted(map(normalise, phrases), key=len, reverse=True)


def _as_pattern(phrase: str) -> str:
    return re.escape(phrase).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/]){_any(kind)}(?!\w)")


@cache
def _answers() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/])(?:(?P<negative>{_any('negative')})|(?P<positive>{_any('positive')}))(?![\w/])")


@cache
def _whole(kind: str) -> re.Pattern[str]:
    return re.compile(_any(kind))
