"""The last check before the card: what a request names, and whether the drafted specification accounts for it.

A name of the data that the draft leaves unused (“melanoma on the face only”), a thing that nobody knows beside those that it
uses or in their place (“crowns and root canals”, “is it glaucoma?”), and a line on a number (“larger than 2 cm”) each lead to a
question: without it a clinician would meet another study than was asked for. Where nothing that is named is used, going on is
not the default.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import Draft, listed, question
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import is_generic, wholly_named
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.unread import AGAINST
from jupyter_clinagent.agent.playbook.unused import unused_words
from jupyter_clinagent.agent.playbook.wording import contains, normalise, tokens
from jupyter_clinagent.contracts import Card, Specification
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts

KEY, GO_ON, STOP = "beside", "go on without it", "stop"
_AND = frozenset(["and", "or", "und", "oder", "sowie", "plus", "nor"])
_FROM = frozenset(["from", "von"])
_ARTICLES = frozenset(
    [
        "the",
        "a",
        "an",
        "any",
        "all",
        "each",
        "every",
        "die",
        "der",
        "das",
        "den",
        "eine",
        "ein",
        "einen",
        "alle",
        "also",
        "auch",
        "me",
    ]
)
_FILLING = _ARTICLES | frozenset(
    ["please", "bitte", "just", "only", "nur", "yes", "no", "ja", "nein", "or", "oder", "not", "nicht", "here", "there"]
)
_WHICH = frozenset(["which", "what", "how", "where", "when", "who", "welche", "welcher", "welches", "was", "wie", "wo", "wer"])
"""“Which pattern is it?” names what the values are of."""
_CIRCUMSTANCES = re.compile(
    r"\b(?:per|by|pro|je|each|every|whatever|regardless of|irrespective of|egal)(?: (?:the|its|die|der|das))? [\w-]+"
)
"""“Per eye” and “whatever the thickness” ask for nothing to be done with a column."""
_ROLES = ("label", "other", "site", "sex", "confounder", "ignored")
"""Columns that a request may name to have something done with them."""
_SIGNS = {"&": " and ", "/": " or ", "+": " and "}
_QUOTED = re.compile(r"“([^”]+)”")
"""What an assumption of the draft speaks of is not passed over."""
_LINE = re.compile(
    r"\b(?:\w+er than|more than|less than|\w+er als|mehr als|weniger als|below|above|under|over|at least|at most|unter|ueber|mindestens"
    r"|hoechstens)\s(?P<number>\d+(?:[.,]\d+)?)\s?(?:mm|cm|ml|l|g|kg|years?|months?|jahren?|monaten?|millimet\w+|centimet\w+|zentimet\w+"
    r"|degrees?)\b"
)
_NEAR = 3
"""Words of a clause within which a name that is used makes a list of what stands beside it."""


def what_is_beside(intent: Intent, survey: SurveyFacts, drafted: Draft) -> list[str]:
    """Names in a request that the draft does nothing with, in the words of the request or of the data.

    Parameters
    ----------
    intent, survey
        The reading of the request, and the look at the data.
    drafted
        What would be studied.
    """
    used = _used(drafted.specification, survey, intent)
    new = [line for line in drafted.assumptions if line not in survey.assumptions]
    told = " . ".join(normalise(quoted) for line in new for quoted in _QUOTED.findall(line))
    found = [
        *_elsewhere(intent, survey, drafted.specification, used),
        *_devices(intent, used),
        *_strangers(intent, survey, drafted.specification, used),
        *_lines(intent, drafted.specification),
    ]
    return [name for name in dict.fromkeys(found) if not contains(told, [name])]


def question_of(beside: list[str], intent: Intent, survey: SurveyFacts, drafted: Draft) -> Card:
    """Whether to go on without what the draft does nothing with; not by default where it uses no name of the request."""
    objective = drafted.specification.objective
    text = (
        f"The request names {listed(beside)}, and nothing would be done with it: this study would {objective[:1].lower()}"
        f"{objective[1:]}. Go on without it?"
    )
    named = _names_enough(intent, survey, drafted.specification)
    return question(KEY, text, [GO_ON, STOP], GO_ON if named else STOP)


def _names_enough(intent: Intent, survey: SurveyFacts, spec: Specification) -> bool:
    """Whether the request names what the draft is of; where one thing is told from another, both."""
    if not _any_used(tokens(intent.naming), _used(spec, survey, intent)):
        return False
    apart = not AGAINST.isdisjoint(intent.words) or contains(intent.naming, _telling_apart())
    spoken = [" . ".join(one for value in (name, *values) for one in spoken_as(value)) for name, values in spec.classes.items()]
    return not apart or sum(_any_used(tokens(intent.naming), one) for one in spoken) != 1


def _used(spec: Specification, survey: SurveyFacts, intent: Intent) -> str:
    """All that the draft calls by a name, normalised, with other names of the same things."""
    names = [spec.title, spec.objective, *spec.classes, *(v for values in spec.classes.values() for v in values)]
    names += [name for name in (spec.label_column, spec.group_column, *spec.confounders) if name]
    names += [meaning for c in survey.columns if c.name == spec.label_column for meaning in c.meanings.values()]
    named = [word for concept in known.CONCEPTS if concept.name in (*intent.targets, *intent.excluded) for word in concept.words]
    named += known.MALIGNANT["words"] if "cancer" in intent.targets else []
    return " . ".join(spoken.replace("_", " ") for name in (*names, *named) for spoken in spoken_as(name))


def _is_used(word: str, used: str) -> bool:
    return len(word) > 1 and word not in _common() and contains(used, [word])


# ------------------------------------------------------------------ names of the data that are not used
def _elsewhere(intent: Intent, survey: SurveyFacts, spec: Specification, used: str) -> Iterator[str]:
    """Values of other columns, and other columns, that a request calls by their whole names."""
    naming = _CIRCUMSTANCES.sub(" ", intent.naming)
    spent = {spec.label_column, spec.group_column, *spec.confounders, *spec.classes}
    if intent.distrusts:  # what is named may be the shortcut
        return
    for column in survey.columns:
        if column.role in _ROLES and column.name not in spent:
            for name in wholly_named([*_telling(column), *_names_of(column)], naming):
                if not all(_is_used(word, used) for word in tokens(normalise(name.replace("_", " ")))):
                    yield name


def _names_of(column: ColumnFacts) -> list[str]:
    """Its name, also without the unit behind it (“nodule_size_mm”), and each word of it that is an abbreviation (“dme_risk”)."""
    bare = re.sub(r"[_\s]+\W*[a-z%]{1,4}\W*$", "", column.name, flags=re.I)
    parts = [part for part in re.findall(r"[^\W_]+", column.name) if 1 < len(part) < 5 and len(spoken_as(part)) > 1]
    return [name for name in dict.fromkeys([bare, column.name, *parts]) if not _is_common(name)]


def _telling(column: ColumnFacts) -> list[str]:
    return [value for value in column.values if not _is_common(value)]


def _is_common(name: str) -> bool:
    """Whether a name is made of words that any request may have: “other”, “image”, “chest”."""
    return (len(name) > 1 and is_generic(name)) or all(word in _common() for word in tokens(normalise(name)))


@cache
def _common() -> frozenset[str]:
    families = (known.EVERYDAY, known.IDLE, known.GENERIC_COLUMNS, known.IMAGE_WORDS, {"imaging": known.PHRASES["imaging"]})
    phrases = [phrase for family in families for listing in family.values() for phrase in listing]
    return frozenset(word for phrase in phrases for word in tokens(normalise(phrase)))


def _devices(intent: Intent, used: str) -> Iterator[str]:
    """What usually is a shortcut, asked for: “is there a pacemaker?”."""
    if intent.distrusts or _any_used(tokens(intent.naming), used):
        return
    for family in intent.confounders:
        words = [word for word in known.CONFOUNDERS[family] if contains(intent.naming, [word])]
        if words and not any(_is_used(word, used) for word in words):
            yield words[0]


def _lines(intent: Intent, spec: Specification) -> Iterator[str]:
    """A line on a number, of which the specification knows nothing."""
    kept = spec.model_dump_json(exclude={"request"})
    for found in _LINE.finditer(normalise(intent.text)):
        if not re.search(rf"(?<!\d){re.escape(found['number'])}(?!\d)", kept):
            yield found[0]


# ------------------------------------------------------------------ things that nobody knows
def _strangers(intent: Intent, survey: SurveyFacts, spec: Specification, used: str) -> Iterator[str]:
    """Runs of unknown words that are joined to a name that is used, or that stand where one should."""
    unused = unused_words(intent.text, survey, [spec.title, spec.objective, *spec.classes, *intent.targets])
    unknown = {word for word in unused if not _is_shortened(word, used)}
    naming = re.sub(r"[&/+]", lambda sign: _SIGNS[sign[0]], intent.naming)
    clauses = [tokens(clause) for clause in re.split(r"\s\.\s", naming)]
    named = any(_any_used(words, used) for words in clauses)
    for words in clauses:
        for start, end in _runs(words, unknown):
            if _is_joined(words, start, end, used) or (
                _is_object(words, start, end) if not named else _is_listed(words, clauses, used)
            ):
                yield " ".join(words[start:end])


def _is_shortened(word: str, used: str) -> bool:
    """“Monos” are monocytes."""
    short = word.removesuffix("s")
    return len(short) > _NEAR and any(one.startswith(short) for one in tokens(used))


def _runs(words: list[str], unknown: Collection[str]) -> Iterator[tuple[int, int]]:
    start = None
    for at, word in enumerate([*words, ""]):
        if word in unknown and start is None:
            start = at
        elif word not in unknown and start is not None:
            yield start, at
            start = None


def _is_joined(words: list[str], start: int, end: int, used: str) -> bool:
    """Whether “and”, “or” or “versus” stands between the run and a name that is used, or “from” where things are told apart."""
    if end < len(words) and _is_used(words[end], used):  # an adjective: “ordinary moles”
        return False
    joining = _AND | AGAINST | (_FROM if contains(" ".join(words), _telling_apart()) else frozenset())
    before = [word for word in words[:start] if word not in _ARTICLES]
    after = [word for word in words[end:] if word not in _ARTICLES]
    left = bool(before) and before[-1] in joining and _any_used(before[-1 - _NEAR : -1], used)
    return left or (bool(after) and after[0] in joining and _any_used(after[1 : 1 + _NEAR], used))


def _is_object(words: list[str], start: int, end: int) -> bool:
    """Whether the run is all that a clause says, what it looks for or asks about, or told from something else."""
    before = [word for word in words[:start] if word not in _ARTICLES]
    after = [word for word in words[end:] if word not in _FILLING]
    asked = bool(before) and (before[-1] in _verbs() or before[-1] in AGAINST)
    alone = not after and all(word in _FILLING for word in before)
    return words[0] not in _WHICH and (alone or (asked and not after) or (bool(after) and after[0] in AGAINST))


def _is_listed(words: list[str], clauses: list[list[str]], used: str) -> bool:
    """Whether the clause is one of a list: “benign, malignant, inflammatory”."""
    at = clauses.index(words)
    before = clauses[at - 1] if at else []
    short = len(words) <= _NEAR and bool(before) and len(before) <= _NEAR
    return short and _is_used(before[-1], used) and not any(word in _common() for word in words)


def _any_used(words: Iterable[str], used: str) -> bool:
    return any(_is_used(word, used) for word in words)


@cache
def _telling_apart() -> tuple[str, ...]:
    return (
        "tell",
        "distinguish",
        "separate",
        "differentiate",
        "discriminate",
        "unterscheide",
        "unterscheiden",
        "trenne",
        "trennen",
    )


@cache
def _verbs() -> frozenset[str]:
    """Words behind which stands what is looked for."""
    phrases = [
        *known.PHRASES["look"],
        *known.PHRASES["whether"],
        *known.PHRASES["estimate"],
        "show shows diagnose has have zeigt hat",
    ]
    return frozenset(word for phrase in phrases for word in tokens(normalise(phrase))) - _FILLING
