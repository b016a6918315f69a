"""Ordered scales: which values of a column are grades, in which order, and where the order comes from.

Nothing here knows of an agent or of a data folder, so that both worlds read a scale alike.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from jupyter_clinagent.label_values import not_known

LEAST, MOST = 3, 11
"""Fewer levels are a yes or no, more are measurements."""
STRAY = 0.2
"""So large a share of the images may have a value that is no grade, where the others surely are; it is left out and said."""
_GAP = 2
"""A number further from the one before it is a code for something else: 9 after 4."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NUMBER = re.compile(r"(?:(?P<prefix>[a-z][a-z \-_.:]*?)[ \-_.:]*)?(?P<number>\d{1,2})(?:\.0+)?(?P<letter>[a-d]|(?<=4)x)?\+?")
_NUMERAL = re.compile(r"(?:(?P<prefix>[a-z][a-z]*)[ \-_.:]+)?(?P<number>i{1,3}|iv|vi{0,3}|ix|x)(?P<letter>[a-df])?")
_LETTER = re.compile(r"(?:(?P<prefix>[a-z][a-z\-]*)[ _.:]+)?(?P<letter>[a-h])")
_NUMBERED = re.compile(r"(?P<number>\d{1,2})[ \-_.:)]*(?P<rest>[a-z].*)")
_GLEASON = re.compile(r"(\d) ?\+ ?(\d)(?: ?= ?\d+)?")
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
Ranks = dict[str, float]


class Scale(NamedTuple):
    """The grades of a column.

    Attributes
    ----------
    grades
        Names in ascending order, and the values that each gathers.
    source
        What says the order, in words: “the numbers”.
    sure
        Whether column or values say themselves that they are grades; plain numbers may name anything.
    strays
        Values that are no grade.
    meanings
        What a text in the folder calls a grade, and the grade.
    """

    column: str
    grades: dict[str, list[str]]
    source: str
    sure: bool
    strays: list[str]
    meanings: Mapping[str, str] = {}

    @property
    def names(self) -> list[str]:
        """The grades, ascending."""
        return list(self.grades)

    def from_on(self, cut: str) -> list[str]:
        """The grades at or above one of them."""
        return self.names[self.names.index(cut) :]

    def find(self, written: str) -> str | None:
        """The grade that somebody calls so: by its name, number, numeral, letter or word of degree; None for none.

        Examples
        --------
        >>> scale_of("stage", {"I": 9, "II": 4, "III": 5}).find("grade 2")
        'stage II'
        """
        same = [name for name, values in self.grades.items() if plain_key(written) in map(plain_key, (name, *values))]
        return same[0] if same else self._by_degree(written)

    def _by_degree(self, written: str) -> str | None:
        ranks = _degrees([*(values[0] for values in self.grades.values()), written])
        return next((name for name, values in self.grades.items() if ranks.get(values[0], -1) == ranks.get(written)), None)


def scale_of(column: str, values: Mapping[str, int], order: Sequence[str] = (), told_by: str = "") -> Scale | None:
    """The scale that a column's values form, with their counts; None where they have no order.

    An ``order`` that a text in the folder gives, and the file that does, come before what the values say by themselves.

    Examples
    --------
    >>> scale_of("dr_grade", {"0": 9, "2": 4, "1": 5, "-1": 1}).grades
    {'grade 0': ['0'], 'grade 1': ['1'], 'grade 2': ['2']}
    >>> scale_of("finding", {"melanoma": 9, "nevus": 4, "wart": 5}) is None
    True
    """
    unknown = set(not_known(values))
    told = [value for value in values if value not in unknown]
    if LEAST <= len(order) <= MOST:
        return Scale(column, {value: [value] for value in order}, told_by, True, [value for value in told if value not in order])
    for read, source, says_so in _SOURCES:
        ranks, sure = _without_incomplete(read(told), column), speaks_of_grades(column) or says_so(told)
        strays = [value for value in told if value not in ranks]
        levels = len(set(ranks.values()))
        if LEAST <= levels <= MOST and _few(strays, values, sure) and (sure or (read is _numbers and _bare(told))):
            return Scale(column, _named(column, ranks), source, sure, strays)
    return None


def speaks_of_grades(column: str) -> bool:
    """Whether a column's name says that it holds grades."""
    return not set(_lexicon()["columns"]).isdisjoint(_words(column))


