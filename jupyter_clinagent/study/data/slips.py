"""Which rare value of a column is a slip of the keyboard for a common one: “Dekubtius” among many “Dekubitus”.

To join two that mean different things is worse than to keep a slip apart: short words, numbers, codes, other beginnings, other
endings and known terms are never slips.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from rapidfuzz.distance import OSA

from jupyter_clinagent.lang.families import families

LEAST_LETTERS, LONG = 6, 8
"""Shorter words may be codes; words of so many letters may have two wrong ones."""
MUCH_COMMONER = 5
"""A slip is at most one in so many of what was meant."""
_HUMP = re.compile(r"(?<=[^\W\d_A-ZÄÖÜ])(?=[A-ZÄÖÜ])")


class Slips(NamedTuple):
    """The common value by each slip of it, and pairs that are spelt nearly alike although both are common."""

    meant: dict[str, str]
    doubtful: list[tuple[str, str]]


def slips_among(counts: Mapping[str, int]) -> Slips:
    """Find slips among the values of a column.

    Parameters
    ----------
    counts
        Cells by value.

    Examples
    --------
    >>> slips_among({"Dekubitus": 26, "Dekubtius": 4, "Arthrose": 30, "Arthritis": 3, "stage II": 40, "stage III": 2})
    Slips(meant={'Dekubtius': 'Dekubitus'}, doubtful=[])
    >>> slips_among({"benign": 27, "bengin": 9})
    Slips(meant={}, doubtful=[('bengin', 'benign')])
    """
    kept: list[str] = []
    found = Slips({}, [])
    for value in sorted(counts, key=lambda value: -counts[value]):
        near = [other for other in kept if is_slip(value, other)]
        if len(near) == 1 and counts[value] * MUCH_COMMONER <= counts[near[0]]:
            found.meant[value] = near[0]
        else:
            kept.append(value)
            found.doubtful.extend((value, other) for other in near)
    return found


def is_slip(value: str, other: str) -> bool:
    """Whether a value differs from another by a slip in one of its words, and by nothing that may mean something.

    Examples
    --------
    >>> is_slip("pneumopatie", "pneumopathie"), is_slip("ulcus crruris", "Ulcus cruris"), is_slip("epanchement", "épanchement")
    (True, True, True)
    >>> is_slip("hypotension", "hypertension"), is_slip("GroupA", "GroupB"), is_slip("asymptomatic", "symptomatic")
    (False, False, False)
    """
    one, two = _pieces(value), _pieces(other)
    known = _concept(value)
    if len(one) != len(two) or (known is not None and known != _concept(other)):
        return False
    differing = [pair for pair in zip(one, two, strict=True) if pair[0] != pair[1]]
    return not differing or (len(differing) == 1 and _is_mistyped(*differing[0]))


@lru_cache(maxsize=10_000)
def _pieces(value: str) -> tuple[str, ...]:
    """Its words, without accents, and what stands between them."""
    plain = unicodedata.normalize("NFKD", " ".join(_HUMP.sub(" ", value).split()).casefold())
    return tuple(re.findall(r"[^\W\d_]+|[\W\d_]+", "".join(sign for sign in plain if not unicodedata.combining(sign))))


def _is_mistyped(word: str, meant: str) -> bool:
    """Few letters are wrong, neither the first nor only the last one, and no two are replaced (“arthrosis”, “arthritis”)."""
    shortest = min(len(word), len(meant))
    if not (word.isalpha() and meant.isalpha()) or shortest < LEAST_LETTERS or word[0] != meant[0]:
        return False
    allowed = 1 if shortest < LONG else 2
    if OSA.distance(word, meant, score_cutoff=allowed) > allowed or look_alike(word, meant):
        return False
    replaced = [place for place in range(len(word)) if word[place] != meant[place]] if len(word) == len(meant) else []
    swapped = len(replaced) == 2 and word[replaced[0]] == meant[replaced[1]] and replaced[1] - replaced[0] == 1
    return swapped or (len(replaced) != 2 and replaced != [len(word) - 1])


@cache
def _look_alikes() -> list[list[str]]:
    listed = tomllib.loads((Path(__file__).parent / "look_alikes.toml").read_text(encoding="utf-8"))
    return [*listed["parts"], *listed["words"]]


@cache
def look_alike(word: str, other: str) -> bool:
    """Whether two words differ by parts that are known to mean different things."""
    pairs = (pair for family in _look_alikes() for pair in permutations(family, 2))
    return any(_exchanged(word, other, *pair) for pair in pairs)


def _exchanged(word: str, other: str, one: str, two: str) -> bool:
    starts = [found.start() for found in re.finditer(re.escape(one), word)]
    return any(word[:start] + two + word[start + len(one) :] == other for start in starts)


@cache
def _concepts() -> dict[str, str]:
    """What all languages call things: the common name of each."""
    return {name.casefold(): thing for thing, names in families("terms")["same"].items() for name in [thing, *names]}


def _concept(value: str) -> str | None:
    return _concepts().get(" ".join(value.split()).casefold())
