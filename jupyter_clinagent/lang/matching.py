"""Sentences with gaps: an English one is found again in what was said, and its gaps go into the translated one.

A gap of the translation says what becomes of what it holds:

``{name}``
    It stays as it is: files, columns, label values, numbers.
``{name!}``
    It is a sentence or a phrase itself and is translated, too.
``{name&}``
    It is a list of names: they stay, “and” and “or” between them are translated.
``{name&!}``
    A list of phrases.
``{name:one|several}``
    A word that depends on the number in the gap.

A gap of the English one that holds nothing but a number is written ``{name#}``, one that holds a unit or nothing ``{name~}``.
What stands in quotation marks holds none but those that it closes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

GAP = re.compile(r"\{(\w+)[#~]?(&?!?)(?::([^|{}]*)\|([^|{}]*))?\}")
_LETTERS = re.compile(r"[\W\d_]+")
_MOST = 16
"""How many times as long as its own letters a sentence can be: a few words that stand in everything say nothing."""
_KINDS = {"#": r"[-−+]?\d[\d.,]*(?: ?%)?", "~": r"[^\d()“”]*?"}
_ENDING = "[a-z ]{0,8}?"
"""What a translation leaves out can be no more than the ending of a word: nothing that was said is lost."""
_IN_A_LIST = "(?:(?![,;:] ).)"
_QUOTED = "(?:[^“”]|“[^“”]*”)+?"
_TOKEN = re.compile(r"[^\W\d_]{2,}")
ENDS = re.compile(r"(?:(?<=[.!?])|(?<=[.!?]”)|(?<=”\))|(?<=[^\d]:))\s+(?=[A-ZÄÖÜ“„«{<`0-9-])|(?<=[.!?]) (?=\()|\n+")
"""Where a sentence ends and the next one begins."""


def cuts(text: str) -> list[tuple[int, int]]:
    """Where a text falls into sentences, what it quotes kept whole; sources and what was said are cut by this one rule.

    Examples
    --------
    >>> cuts("Say “a. B”. Then go.")
    [(11, 12)]
    """
    ends = (found.span() for found in ENDS.finditer(text))
    return [(stop, start) for stop, start in ends if text.count("“", 0, stop) == text.count("”", 0, stop)]


_PAUSE = re.compile(r"[^\d]: |[.!?]”? +[A-ZÄÖÜ“]|[.:;]$")
Found = tuple[str, dict[str, str]]
"""A translation, and what its gaps hold."""


@dataclass(frozen=True)
class Sentence:
    """An English sentence with gaps and its translation."""

    english: str
    translation: str
    brief: bool = False
    """Whether it is a phrase of a list, whose names hold no list themselves."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the English one can be once its gaps are filled."""
        return re.compile("".join(self._pieces()), re.DOTALL)

    def _pieces(self) -> Iterator[str]:
        at = 0
        for gap in GAP.finditer(self.english):
            yield _literal(self.english[at : gap.start()])
            yield f"(?P<{gap[1]}>{self._held(gap)})"
            at = gap.end()
        yield _literal(self.english[at:])

    def _held(self, gap: re.Match[str]) -> str:
        """What a gap can hold; one that touches a word may be empty."""
        if f"{{{gap[1]}:" in self.translation:
            return _KINDS["#"]
        if gap[1] not in {kept[1] for kept in GAP.finditer(self.translation)}:
            return _ENDING
        before, after = self.english[: gap.start()][-1:], self.english[gap.end() :][:1]
        if gap[0][len(gap[1]) + 1] in _KINDS:
            return _KINDS[gap[0][len(gap[1]) + 1]]
        if (before, after) == ("“", "”"):
            return _QUOTED
        letter = _IN_A_LIST if self.brief and f"{{{gap[1]}!}}" not in self.translation else "."
        return f"{letter}+?" if _is_edge(before) and _is_edge(after) else f"{letter}*?"

    def runs_on(self, found: re.Match[str]) -> bool:
        """Whether a gap holds a sentence of its own; in quotation marks it may."""
        return any(_PAUSE.search(held) for name, held in found.groupdict().items() if f"“{{{name}}}”" not in self.english)

    @cached_property
    def weight(self) -> int:
        """How many of its letters are its own; of several that fit, the one with the most is meant."""
        return len(_LETTERS.sub("", GAP.sub("", self.english)))

    @cached_property
    def anchor(self) -> str:
        """Its longest whole word, by which it is found; empty where every word touches a gap."""
        whole = GAP.sub("\0", self.english)
        words = [m[0] for m in _TOKEN.finditer(whole) if "\0" not in whole[max(m.start() - 1, 0) : m.end() + 1]]
        return max(words, key=len, default="")


def _is_edge(neighbour: str) -> bool:
    return not neighbour or neighbour in " “”(`\n"


def _literal(text: str) -> str:
    return re.sub(r"(?:\\ |\\\n|\s)+", lambda _: r"\s+", re.escape(text))


class Phrasebook:
    """The sentences of one language, or its phrases (``brief``), found by their longest word."""

    def __init__(self, pairs: Mapping[str, str], brief: bool = False) -> None:
        self._plain = {english: translation for english, translation in pairs.items() if not GAP.search(english)}
        self._by_word: defaultdict[str, list[Sentence]] = defaultdict(list)
        for english, translation in pairs.items():
            if english not in self._plain:
                sentence = Sentence(english, translation, brief)
                self._by_word[sentence.anchor].append(sentence)

    def find(self, said: str, loose: bool = False) -> Found | None:
        """The translation that fits what was said best; gaps hold sentences of their own only where it is loose."""
        return next(self.all(said, loose), None)

    def all(self, said: str, loose: bool = False, plain: bool = True) -> Iterator[Found]:
        """Every translation that fits what was said, with what its gaps hold, the closest first; ``plain`` ones have none."""
        if plain and said in self._plain:
            yield self._plain[said], {}
        words = {"", *_TOKEN.findall(said)}
        near = [sentence for word in words for sentence in self._by_word.get(word, ())]
        for sentence in sorted(near, key=lambda one: -one.weight):
            if not loose and len(said) > _MOST * sentence.weight and "&" not in sentence.translation:
                continue
            if (found := sentence.pattern.fullmatch(said)) and (loose or not sentence.runs_on(found)):
                yield sentence.translation, found.groupdict()


def fill(translation: str, held: Mapping[str, str], spoken: Callable[[str, str], str]) -> str:
    """A translation with its gaps filled; ``spoken`` gets what a gap holds and its marks."""

    def filled(gap: re.Match[str]) -> str:
        value = held.get(gap[1], "")
        if gap[3] is not None:
            return gap[3] if value.strip() in ("1", "one") else gap[4]
        return spoken(value, gap[2]) if gap[2] else value

    return GAP.sub(filled, translation)