def degree_words() -> list[str]:
    """Words of degree, such as mild and severe, but not those for healthy."""
    families = {family["name"]: family["levels"] for family in _lexicon()["words"]}
    healthy = families["severity"][0]
    return [word for levels in families.values() for level in levels for word in level if word not in healthy]


# ------------------------------------------------------------------ readers: the rank of each value that they understand
def _numbers(values: Iterable[str]) -> Ranks:
    """Without those that lie far off the others."""
    ranks = _by_pattern(values, _NUMBER, int)
    apart = [after for before, after in pairwise(sorted(set(ranks.values()))) if after - before > _GAP]
    return {value: rank for value, rank in ranks.items() if rank < min(apart, default=math.inf)}


def _numerals(values: Iterable[str]) -> Ranks:
    """A zero may stand before them: stage 0 is below stage I."""
    given = list(values)
    ranks = _by_pattern(given, _NUMERAL, lambda numeral: _NUMERALS.index(numeral) + 1)
    return ranks | {value: 0.0 for value in given if ranks and _plain(value) == "0"}


def _by_pattern(values: Iterable[str], pattern: re.Pattern[str], number: Callable[[str], int]) -> Ranks:
    """By a number behind the prefix that most values share, or one for grades, and a letter behind it: IIa before IIb."""
    found = {value: match for value in values if (match := pattern.fullmatch(_plain(value)))}
    prefixes = [_letters(match["prefix"]) for match in found.values()]
    usual = max(prefixes, key=prefixes.count, default="")
    return {
        value: number(match["number"]) + (min(0.1 * (ord(match["letter"]) - ord("a") + 1), 0.9) if match["letter"] else 0)
        for value, match in found.items()
        if _letters(match["prefix"]) in ("", usual, *_lexicon()["prefixes"])
    }


def _alphabet(values: Iterable[str]) -> Ranks:
    found = {value: match["letter"] for value in values if (match := _LETTER.fullmatch(_plain(value)))}
    letters = sorted(set(found.values()))
    return {value: ord(letter) for value, letter in found.items()} if letters == list("abcdefgh")[: len(letters)] else {}


def _degrees(values: Iterable[str]) -> Ranks:
    """By words of one family, such as mild and severe; healthy ones alone are no degrees."""
    given = list(values)
    for family in _lexicon()["words"]:
        ranks = {value: rank for value in given if (rank := _degree(value, family["levels"])) is not None}
        if sum(rank > 0 for rank in set(ranks.values())) > 1:
            return ranks
    return {}


def _degree(value: str, levels: list[list[str]]) -> float | None:
    text = f" {' '.join(_words(value))} "
    found = {word: level for level, words in enumerate(levels) for word in words if f" {word} " in text}
    whole = {level for word, level in found.items() if not any(f" {word} " in f" {other} " for other in found if other != word)}
    told = whole - {0} or whole  # “non-proliferative, mild” is mild
    return sum(told) / len(told) if told else None


def _numbered(values: Iterable[str]) -> Ranks:
    """“0Normal”, “1_Doubtful”: numbers before words of degree, where both give the same order."""
    found = {value: match for value in values if (match := _NUMBERED.fullmatch(_plain(value)))}
    ranks = {value: float(match["number"]) for value, match in found.items()}
    words = _degrees([match["rest"] for match in found.values()])
    degrees = [words.get(found[value]["rest"]) for value in sorted(ranks, key=ranks.__getitem__)]
    known = [degree for degree in degrees if degree is not None]
    return ranks if len(known) == len(degrees) and known == sorted(known) else {}


def _gleason(values: Iterable[str]) -> Ranks:
    """ISUP grade group of a Gleason score (Epstein et al. 2016): 3+4 is group 2, 4+3 is group 3."""
    found = {value: match for value in values if (match := _GLEASON.fullmatch(_plain(value)))}
    return {value: _group(int(match[1]), int(match[2])) for value, match in found.items()}


def _group(primary: int, secondary: int) -> int:
    total = primary + secondary
    return 1 if total <= 6 else (2 if primary == 3 else 3) if total == 7 else 4 if total == 8 else 5


# ------------------------------------------------------------------ what tells grades from other names
def _prefixed(values: Iterable[str]) -> bool:
    """Whether a prefix such as “grade” or “KL” stands before some number."""
    found = [match for value in values for pattern in (_NUMBER, _NUMERAL) if (match := pattern.fullmatch(_plain(value)))]
    return any(_letters(match["prefix"]) in _lexicon()["prefixes"] for match in found)


