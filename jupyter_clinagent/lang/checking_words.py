"""Whether the words by which a language is read fit the lexicon: known families alone, nothing twice, phrases that it knows."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from jupyter_clinagent.lang.families import Families, families, files_of, own_families, own_phrases
from jupyter_clinagent.lang.folders import ENGLISH
from jupyter_clinagent.lang.sources import PACKAGE

_LETTERS = re.compile(r"[^\W\d_]+")
_READERS = ("agent/playbook", "tasks", "modalities")
"""Parts of the package that read a request, and may know a word by themselves."""
_TABLES = {"reads", "answers"}


def unfit_words(language: str) -> Iterator[str]:
    """What is wrong with the words by which a language is read, a line each."""
    for file in files_of(language):
        yield from (
            f"{language}/reading/{file}.toml: {line}" for line in unfit_families(own_families(language, file), families(file))
        )
    yield from (f"{language}/reading/phrases.toml: {line}" for line in unfit_phrases(own_phrases(language)))


def unfit_families(own: dict[str, Families], known: dict[str, Families]) -> Iterator[str]:
    """Families that nothing reads, and words that stand in one twice.

    Examples
    --------
    >>> list(unfit_families({"sides": {"left": ["links", "Links"], "behind": ["hinten"]}}, {"sides": {"left": ["left"]}}))
    ['“links” stands twice in sides.left', 'nothing reads sides.behind']
    """
    for table, name, words in ((table, name, words) for table, held in own.items() for name, words in held.items()):
        if name not in known.get(table, {}):
            yield f"nothing reads {table}.{name}"
        counted = Counter(word.casefold() for word in words)
        yield from (f"“{word}” stands twice in {table}.{name}" for word, number in counted.items() if number > 1)


def unfit_phrases(own: dict[str, dict[str, str]]) -> Iterator[str]:
    """Phrases whose English has a word that no reading knows.

    Examples
    --------
    >>> list(unfit_phrases({"reads": {"mélanome": "melanoma", "fracture": "frakture"}}))
    ['nothing reads “frakture”, which “fracture” is to mean']
    """
    yield from (f"nothing reads {table}" for table in own.keys() - _TABLES)
    for phrase, english in ((phrase, english) for pairs in own.values() for phrase, english in pairs.items()):
        unknown = [word for word in _LETTERS.findall(english.casefold()) if word not in _english() and word not in _code()]
        yield from (f"nothing reads “{word}”, which “{phrase}” is to mean" for word in unknown)


@cache
def _english() -> frozenset[str]:
    """Every word of the English families."""
    held = [words for file in files_of(ENGLISH) for table in own_families(ENGLISH, file).values() for words in table.values()]
    return frozenset(word for words in held for phrase in words for word in _LETTERS.findall(phrase.casefold()))


@cache
def _code() -> str:
    """What the parts that read hold in strings and tables: patterns know words, too."""
    files = [path for part in _READERS for path in sorted((PACKAGE / part).rglob("*")) if path.suffix in (".py", ".toml")]
    return "\n".join(held for path in files for held in _held(path.read_text(encoding="utf-8"), path.suffix)).casefold()


def _held(text: str, suffix: str) -> Iterator[str]:
    """A table whole; of code its strings, those that explain it aside."""
    if suffix == ".toml":
        yield text
        return
    tree = ast.parse(text)
    explains = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in explains)
    yield from (node.value for node in strings if isinstance(node.value, str))
