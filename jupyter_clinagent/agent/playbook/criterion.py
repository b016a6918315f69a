"""What a request asks of a column, and the words by which a name or a number chooses images, or leaves them out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_clinagent.agent.playbook.terms import spoken_as
from jupyter_clinagent.agent.playbook.wording import contains, tokens
from jupyter_clinagent.contracts import Range
from jupyter_clinagent.lang.families import families
from jupyter_clinagent.lang.grammar import any_word, unless_after

CHOOSING = families("whom")["choosing"]
CIRCUMSTANCE = ("site", "sex", "confounder")
"""Columns whose values say where, of whom and how an image was taken, and never what it shows."""
MAY_CHOOSE = (*CIRCUMSTANCE, "label", "alias", "other")
BEFORE, BEHIND = [*CHOOSING["only"], *CHOOSING["before"]], [*CHOOSING["only"], *CHOOSING["behind"]]
_NEAR = 2
"""Words before and behind a name within which a word says that it chooses images."""
_NOT, _BETWEEN, _GONE = ("|".join(map(re.escape, CHOOSING[name])) for name in ("not", "between", "gone"))
_NEGATED = re.compile(rf"{unless_after('or')}\b(?:{_NOT})\s(?:(?:{_BETWEEN})\s){{0,3}}$")
_COPULA = any_word("is", "was", "becomes")
_IS_GONE = re.compile(rf"^\s(?:(?:{_BETWEEN})\s)?(?:{_COPULA} )?(?:{_GONE})\b|^(?:\s\w+){{1,3}}\s{_COPULA} (?:{_GONE})\b")
"""“A poor prep is out” too."""


def is_left_out(words: str, plain: str) -> bool:
    """Whether a normalised sentence wants those left out whom it names.

    Examples
    --------
    >>> is_left_out("children", "melanoma or nevus, no children"), is_left_out("women", "melanoma or not in women")
    (True, False)
    >>> is_left_out("kinder", "kinder ausgeschlossen"), is_left_out("over 60", "no patients over 60")
    (True, True)
    """
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", plain)
    return found is not None and bool(_NEGATED.search(plain[: found.start()]) or _IS_GONE.match(plain[found.end() :]))


@dataclass(frozen=True)
class Criterion:
    """What is asked of a column, and the words that ask for it."""

    column: str
    asked: list[str] | Range
    words: str


def said_of(words: str, without: bool) -> str:
    """How the card says what the request asks for."""
    return f"not {words}" if without else words


def chooses(names: Iterable[str], naming: str, before: Iterable[str], behind: Iterable[str]) -> bool:
    """Whether a name stands close behind one of some words, or close before one of others."""
    said = [tokens(spoken) for name in names for spoken in spoken_as(name)]
    return any(_stand_close(said, tokens(clause), set(before), set(behind)) for clause in naming.split(" . "))


def chooses_people(condition: str, naming: str) -> bool:
    """Whether a request is about people who have a condition: “in diabetics”, “smokers only”."""
    return chooses([condition], naming, [*CHOOSING["only"], *CHOOSING["within"]], CHOOSING["only"])


def _stand_close(said: Iterable[list[str]], words: list[str], before: set[str], behind: set[str]) -> bool:
    places = [
        (at, at + len(name))
        for name in said
        for at in range(len(words))
        if name and contains(" ".join(words[at : at + len(name)]), [" ".join(name)])
    ]
    return any(
        not before.isdisjoint(words[max(0, start - _NEAR) : start]) or not behind.isdisjoint(words[end : end + _NEAR])
        for start, end in places
    )