def _bare(values: Iterable[str]) -> bool:
    """Whether all numbers and numerals stand alone."""
    found = [match for value in values for pattern in (_NUMBER, _NUMERAL) if (match := pattern.fullmatch(_plain(value)))]
    return not any(match["prefix"] for match in found)


def _prefixed_or_bare(values: Iterable[str]) -> bool:
    """Numerals alone name stages; behind another word they may name types."""
    given = list(values)
    return _prefixed(given) or _bare(given)


def _always(values: Iterable[str]) -> bool:
    return True


def _never(values: Iterable[str]) -> bool:
    """Letters name anything, unless the column speaks of grades."""
    return False


_SOURCES: tuple[tuple[Callable[[Iterable[str]], Ranks], str, Callable[[Iterable[str]], bool]], ...] = (
    (_gleason, "the Gleason scores, as ISUP grade groups", _always),
    (_numbers, "the numbers", _prefixed),
    (_numerals, "the Roman numerals", _prefixed_or_bare),
    (_numbered, "the numbers before the words", _always),
    (_degrees, "the words", _always),
    (_alphabet, "the letters", _never),
)


def _few(strays: list[str], values: Mapping[str, int], sure: bool) -> bool:
    """Beside plain numbers only other numbers may stand; a sure scale bears a few other values."""
    strange = [value for value in strays if _plain(value) not in _lexicon()["none"]]
    if not sure:
        return all(re.fullmatch(r"-?\d+(\.0+)?", value.strip()) for value in strange)
    return sum(values[value] for value in strange) <= STRAY * sum(values.values())


def _without_incomplete(ranks: Ranks, column: str) -> Ranks:
    """BI-RADS 0 says that the reading is incomplete."""
    return {value: rank for value, rank in ranks.items() if rank or called(column) != "BI-RADS"}


# ------------------------------------------------------------------ names
def _named(column: str, ranks: Ranks) -> dict[str, list[str]]:
    """Each grade by its value, with what it is called before a bare number; values of one rank together."""
    by_rank: dict[float, list[str]] = {}
    for value in sorted(ranks):
        by_rank.setdefault(ranks[value], []).append(value)
    ordered = [by_rank[rank] for rank in sorted(by_rank)]
    if all(_GLEASON.fullmatch(_plain(values[0])) for values in ordered):
        return {f"ISUP {rank:.0f}": by_rank[rank] for rank in sorted(by_rank)}
    return {_name(column, min(values, key=len)): values for values in ordered}


def _name(column: str, value: str) -> str:
    bare = re.fullmatch(r"(\d{1,2})(?:\.0+)?([a-d]?)|[ivxIVX]+[a-d]?|[a-hA-H]", value.strip())
    if bare is None:
        return value
    return f"{called(column)} {bare[1] + bare[2] if bare[1] else value.strip()}"


def called(column: str) -> str:
    """What a bare number of a column is called: “BI-RADS” of “assessment”, “grade” where nothing is known."""
    words = set(_words(column))
    return next((name for name, known in _lexicon()["called"].items() if not words.isdisjoint(known)), "grade")


def _plain(value: str) -> str:
    return re.sub(r"\s+", " ", value.strip().lower().translate(_UMLAUTS))


def plain_key(text: str) -> str:
    """The number, also of a numeral or before a word of degree, or the letter behind a prefix; else the text."""
    plain = _plain(text)
    if (found := _NUMBERED.fullmatch(plain)) and any(word in found["rest"] for word in degree_words()):
        return str(int(found["number"]))
    if found := _NUMBER.fullmatch(plain):
        return f"{int(found['number'])}{found['letter'] or ''}"
    if found := _NUMERAL.fullmatch(plain):
        return f"{_NUMERALS.index(found['number']) + 1}{found['letter'] or ''}"
    found = _LETTER.fullmatch(plain)
    return found["letter"] if found else plain


def _letters(prefix: str | None) -> str:
    return re.sub(r"[^a-z]", "", prefix or "")


def _words(text: str) -> list[str]:
    """Words of a name: “DrGrade”, “dr_grade” and “DR grade” alike; “BI-RADS” is one."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower().translate(_UMLAUTS)
    return re.findall(r"[a-z]+", re.sub(r"\b(bi|ti|pi|li|o|lung)[-_ ]?rads\b", r"\1rads", parted))


@cache
def _lexicon() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__ or "").joinpath("scales.toml").read_text(encoding="utf-8"))
