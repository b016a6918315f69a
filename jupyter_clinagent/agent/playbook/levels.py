"""What a sentence says about what gets one answer: each image, or a patient, a lesion, a breast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_of, any_word, unless_after

_CALLED = {word: name for name, words in families("levels")["cases"].items() for word in words}
_CASE = rf"(?:{any_word('of')} {any_word('the')} |\w+ )?(?P<case>{any_of(_CALLED)})"
"""A word may stand between, as in “per individual woman”."""
_NAMED = rf"(?P<case>{any_of(_CALLED)})"
_ONE, _ANSWER, _EACH = any_word("a", "asks.one"), any_word("asks.answer"), any_word("asks.each")
_HER, _TO_THE = any_word("its", "the"), rf"{any_word('on', 'at', 'by', 'to')} (?:{any_word('the', 'a')} )?"
_FROM_ALL = rf"(?: {_ONE} {_ANSWER})?(?: {any_word('asks.from_all')}(?: {_HER})?(?: \w+)?)?"
_NOT_GROUPS = rf"(?! {any_word('asks_nothing.after')})"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:{_ONE} )?(?:{_ANSWER} )?{any_word('asks.for_each')}[ -]{_CASE}\b{_FROM_ALL}",
        rf"\b(?:{_TO_THE})?{_NAMED}[ -]?{any_word('asks.level')}\b{_NOT_GROUPS}",
        rf"\b{_EACH} {_NAMED} {any_word('asks.alone')}\b",
        rf"\b{_EACH} {_NAMED} {_ONE} {_ANSWER}\b{_FROM_ALL}",
        rf"\b{_NAMED} {any_word('by', 'for')} (?P=case)\b",
    )
)
_PERHAPS = re.compile(rf"\b{any_word('asks.which')} {_NAMED} {any_word('asks.shows')}\b")
_COUNTS = re.compile(rf"\b{any_word('asks.counts')}\b")
_FOR_WHOM = re.compile(rf"\b{any_word('asks.for_each', 'asks.for_whom')}[ -]{_CASE}\b")
_GROUPING = re.compile(rf"\b{any_word('asks_nothing.grouping')}\b")
_DENIED = re.compile(rf"{unless_after('or')}\b{any_word('not', 'no')} $")
_COUNTED = re.compile(rf"\b{any_word('asks_nothing.counted')} $")


class Asked(NamedTuple):
    """What is asked for, by the name of its cases, and the words that do so."""

    name: str
    start: int
    end: int


def asked_level(plain: str) -> str | None:
    """What gets one answer by a normalised sentence; None where it says nothing of it.

    Examples
    --------
    >>> asked_level("find the cancers, one answer per woman from both views"), asked_level("split the data per patient")
    ('patient', None)
    """
    return next((found.name for found in _found(plain)), None)


def case_called(plain: str) -> str | None:
    """What a word for a case means: “women” are patients.

    Examples
    --------
    >>> case_called("women"), case_called("chair")
    ('patient', None)
    """
    return _CALLED.get(plain.strip(" .!"))


def perhaps_level(plain: str) -> str | None:
    """What may get one answer: “which patients have …” can be meant of patients or of their images."""
    found = _PERHAPS.search(plain)
    return _CALLED[found["case"]] if found and _CALLED[found["case"]] != "image" else None


def counted_level(plain: str) -> str | None:
    """Over whose images a sentence wants something counted; None where it counts nothing, or within an image.

    Examples
    --------
    >>> texts = ("count the red cells per patient", "how many cells has each slide", "count the cells per image")
    >>> [counted_level(text) for text in texts]
    ['patient', 'slide', None]
    """
    found = _FOR_WHOM.search(plain) if _COUNTS.search(plain) else None
    return _CALLED[found["case"]] if found and _CALLED[found["case"]] != "image" else None


def without_level(plain: str) -> str:
    """The sentence without the words that ask for more than images, which name nothing to tell apart."""
    asked = [found for found in _found(plain) if found.name != "image"]
    for found in sorted(asked, key=lambda one: -one.start):
        plain = f"{plain[: found.start]} , {plain[found.end :]}"
    return plain


def _found(plain: str) -> Iterator[Asked]:
    """From all patterns, but for those about groups and counts."""
    spans = [match for pattern in _PATTERNS for match in pattern.finditer(plain) if _asks(plain, match)]
    last = 0
    for match in sorted(spans, key=lambda one: (one.start(), -one.end())):
        if match.start() >= last:
            last = match.end()
            yield Asked(_CALLED[match["case"]], match.start(), match.end())


def _asks(plain: str, match: re.Match[str]) -> bool:
    before = re.split(rf"[.;:!?,]| {any_word('and')} ", plain[: match.start()])[-1]
    return not (_GROUPING.search(before) or _COUNTED.search(before) or _DENIED.search(before))
