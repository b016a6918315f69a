"""Which tasks a request names in earnest: “do not outline” wants no outlines, “zeichne sie ein” is “einzeichnen”."""

from __future__ import annotations

import re
from functools import cache

from jupyter_clinagent.agent.playbook.wording import contains, normalise
from jupyter_clinagent.lang.grammar import any_word, unless_after
from jupyter_clinagent.tasks import registry

_SEPARATED = re.compile(
    rf"\b({any_word('separated.verbs')})n?\b([^.,;:!?]*?)\s({any_word('separated.prefixes')})\b(?=\s*(?:[.,;:!?]|$|{any_word('and')}\b))",
)
"""A German verb whose prefix stands at the end of its clause."""
_NOT = (
    rf"(?<!you\ )(?<!why\ )\b{any_word('not', 'dont', 'never', 'no', 'without', 'instead_of')}\b"
    rf"(?:\s{any_word('the', 'a', 'any', 'please', 'declined.between')})*"
)
_NOT_AFTER = rf"(?:\s\w+){{0,2}}?\s{unless_after('or')}{any_word('not')}(?:\s{any_word('declined.after')})?"
_CONDITION = re.compile(
    rf"\b{any_word('where')} {any_word('the', 'its')} (?:[\w-]+ ){{1,3}}?{any_word('is', 'was')} "
    rf"(?!{any_word('of_place.is')}\b)(?=\w)"
)
"""“Only where the preparation was poor” says of which images, and asks for no place."""

_DEGREES = re.compile(rf"\d\s?{any_word('units.degree')}\b")
"""“60 Grad” is an angle, and no grade."""


def joined(plain: str) -> str:
    """A normalised text with separated verbs put together.

    Examples
    --------
    >>> joined("zeichne die polypen ein, bitte")
    'die polypen einzeichnen, bitte'
    """
    return _SEPARATED.sub(r"\2 \3\1n", plain).strip()


def named_tasks(plain: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tasks that a normalised request names, those whose words decide first; and tasks that it names only to decline them.

    Examples
    --------
    >>> named_tasks("do not outline, just say whether there is a polyp")
    ((), ('segmentation',))
    """
    whole = _DEGREES.sub(" ", _CONDITION.sub(" ", joined(plain)))
    said = [task for task in registry.tasks().values() if contains(whole, task.words)]
    meant = [task for task in said if task.usual or contains(_declined(task.words).sub(" ", whole), task.words)]
    return tuple(task.name for task in meant), tuple(task.name for task in said if task not in meant)


@cache
def _declined(words: tuple[str, ...]) -> re.Pattern[str]:
    """A task's word with what negates it; “could you not outline …?” negates nothing."""
    one = "|".join(re.escape(normalise(word)) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"{_NOT}\s(?:{one})\b|\b(?:{one}){_NOT_AFTER}(?=\s*(?:[.,;:!?]|$))")
