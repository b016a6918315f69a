"""Patterns of the words by which requests are read, whatever language they are in.

The lists stand in the folders of the languages, most of them in ``reading/grammar.toml`` and ``reading/talk.toml``; the rules
that hold them together are code, and know no language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from jupyter_clinagent.lang.families import Families, families, files_of
from jupyter_clinagent.lang.folders import ENGLISH

SMALL = "small"
"""The table whose families are named without it."""
_WRITTEN = {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)", "ß": "(?:ß|ss)", "'": "['’ ]?", r"\*": r"\w*"}
"""Umlauts may be written out, an apostrophe may be missing, and a star stands for any ending."""


@cache
def any_word(*names: str) -> str:
    """A pattern for any word of the named families, the longest that fits.

    Parameters
    ----------
    names
        ``table.family``; of the small words the family alone.

    Examples
    --------
    >>> any_word("and", "or")
    '(?:oder|and|und|or)'
    """
    return any_of(words_in(*names))


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest that fits.

    Examples
    --------
    >>> any_of(["für", "don't", "schwell*"])
    "(?:schwell\\\\w*|don['’ ]?t|f(?:ü|ue)r)"
    """
    return f"(?:{'|'.join(_written(word) for word in sorted(words, key=len, reverse=True))})"


def unless_after(*names: str) -> str:
    """A pattern that none of the words of the named families may stand before.

    Examples
    --------
    >>> unless_after("or")
    '(?<!or\\\\ )(?<!oder\\\\ )'
    """
    return "".join(rf"(?<!{re.escape(word)}\ )" for word in words_in(*names))


def after(*names: str) -> str:
    """A pattern that one of the words of the named families must stand before; see :func:`unless_after`."""
    behind = (rf"(?<={re.escape(word)}\ )" for word in words_in(*names))
    return f"(?:{'|'.join(behind)})"


@cache
def words_in(*names: str) -> tuple[str, ...]:
    """The words of the named families of all languages, each once.

    Examples
    --------
    >>> words_in("and")
    ('and', 'und')
    """
    found = [word for name in names for word in _family(name)]
    return tuple(dict.fromkeys(found))


def _family(name: str) -> list[str]:
    table, _, family = name.rpartition(".")
    return _tables()[table or SMALL][family]


@cache
def _tables() -> dict[str, Families]:
    return {table: held for file in files_of(ENGLISH) for table, held in families(file).items()}


def _written(word: str) -> str:
    plain = re.escape(word)
    for letter, pattern in _WRITTEN.items():
        plain = plain.replace(letter, pattern)
    return plain
