"""Which names in a sentence are what is meant: “liver tumours” and “tumours of the liver” are tumours, not the liver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.terms import same_things
from jupyter_clinagent.agent.playbook.wording import contains, first_position, normalise, tokens
from jupyter_clinagent.lang.families import families

_WORDS = families("tasks")["outlining"]
_OF, _ARTICLES = frozenset(_WORDS["of"]), frozenset(_WORDS["articles"])
_SORTS = frozenset(_WORDS["sorts"])
"""Findings that may lie in any organ."""
_DISEASES = _WORDS["diseases"]


class _Place(NamedTuple):
    """Where a name stands in a sentence, by its words."""

    name: str
    start: int
    end: int


def heads(text: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Names that stand in a text and only say where nothing else is.

    Parameters
    ----------
    names
        The names, and how each may be written in the text.

    Examples
    --------
    >>> heads("outline the liver tumor", {"liver": ["liver"], "mass": ["tumor"]})
    ['mass']
    >>> heads("tumors in the liver", {"liver": ["liver"]})
    []
    >>> heads("outline the liver and the tumor", {"liver": ["liver"], "mass": ["tumor"]})
    ['liver', 'mass']
    """
    words = tokens(text)
    places = [place for name, spellings in names.items() if (place := _placed(name, spellings, text)) is not None]
    return [place.name for place in places if not (_goes_on(place, words, places) or _says_where(place, words, places))]


def _placed(name: str, spellings: Sequence[str], text: str) -> _Place | None:
    found = ((at, at + len(tokens(written))) for written in spellings if (at := first_position(text, [written])) is not None)
    return next((_Place(name, *span) for span in found), None)


def _goes_on(place: _Place, words: Sequence[str], places: Iterable[_Place]) -> bool:
    """Whether the next word is the thing, and the name only says which."""
    return place.end < len(words) and _is_thing(place.end, words, place, places)


def _says_where(place: _Place, words: Sequence[str], places: Iterable[_Place]) -> bool:
    """Whether the name stands behind a thing and “of” or “in”."""
    before = [at for at in range(place.start) if words[at] not in _ARTICLES or words[at] in _OF]
    if not before or words[before[-1]] not in _OF:
        return False
    told = [at for at in before if words[at] not in _OF]
    return bool(told) and told[-1] >= before[-1] - 2 and _is_thing(told[-1], words, place, places)


def _is_thing(at: int, words: Sequence[str], place: _Place, places: Iterable[_Place]) -> bool:
    return words[at] in _findings() or any(one.start <= at < one.end and one.name != place.name for one in places)


@cache
def _findings() -> frozenset[str]:
    """Last words of the names of findings: “tumour”, “nodules”."""
    named = [word for concept in known.CONCEPTS if concept.name not in ("normal", "abnormal") for word in concept.words]
    named += [name for names in same_things() for name in names if contains(normalise(name), _DISEASES)]
    return _SORTS | frozenset(tokens(normalise(name))[-1] for name in named if len(name) > 2) | frozenset(_DISEASES)
