"""Requests that are questions: is it there, which of these show it, which grade from 0 to 4."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.bounds import PEOPLE, bounds_in
from jupyter_clinagent.agent.playbook.wording import contains
from jupyter_clinagent.lang.grammar import any_word

_SHOWING = any_word("asks.shows", "asks.contains")
_WHICH_HAVE = re.compile(rf"\b{any_word('which')}\b.*\b{_SHOWING}\b")
_YES_OR_NO = re.compile(rf"(?:^|\. ){any_word('questions.opens')}\b")
"""A clause that begins so asks for yes or no."""
_PLACE = re.compile(rf"{any_word('where')}\b")
_OF_ALL = re.compile(
    rf"\b{any_word('which')} {any_word('of', 'these')} (?:{any_word('these', 'the', 'my')} )?(?:\w+ ){{0,3}}?"
    rf"({any_word('questions.goes_on')})\b",
)
_OF_PEOPLE = re.compile(rf"\b{PEOPLE}\s(?:{any_word('ages.aged', 'ages.between', 'from', 'of', 'between')}\s)?$")
_UNITS = rf"(?:%|{any_word('percent', 'units.minute', 'units.hour', 'units.year')}\b)"
_GRADES = re.compile(rf"\b(\d{{1,2}}) ?(?:{any_word('to', 'through')}|-|–) ?(\d{{1,2}})\b(?! ?{_UNITS})")


def without_all(stating: str) -> tuple[str, bool]:
    """A request without the words for all images together, and whether there were any.

    Examples
    --------
    >>> without_all("which of these moles are melanomas")
    ('which are melanomas', True)
    """
    told, number = _OF_ALL.subn(r"which \1", stating)
    return told, bool(number)


def asks_whether(plain: str, stating: str) -> bool:
    """Whether a request asks for yes or no; “where are the polyps?” asks for their place.

    Parameters
    ----------
    plain
        All of it, normalised.
    stating
        The part that says what to tell apart, with a point between clauses.
    """
    if _PLACE.match(plain):
        return False
    return contains(stating, known.PHRASES["whether"]) or any(pattern.search(stating) for pattern in (_WHICH_HAVE, _YES_OR_NO))


def asks_of_one(stating: str) -> bool:
    """Whether a clause begins as a question for yes or no: “is there fluid?”, and not “which findings are there?”."""
    return _YES_OR_NO.search(stating) is not None


def named_grades(plain: str) -> tuple[str, str] | None:
    """The lowest and the highest grade that a normalised request names.

    Examples
    --------
    >>> named_grades("grade the knees from 0 to 4"), named_grades("at 90-95 % sensitivity")
    (('0', '4'), None)
    >>> named_grades("cancer or not in women 50 to 69")
    """
    of_people = [bound.words for bound in bounds_in(plain)]  # “women 50 to 69”
    found = (one for one in _GRADES.finditer(plain) if not _OF_PEOPLE.search(plain[: one.start()]))
    return next(((one[1], one[2]) for one in found if not any(one[0] in words for words in of_people)), None)
