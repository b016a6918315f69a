"""The last check before the card: what a request names, and whether the drafted specification accounts for it.

A name of the data that the draft leaves unused (“melanoma on the face only”), a thing beside those that it uses and that nobody
knows (“crowns and root canals”), and a wish that belongs to another task (“… and measure the volume”) each lead to a question:
without it a clinician would meet another study than was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import Draft, listed, question
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import is_generic, wholly_named
from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.unused import unused_words
from jupyter_clinagent.agent.playbook.wording import contains, normalise, tokens
from jupyter_clinagent.contracts import Card, Specification
from jupyter_clinagent.facts import ColumnFacts, SurveyFacts

KEY, GO_ON, STOP = "beside", "go on without it", "stop"
_JOINING = frozenset(["and", "or", "und", "oder", "versus", "vs", "against", "gegen", "sowie", "plus", "nor"])
_ARTICLES = frozenset(
    ["the", "a", "an", "any", "all", "each", "every", "die", "der", "das", "den", "eine", "ein", "alle", "also", "auch"]
)
_NEAR = 3
"""Words of a clause within which a name that is used makes a list of what stands beside it."""
_OTHER_ROLES = ("label", "other", "site", "confounder", "ignored")
"""Columns that a request may name to have something done with them."""
_QUOTED = re.compile(r"“([^”]+)”")
"""What an assumption of the draft speaks of is not passed over."""
_SIGNS = {"&": "and", "/": "and", "+": "and"}


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
    told = " . ".join(
        normalise(quoted) for line in drafted.assumptions if line not in survey.assumptions for quoted in _QUOTED.findall(line)
    )
    found = [*_elsewhere(intent, survey, drafted, used), *_strangers(intent, survey, drafted, used)]
    return [name for name in dict.fromkeys(found) if not contains(told, [name])]


def question_of(beside: list[str], drafted: Draft) -> Card:
    """Whether to go on without what the draft does nothing with."""
    does = f"{drafted.specification.objective[:1].lower()}{drafted.specification.objective[1:]}"
    text = (
        f"The request also names {listed(beside)}, and nothing would be done with it: this study would {does}. Go on without it?"
    )
    return question(KEY, text, [GO_ON, STOP], GO_ON)


def _used(spec: Specification, survey: SurveyFacts, intent: Intent) -> str:
    """All that the draft calls by a name, normalised, with other names of the same things."""
    names = [spec.title, spec.objective, *spec.classes, *(v for values in spec.classes.values() for v in values)]
    names += [name for name in (spec.label_column, spec.group_column, *spec.confounders) if name]
    names += [m for c in survey.columns if c.name == spec.label_column for m in (*c.meanings.values(), c.name)]
    named = [word for concept in known.CONCEPTS if concept.name in (*intent.targets, *intent.excluded) for word in concept.words]
    return " . ".join(re.sub(r"_", " ", spoken) for name in (*names, *named) for spoken in spoken_as(name))


# ------------------------------------------------------------------ names of the data that are not used
def _elsewhere(intent: Intent, survey: SurveyFacts, drafted: Draft, used: str) -> Iterator[str]:
    """Values of other columns, and other columns, that a request calls by their whole names."""
    spec = drafted.specification
    spent = {spec.label_column, spec.group_column, *spec.confounders, *spec.classes}
    columns = [c for c in survey.columns if c.role in _OTHER_ROLES and c.name not in spent and not _is_common(c.name)]
    if intent.confounders or intent.distrusts:  # what is named may be the shortcut
        return
    for column in columns:
        for name in (*wholly_named(_telling(column), intent.naming), *wholly_named(_names_of(column), intent.naming)):
            if not all(contains(used, [word]) for word in tokens(normalise(name.replace("_", " ")))):
                yield name


def _names_of(column: ColumnFacts) -> list[str]:
    """Its name, also without the unit behind it: “nodule_size_mm”."""
    bare = re.sub(r"[_\s]+\W*[a-z%]{1,4}\W*$", "", column.name, flags=re.I)
    return [column.name, *([bare] if bare != column.name and not _is_common(bare) else [])][::-1]


def _telling(column: ColumnFacts) -> list[str]:
    return [value for value in column.values if len(value) > 2 and not _is_common(value)]


def _is_common(name: str) -> bool:
    """Whether a name is made of words that any request may have: “other”, “image”, “chest”."""
    common = {*known.EVERYDAY["words"], *known.IDLE["words"], *known.GENERIC_COLUMNS["words"], *_words_of_images()}
    return is_generic(name) or all(word in common for word in tokens(normalise(name)))


def _words_of_images() -> set[str]:
    families = (known.IMAGE_WORDS, {"imaging": known.PHRASES["imaging"]})
    return {
        word for family in families for phrases in family.values() for phrase in phrases for word in tokens(normalise(phrase))
    }


# ------------------------------------------------------------------ things that nobody knows
def _strangers(intent: Intent, survey: SurveyFacts, drafted: Draft, used: str) -> Iterator[str]:
    """Runs of unknown words that are joined to a name that is used."""
    spec = drafted.specification
    unknown = set(unused_words(intent.text, survey, [spec.title, spec.objective, *spec.classes, *intent.targets]))
    for clause in re.split(r"\s\.\s", re.sub(r"[&/+]", lambda sign: f" {_SIGNS[sign[0]]} ", intent.naming)):
        words = tokens(clause)
        for start, end in _runs(words, unknown):
            if _is_joined(words, start, end, used):
                yield " ".join(words[start:end])


def _runs(words: list[str], unknown: Collection[str]) -> Iterator[tuple[int, int]]:
    start = None
    for at, word in enumerate([*words, ""]):
        if word in unknown and start is None:
            start = at
        elif word not in unknown and start is not None:
            yield start, at
            start = None


def _is_joined(words: list[str], start: int, end: int, used: str) -> bool:
    """Whether “and”, “or” or “versus” stands between the run and a name that is used."""
    before = [word for word in words[:start] if word not in _ARTICLES]
    after = [word for word in words[end:] if word not in _ARTICLES]
    left = bool(before) and before[-1] in _JOINING and _any_used(before[-1 - _NEAR : -1], used)
    return left or (bool(after) and after[0] in _JOINING and _any_used(after[1 : 1 + _NEAR], used))


def _any_used(words: Iterable[str], used: str) -> bool:
    return any(len(word) > 1 and contains(used, [word]) for word in words)
