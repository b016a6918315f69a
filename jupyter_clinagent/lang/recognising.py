"""In which language a clinician writes: by the small words that every sentence needs; English where in doubt."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from jupyter_clinagent.lang.folders import ENGLISH, about, languages

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_QUOTED = re.compile(r"`[^`]*`|\b\w*\d\w*\b|\S*[/\\~]\S*|\S+\.\w{2,4}\b")
"""Code, paths and hashes say nothing about the language."""


def language_of(request: str) -> str:
    """The language of a request; English where none is surely another.

    Examples
    --------
    >>> language_of("Unterscheide Melanome von Nävi"), language_of("Melanoma vs nevus")
    ('de', 'en')
    """
    return surely_language_of(request) or ENGLISH


def surely_language_of(text: str) -> str | None:
    """The language of a text; None where its words fit none, or two alike."""
    words = [word.casefold() for word in _WORD.findall(_QUOTED.sub(" ", text.replace("’", "'")))]
    counted = {language: sum(map(_knows(language), words)) for language in languages()}
    best = max(counted, key=lambda language: counted[language])
    others = max(count for language, count in counted.items() if language != best)
    return best if counted[best] > others else None


@cache
def _knows(language: str) -> Callable[[str], bool]:
    said = about(language)
    words, letters, endings = set(said["words"].split()), said.get("letters", ""), tuple(said.get("endings", []))

    return lambda word: word in words or any(letter in word for letter in letters) or word.endswith(endings)
