"""Whether a language still fits what the code says and reads: nothing translated that isn't said, no gap that isn't there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from jupyter_clinagent.lang.checking_words import unfit_words
from jupyter_clinagent.lang.folders import BROWSER, COMPOSED, WORDS, browser_words, phrases
from jupyter_clinagent.lang.matching import GAP, Phrasebook
from jupyter_clinagent.lang.sources import Said, said_in_package, sentences

_SENTENCE = re.compile(r"^[A-Z“{].*\w.*[.:?!]”?$", re.DOTALL)
_LEADING = re.compile(r"^(?:\{\w+\} ?)+(?=[A-Z“])")
"""What stands before a sentence is one of its own."""
_ENDING = re.compile(r"(?<=[a-z])\{\w+\}")
_FEW, _TILES = 3, 4
_LETTERS = re.compile(r"[^\W\d_]+")


class Checked(NamedTuple):
    """What is wrong with a language, a line each, and how many of the sentences of each part of the package it speaks."""

    problems: list[str]
    spoken: dict[str, tuple[int, int]]

    def __str__(self) -> str:
        shares = [f"{part}: {known} of {number} sentences" for part, (known, number) in sorted(self.spoken.items())]
        known, number = (sum(counted) for counted in zip(*self.spoken.values(), strict=True))
        return "\n".join([*self.problems, *shares, f"in all: {known} of {number}"])


def check_language(language: str) -> Checked:
    """Hold a language, spoken and read, against the package's own source.

    Examples
    --------
    >>> check_language("de").problems
    []
    """
    return Checked([*_stale(language), *_gaps(language), *_twice(language), *unfit_words(language)], _spoken(language))


@cache
def _said() -> tuple[Said, ...]:
    return tuple(said_in_package())


@cache
def _plain() -> str:
    """Everything that the code says, each gap a mark of its own."""
    return "\n".join(re.sub(r"\s+", " ", GAP.sub("\0", said.text)) for said in _said())


@cache
def _words() -> str:
    """The words of the code alone, in their order."""
    return f" {' '.join(_LETTERS.findall(_plain()))} "


def _stale(language: str) -> Iterator[str]:
    """What is translated and no longer said, by the letters between its gaps; words alone are made of many parts."""
    for name, pairs in phrases(language).items():
        for english in pairs if name != WORDS else ():
            whole = _tiled if name == COMPOSED else _plain().__contains__
            missing = [part for piece in sentences(english) if not _fits(piece) for part in _parts(piece) if not whole(part)]
            if missing:
                yield f"{language}/{name}: the code does not say “{missing[0]}” of “{english}”"


@cache
def _code() -> Phrasebook:
    """The sentences of the code with gaps, where they have words enough to be told from others."""
    return Phrasebook({said.text: said.text for said in _said() if len(_LETTERS.findall(GAP.sub("", said.text))) > _FEW})


def _fits(piece: str) -> bool:
    """Whether a sentence of the code becomes this one where one of its gaps is filled."""
    return _code().find(GAP.sub("7", piece), loose=True) is not None


def _tiled(part: str) -> bool:
    """Whether a few runs of words of the code, one behind the other, give this part."""
    words, tiles = _LETTERS.findall(part), 0
    while words and tiles < _TILES:
        longest = next((k for k in range(len(words), 0, -1) if f" {' '.join(words[:k])} " in _words()), 0)
        words, tiles = words[longest:], tiles + 1 if longest else _TILES
    return not words


def _parts(sentence: str) -> list[str]:
    """What stands between the gaps and tags; a bracket or a mark alone says nothing."""
    parts = [re.sub(r"\s+", " ", part).strip() for part in re.split("\0|<[^>]+>", GAP.sub("\0", sentence))]
    return [part for part in parts if len("".join(_LETTERS.findall(part))) > 2]


def _gaps(language: str) -> Iterator[str]:
    for name, pairs in phrases(language).items():
        for english, translation in pairs.items():
            if more := {gap[1] for gap in GAP.finditer(translation)} - {gap[1] for gap in GAP.finditer(english)}:
                yield f"{language}/{name}: {', '.join(sorted(more))} is no gap of “{english}”"


def _twice(language: str) -> Iterator[str]:
    """A file can't hold a sentence twice; two files can."""
    counted = Counter(english for pairs in phrases(language).values() for english in pairs)
    yield from (f"{language}: “{english}” is translated in {number} files" for english, number in counted.items() if number > 1)


def _spoken(language: str) -> dict[str, tuple[int, int]]:
    """By part of the package, how many of its whole sentences are spoken."""
    book = Phrasebook({english: other for pairs in phrases(language).values() for english, other in pairs.items()})
    counted: dict[str, list[bool]] = {}
    for part, text in sorted({(_part(said.file), said.text) for said in _said() if _SENTENCE.match(said.text)}):
        filled = GAP.sub("7", _ENDING.sub("", _LEADING.sub("", text)))
        counted.setdefault(part, []).append(book.find(filled, loose=True) is not None)
    return {part: (sum(known), len(known)) for part, known in counted.items()}


def _part(file: str) -> str:
    folders = file.split("/")[:-1]
    return "/".join(folders[:2]) if folders else "programs"


def unsaid_in_browser(language: str, sources: Iterable[str]) -> list[str]:
    """What :data:`.folders.BROWSER` translates and JupyterLab's part does not say."""
    said = "\n".join(sources)
    return [f"{language}/{BROWSER}: “{english}” is not said" for english in browser_words(language) if f"'{english}'" not in said]
