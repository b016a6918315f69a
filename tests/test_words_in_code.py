"""Words of a language stand in its folder, and not in the code; what stands there is read."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_clinagent.lang.families import files_of, own_families
from jupyter_clinagent.lang.grammar import any_of, any_word, unless_after, words_in
from jupyter_clinagent.lang.sources import PACKAGE

UNMISTAKABLE = frozenset(
    ["und", "oder", "nicht", "ohne", "nur", "zwischen", "aelter", "älter", "juenger", "jünger", "kein", "keine", "keinen",
     "nein", "bitte", "sind", "welche", "mindestens", "hoechstens", "höchstens", "ueber", "über", "fuer", "für", "stunde",
     "stunden", "prozent", "zaehle", "zähle", "klassifiziere", "unterscheide", "gesund", "krank", "bilder"]
)  # fmt: skip
"""Of German: in no string of the code but by these words for files and columns that data sets hold."""
NAMES_IN_DATA = {
    "study/data/mask_names.py": "names of files and folders of images",
    "tasks/findings/found.py": "cells of tables that say that nothing was found, as they are spelt there",
    "tasks/findings/listed.py": "items of lists in cells, as they are spelt there",
    "tasks/findings/summarising.py": "names of columns that sum up others",
}
READS = {"any_word", "words_in", "unless_after", "after", "normalised"}
FILES = ("grammar", "talk", "data")
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if PACKAGE / "lang" not in path.parents)


def _strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """The strings of code: no docstrings, and no examples of what people say."""
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    examples = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "examples"]
    explained |= {id(node) for example in examples for node in ast.walk(example)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    yield from (node for node in strings if id(node) not in explained)


def _german(text: str) -> set[str]:
    """The unmistakable words of a string; ``\\b`` and its like are no letters."""
    return set(re.findall(r"[^\W\d_]+", re.sub(r"\\[A-Za-z]", " ", text).casefold())) & UNMISTAKABLE


def _german_lines(code: str) -> list[int]:
    return [node.lineno for node in _strings(ast.parse(code)) if _german(node.value)]


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ('X = r"\\b(?:and|und)\\b"', [1]),
        ('"""Ohne Befund."""\nX = ["no", "nicht"]', [2]),
        ('F = Family(examples=("Zeig mir bitte die Fehler",))  # und', []),
        ('X = f"{a} oder {b}"', [1]),
        ("X = re.compile(rf\"\\b{any_word('and')}\\b\")", []),
    ],
)
def test_german_is_found_in_strings_and_not_in_what_explains_them(code: str, lines: list[int]) -> None:
    assert _german_lines(code) == lines


def test_no_word_of_german_grammar_stands_in_the_code() -> None:
    found = {path.relative_to(PACKAGE).as_posix(): _german_lines(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines and path not in NAMES_IN_DATA} == {}


def test_every_exception_is_needed() -> None:
    needed = {path.relative_to(PACKAGE).as_posix() for path in SOURCES if _german_lines(path.read_text(encoding="utf-8"))}
    assert NAMES_IN_DATA.keys() == needed


def _names_read() -> list[re.Pattern[str]]:
    """The families that the code names, as patterns: a part of a name may be a variable."""
    calls = (
        node for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    read = (call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) in READS)
    return [re.compile(_spelt(one)) for call in read for one in call.args if isinstance(one, ast.Constant | ast.JoinedStr)]


def _spelt(node: ast.expr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in parts)


def test_every_family_of_the_grammar_is_read_somewhere() -> None:
    read = _names_read()
    assert not any(pattern.fullmatch("nowhere.at_all") for pattern in read)
    tables = {file: own_families("en", file) for file in FILES}
    names = [
        name if table == "small" else f"{table}.{name}" for held in tables.values() for table in held for name in held[table]
    ]
    assert [name for name in names if not any(pattern.fullmatch(name) for pattern in read)] == []


def test_no_two_tables_have_one_name() -> None:
    counted = Counter(table for file in files_of("en") for table in own_families("en", file))
    assert [table for table, number in counted.items() if number > 1] == []


def test_words_are_found_however_they_are_spelt() -> None:
    pattern = re.compile(rf"\b{any_of(['älter als', 'schwell*', 'don´t'.replace('´', chr(39))])}\b")
    texts = ["aelter als 5", "älter als 5", "schwellenwert", "dont", "don’t", "don't", "alter als"]
    assert [bool(pattern.search(text)) for text in texts] == [True] * 6 + [False]


def test_the_longest_word_goes_first_and_a_word_before_may_forbid() -> None:
    assert re.match(any_word("amounts.up_to"), "bis zu 5")[0] == "bis zu"  # type: ignore[index]
    assert [bool(re.search(rf"{unless_after('or')}not\b", text)) for text in ("or not", "oder not", "is not")] == [
        False,
        False,
        True,
    ]


def test_a_family_that_no_language_has_is_no_silent_gap() -> None:
    with pytest.raises(KeyError):
        words_in("amounts.nowhere")


def test_what_explains_a_family_stands_in_english() -> None:
    for path in (Path(PACKAGE) / "lang").glob("*/reading/*.toml"):
        assert path.read_text(encoding="utf-8").startswith("#"), path
        assert tomllib.loads(path.read_text(encoding="utf-8"))
