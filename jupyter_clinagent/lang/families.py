"""The words by which requests are read: each language's own, in its folder, and those of all languages together.

A family is a list of words under a name; families stand in tables, tables in the files of a language's folder ``reading``.
English has every family, and their order.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from jupyter_clinagent.lang.folders import ENGLISH, HOME, languages

Families = dict[str, list[str]]
READING = "reading"
PHRASES = "phrases"
"""The file of a language that is read by way of English: its phrases, and the English ones."""


@cache
def files_of(language: str) -> tuple[str, ...]:
    """The names of the files that hold a language's families."""
    return tuple(sorted(path.stem for path in (HOME / language / READING).glob("*.toml") if path.stem != PHRASES))


@cache
def own_families(language: str, file: str) -> dict[str, Families]:
    """The families of one language, table by table; none where it has no such file."""
    return _held(language, file)


@cache
def own_phrases(language: str) -> dict[str, dict[str, str]]:
    """What phrases of a language mean in English, table by table; none where it is read as it stands."""
    return _held(language, PHRASES)


def _held(language: str, file: str) -> dict[str, Any]:
    path = HOME / language / READING / f"{file}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@cache
def families(file: str) -> dict[str, Families]:
    """The families of all languages, table by table: English words first, nothing twice.

    Examples
    --------
    >>> families("words")["confounders"]["hair"]
    ['hair', 'hairs', 'haare', 'haar']
    """
    spoken = [ENGLISH, *(language for language in languages() if language != ENGLISH)]
    tables = [own_families(language, file) for language in spoken]
    return {table: {name: _together(tables, table, name) for name in names} for table, names in tables[0].items()}


def _together(tables: list[dict[str, Families]], table: str, name: str) -> list[str]:
    return list(dict.fromkeys(word for one in tables for word in one.get(table, {}).get(name, ())))
