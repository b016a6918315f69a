"""What a clinician types in another language, in the words that the lexicon knows: phrase by phrase, the longest first.

The lexicon's rules are those for English and German. A language with ``reading/phrases.toml`` is brought to them, so that all
hold; what stands in no list is left as it was typed, for the data may know it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from text_to_num import alpha2digit

from jupyter_clinagent.lang.families import own_phrases
from jupyter_clinagent.lang.recognising import surely_language_of

_WORDS = re.compile(r"(?<![\w/\\.~-])[^\W\d_]+(?:[ -][^\W\d_]+)*(?![\w/\\])")
_SHORT = 3
"""Words of so many letters are read with their accents alone: “à” is not “a”."""


@lru_cache(maxsize=1000)
def read_as_english(text: str) -> str:
    """A request in the words of the lexicon; one in a language that the lexicon knows itself is given back.

    Examples
    --------
    >>> read_as_english("Distingue le mélanome du nævus dans data/peau")
    'distinguish the melanoma from nevus in data/peau'
    >>> read_as_english("Sépare les sept diagnostics en cinq minutes, dans data/Peau_Neuf")
    'separate the 7 diagnoses in 5 minutes, in data/Peau_Neuf'
    """
    language = surely_language_of(text)
    phrases = _phrases(language, "reads") if language else {}
    if not (language and phrases):
        return text
    return _pattern(language).sub(lambda found: phrases[_folded(found[0])], _in_digits(text, language))


def _in_digits(text: str, language: str) -> str:
    """Numbers in words as digits; what is part of a path stays."""
    return _WORDS.sub(lambda found: alpha2digit(found[0], language), text)


def read_answer(text: str, language: str) -> str:
    """An answer as a whole, where the language has a list of them."""
    return _phrases(language, "answers").get(_folded(text.strip(" .!")), text)


@cache
def _phrases(language: str, table: str) -> dict[str, str]:
    return {_folded(phrase): english for phrase, english in own_phrases(language).get(table, {}).items()}


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """Any of the phrases, not as a part of a path; an accent may be missing where the word is long."""
    longest_first = sorted(_phrases(language, "reads"), key=len, reverse=True)
    written = [_accented(phrase) + ("" if phrase.endswith("'") else r"(?![\w/\\-])") for phrase in longest_first]
    return re.compile(rf"(?<![\w/\\.~-])(?:{'|'.join(written)})", re.IGNORECASE)


_ACCENTS = {"a": "aàâä", "c": "cç", "e": "eéèêë", "i": "iîï", "o": "oôö", "u": "uùûü", "'": "'’"}


def _accented(phrase: str) -> str:
    short = len(phrase) <= _SHORT
    letters = (
        f"[{_ACCENTS[letter]}]" if letter in _ACCENTS and (letter == "'" or not short) else re.escape(letter) for letter in phrase
    )
    return "".join(letters)


def _folded(phrase: str) -> str:
    """Small, with straight apostrophes; long ones without accents."""
    plain = phrase.casefold().replace("’", "'")
    if len(plain) <= _SHORT:
        return plain
    return "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))
