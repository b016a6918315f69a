"""Numbers in a request: a line (“below 40 %”), an error that is close enough (“within 6 months”), a unit (“in months”)."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from jupyter_clinagent.agent.playbook.bounds import PEOPLE_WORDS
from jupyter_clinagent.agent.playbook.wording import normalise, normalised
from jupyter_clinagent.lang.grammar import any_of, any_word, words_in
from jupyter_clinagent.tasks.measurement.units import unit_called

_BELOW = rf"{any_word('amounts.below', 'amounts.at_most')}|≤|<=?"
_ABOVE = rf"{any_word('amounts.above', 'amounts.at_least', 'lines.onwards')}|≥|>=?"
_AMOUNT = rf"(?P<number>(?:minus\s|[-−])?\d+(?:[.,]\d+)?|{any_word('lines.one')})\s*(?P<unit>[%°]|[^\W\d_]+[²³]?)?"
_LINE = re.compile(rf"(?:\b|(?=[<>≤≥]))(?:(?P<below>{_BELOW})|(?P<above>{_ABOVE}))\s*{_AMOUNT}", re.VERBOSE)
_BEHIND = rf"(\d+(?:[.,]\d+)?\s*(?:°|{any_word('percent')}|[^\W\d_]{{1,7}}[²³]?)?)\s?{any_word('and', 'or')}\s"
_ENDS = r"\b(?!\s*[-\d])"
_REWRITTEN = (
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(rf"\b{any_word('percent')}\b"), "%"),
    (re.compile(rf"\b{any_word('lines.at_most')}\b"), "at most"),
    (re.compile(rf"\b{any_word('lines.at_least')}\b"), "at least"),
    (re.compile(rf"\b{any_word('not', 'never')} {any_word('amounts.below')}\b"), "at least"),
    (re.compile(rf"\b{any_word('not', 'never')} {any_word('amounts.above')}\b"), "at most"),
    (re.compile(rf"{_BEHIND}{any_word('amounts.less')}{_ENDS}"), r"at most \1"),
    (re.compile(rf"{_BEHIND}{any_word('amounts.more')}{_ENDS}"), r"at least \1"),
)
"""“40 or less” draws the line of “at most 40”, and “not under 40” that of “at least 40”."""
_OLDER, _YOUNGER = any_word("lines.older"), any_word("lines.younger")
_OR = re.compile(
    rf"\b(?:(?P<older>{_OLDER}) {any_word('or')} {_YOUNGER}|{_YOUNGER} {any_word('or')} {_OLDER}) {any_word('than')} {_AMOUNT}"
)
_CLOSE = re.compile(
    rf"""(?:\b{any_word("lines.within")}\s*|(?:±|\+/-|\+-)\s*){_AMOUNT}(?P<exact>\s+{any_word("lines.exactly")})?""",
    re.VERBOSE,
)
_BETWEEN = re.compile(rf"\b{any_word('between', 'from')}\s+\d+(?:[.,]\d+)?\s*\S{{0,7}}\s*{any_word('and', 'to')}\s+{_AMOUNT}")
_ERROR = re.compile(rf"\b{any_word('lines.error')}\b")
_NO_MEASURE = normalised("units.minute", "units.hour", "rates.sensitivity", "rates.specificity", "lines.no_measure")
_RATE = re.compile(
    rf"\s*%?\s*(?:of\s+)?{any_word('lines.rate')}|\s*%?\s*{any_word('of')}\s+(?:\w+\s+){{0,2}}?{any_word('lines.counted')}\b"
)
_NEAR = 40
"""Letters between a number and the word that says that it is an error."""
_IN_UNIT = re.compile(rf"\b{any_word('lines.unit')} (?P<unit>[%°]|[^\W\d_]+[²³]?)")


_PERSONS = any_of(word for word in PEOPLE_WORDS if word not in words_in("ages.aged"))
_WHO = rf"{_PERSONS}\s(?:{any_word('ages.between', 'ages.aged', 'the', 'from')}\s)?"
_OF_PEOPLE = re.compile(rf"\b{_WHO}(?:{_BELOW}|{_ABOVE})\s*{_AMOUNT}", re.VERBOSE)
"""“Girls under 10 years” says of whom, and draws no line."""


class Amount(NamedTuple):
    """A number and its unit; None where none is named."""

    number: float
    unit: str | None


class Line(NamedTuple):
    """A line, and the side of it that is looked for."""

    at: Amount
    side: Literal["below", "above"]


def line_in(text: str) -> Line | None:
    """The line that a request draws; an allowed error, a time and a rate draw none.

    Examples
    --------
    >>> line_in("Is the EF below 40 %?"), line_in("bone age, mean error under 6 months, in less than 8 minutes")
    (Line(at=Amount(number=40.0, unit='%'), side='below'), None)
    >>> line_in("bone age of girls under 10 years")
    >>> line_in("EF of 40 % or less"), line_in("T-score below -2.5")
    (Line(at=Amount(number=40.0, unit='%'), side='below'), Line(at=Amount(number=-2.5, unit=None), side='below'))
    """
    plain = _OF_PEOPLE.sub(" ", _plain(text))
    if either := _OR.search(plain):
        return Line(_amount(either), "above" if either["older"] else "below")
    found = (one for one in _LINE.finditer(plain) if _draws(one, plain))
    return next((Line(_amount(one), "below" if one["below"] else "above") for one in found), None)


def several_lines(text: str) -> str:
    """What a request says that takes more than one line, in its own words; empty where it doesn't.

    Examples
    --------
    >>> several_lines("EF between 40 and 50 %"), several_lines("EF below 30 or above 60"), several_lines("EF below 40")
    ('between 40 and 50 %', 'below 30 or above 60', '')
    """
    plain = _plain(text)
    if between := _BETWEEN.search(plain):
        return between[0].strip()
    drawn = [one for one in _LINE.finditer(plain) if _draws(one, plain)]
    amounts = {_amount(one) for one in drawn}
    numbers, units = {at.number for at in amounts}, {at.unit for at in amounts if at.unit}
    if len(numbers) < 2 and len(units) < 2:  # none, or one line from both sides: “under 10 years or 10 and over”
        return ""
    return plain[drawn[0].start() : drawn[-1].end()].strip()


def tolerance_in(text: str) -> Amount | None:
    """An error that a request calls close enough.

    Examples
    --------
    >>> tolerance_in("within 6 months of the reader"), tolerance_in("the mean error should be under 5 %")
    (Amount(number=6.0, unit='months'), Amount(number=5.0, unit='%'))
    """
    plain = normalise(text)
    close = (one for one in _CLOSE.finditer(plain) if not _is_of_else(one, plain) and (_amount(one).unit or one["exact"]))
    errors = (one for one in _LINE.finditer(plain) if _is_error(one, plain) and not _is_of_else(one, plain))
    return next((_amount(one) for one in (*close, *errors)), None)


def unit_in(text: str) -> str | None:
    """The unit that a request asks for: “in months”, “how many degrees”, “as a percentage”."""
    plain = re.sub(rf"\b{any_word('as', 'in')} {any_word('a')} ", "in ", normalise(text))
    return next((unit for one in _IN_UNIT.finditer(plain) if (unit := unit_called(one["unit"]))), None)


def _plain(text: str) -> str:
    plain = normalise(text)
    for said, meant in _REWRITTEN:
        plain = said.sub(meant, plain)
    return plain


def _draws(found: re.Match[str], plain: str) -> bool:
    return not _is_error(found, plain) and not _is_of_else(found, plain)


def _is_error(found: re.Match[str], plain: str) -> bool:
    """Whether a number is that of an error: “error under 6 months”."""
    clause = re.split(r"[.;!?]", plain[: found.start()])[-1]
    return bool(_ERROR.search(clause[-_NEAR:]))


def _is_of_else(found: re.Match[str], plain: str) -> bool:
    """Whether it is of minutes, images, or a rate."""
    return found["unit"] in _NO_MEASURE or bool(_RATE.match(plain[found.end() :]))


def _amount(found: re.Match[str]) -> Amount:
    written = found["number"]
    number = 1.0 if written.isalpha() else float(re.sub(r"minus\s|−", "-", written).replace(",", "."))
    return Amount(number, unit_called(found["unit"]) if found["unit"] else None)
