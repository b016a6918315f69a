"""“How many cells are there?”: what a request counts, and whether a column says its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from jupyter_clinagent.agent.playbook.bounds import PEOPLE_WORDS
from jupyter_clinagent.agent.playbook.wording import normalise, tokens
from jupyter_clinagent.lang.grammar import any_word, unless_after, words_in

_COUNTED = re.compile(
    rf"{unless_after('not', 'never')}\b{any_word('counts.opens')} (?:{any_word('the')} )?(?!{any_word('as')}\b)(?P<noun>\w+)"
)
_NEVER = frozenset([*words_in("units.year", "units.month", "units.minute"), *PEOPLE_WORDS])
_COUNTS = frozenset(words_in("counts.of"))
_COUNTS_AS = re.compile(rf"[^.,;]*\b{any_word('as')}\b")
"""“Count the uncertain as negative” counts nothing."""
_STEM = 4
"""Letters that words of one stem have in common."""


def counted_in(text: str) -> Iterator[re.Match[str]]:
    """What a request asks the number of; minutes and patients are never counted on an image.

    Examples
    --------
    >>> [found["noun"] for found in counted_in("How many cells are there? Train for how many minutes you like.")]
    ['cells']
    """
    plain = normalise(text)
    return (one for one in _COUNTED.finditer(plain) if one["noun"] not in _NEVER and not _COUNTS_AS.match(plain[one.end() :]))


def says_number_of(column: str, text: str) -> bool:
    """Whether a column's name says that it counts what a request counts.

    Examples
    --------
    >>> says_number_of("cell_count", "estimate how many cells there are"), says_number_of("cell_type", "count the cells")
    (True, False)
    """
    words = tokens(normalise(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\W]+", " ", column)))
    things = [word for word in words if word not in _COUNTS]
    return len(things) < len(words) and any(
        word[:_STEM] == found["noun"][:_STEM] for word in things for found in counted_in(text)
    )


def has_number(columns: Iterable[str], text: str) -> bool:
    """Whether any column does."""
    return any(says_number_of(column, text) for column in columns)
