"""Bounds on ages, sizes and years in a sentence: “patients over 60”, “lesions larger than 10 mm”, “2019 and later”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jupyter_clinagent.contracts import Range
from jupyter_clinagent.lang.grammar import any_of, any_word, words_in

Kind = Literal["age", "size", "year"]


@dataclass(frozen=True)
class Bound:
    """A range with the words that say it; ``unit`` as it was said, empty where none was."""

    kind: Kind
    range: Range
    words: str
    unit: str = ""


_NOT_BELOW, _NOT_ABOVE = (f"{any_word('not')} {any_word(f'amounts.{name}')}" for name in ("below", "above"))
_OPERATORS = {
    "above": rf"{any_word('amounts.above')}|>",
    "below": rf"{any_word('amounts.below')}|<",
    "at_least": rf"{any_word('amounts.at_least', 'amounts.onwards')}|{_NOT_BELOW}|>=|≥",
    "at_most": rf"{any_word('amounts.at_most', 'amounts.up_to')}|{_NOT_ABOVE}|<=|≤",
}
_AND_OR, _AND_TO, _FROM = any_word("and", "or"), f"(?:{any_word('and', 'to')}|-)", any_word("from")
_AFTER = {
    "at_least": rf"{_AND_OR} {any_word('amounts.more')}|{any_word('amounts.plus')}|\+",
    "at_most": rf"{_AND_OR} {any_word('amounts.less')}",
}
PEOPLE_WORDS = words_in("people.female", "people.male", "people.child", "people.adult", "people.anyone", "ages.one")
PEOPLE = any_of(PEOPLE_WORDS)
"""A pattern for words for people."""
_WHO = rf"(?P<who>\b{PEOPLE}(?:\s{any_word('ages.between')})?\s)?"
_AGE, _AGED = any_word("amounts.age"), any_word("ages.aged")
_YEARS = any_word("units.year", "units.month", "units.week_old", "units.day_old", "units.week", "units.day")
_MAY_BE_ELSE = any_word("units.week", "units.day")
"""Weeks and days may be of a pregnancy or a wound: they are an age of somebody who is named."""
_LENGTHS = rf"{any_word('units.length')}(?:²|2|\^2)?"
_NUMBER = r"(?P<number>\d+(?:[.,]\d+)?)"
_YEAR = r"(?:19|20)\d\d"


def bounds_in(plain: str) -> list[Bound]:
    """Every bound that a normalised sentence puts on people's age, on a size or on when images were taken.

    Examples
    --------
    >>> [(b.kind, b.range.in_words, b.words) for b in bounds_in("melanoma in patients over 60, 2019 and later")]
    [('age', 'above 60', 'over 60'), ('year', 'at least 2019', '2019 and later')]
    >>> [(b.kind, b.range.in_words, b.unit) for b in bounds_in("lesions larger than 10 mm in children under 5")]
    [('age', 'below 5', ''), ('size', 'above 10', 'mm')]
    >>> bounds_in("sensitivity over 90 percent, at most 10 minutes")
    []
    """
    found = [*_ages(plain), *_sizes(plain), *_years(_with_years(plain))]
    return [one for one in found if not any(one.words != other.words and one.words in other.words for other in found)]


# ------------------------------------------------------------------ ages
def _ages(plain: str) -> Iterator[Bound]:
    between = rf"(?:{any_word('between', 'from', 'ages.aged')})\s(?P<low>\d+)\s{_AND_TO}\s(?P<high>\d+)\s?(?P<unit>{_YEARS})?\b"
    for found in re.finditer(between, plain):
        if found["unit"] or re.search(rf"\b{PEOPLE}(?:\s\w+)?\s$", plain[: found.start()]) or re.match(_AGED, found[0]):
            yield _bound("age", {"at_least": found["low"], "at_most": found["high"]}, found[0], found["unit"])
    ages = rf"(?P<low>\d{{1,3}})\s?(?:{_AND_TO}|–)\s?(?P<high>\d{{1,3}})"
    together = rf"\b{PEOPLE}(?:\s{any_word('ages.aged', 'from', 'of', 'between')})?\s(?P<words>{ages})\b"
    for found in re.finditer(rf"{together}(?!\s?(?:\w*{any_word('percent')}|{_LENGTHS}))", plain):
        yield _bound("age", {"at_least": found["low"], "at_most": found["high"]}, found["words"])
    for name, phrases in _OPERATORS.items():
        phrase = rf"(?P<said>(?<!\w)(?:{phrases})\s?{_NUMBER}(?:[\s-]?(?P<unit>{_YEARS}))?)"
        for found in re.finditer(
            rf"{_WHO}{phrase}(?!\s?(?:\w*{any_word('percent')}|{_LENGTHS}|°|{any_word('units.degree')})|\d)", plain
        ):
            by_unit = found["unit"] and not re.fullmatch(_MAY_BE_ELSE, found["unit"])
            sure = by_unit or found["who"] or re.match(_AGE, found["said"])
            if sure and not re.fullmatch(_YEAR, found["number"]):
                yield _bound("age", {name: found["number"]}, found["said"], found["unit"])
    for name, phrases in _AFTER.items():
        for found in re.finditer(rf"\b{_NUMBER}[\s-](?:(?P<unit>{_YEARS})\s)?(?:{phrases})(?!\w)", plain):
            old = found["unit"] or re.search(_AGE, found[0])
            if old and not re.fullmatch(_YEAR, found["number"]):
                yield _bound("age", {name: found["number"]}, found[0], found["unit"])


# ------------------------------------------------------------------ sizes
def _sizes(plain: str) -> Iterator[Bound]:
    for name, phrases in _OPERATORS.items():
        for found in re.finditer(rf"(?<!\w)(?:{phrases})\s?{_NUMBER}\s?(?P<unit>{_LENGTHS})", plain):
            yield _bound("size", {name: found["number"]}, found[0], found["unit"])
    for name, phrases in _AFTER.items():
        for found in re.finditer(rf"(?<!\w){_NUMBER}\s?(?P<unit>{_LENGTHS})\s(?:{phrases})(?!\w)", plain):
            yield _bound("size", {name: found["number"]}, found[0], found["unit"])


# ------------------------------------------------------------------ any number
_NO_BOUND = rf"%|\w*{any_word('units.counted')}|(?:h|x|{any_word('to')})\b|-"
"""What a number counts that is no bound on a measure."""


def numbers_bounded(plain: str) -> list[Bound]:
    """Every bound on a number whose measure the sentence names itself: “PSA below 10”, “after 28 weeks”.

    Examples
    --------
    >>> [(b.range.in_words, b.words, b.unit) for b in numbers_bounded("cancer or not, psa below 10, sensitivity above 90 %")]
    [('below 10', 'psa below 10', 'psa')]
    """
    found = []
    for name, phrases in _OPERATORS.items():
        after = f"|{any_word('years.after')}" if name == "above" else f"|{any_word('years.before')}" if name == "below" else ""
        of = rf"(?:(?P<of>[^\W\d]\w*)\s(?:{any_word('is', 'of')} )?)?"
        phrase = rf"{of}(?<!\w)(?:{phrases}{after})\s?{_NUMBER}(?![.,]?\d)(?!\s?(?:{_NO_BOUND}))"
        found += [_bound("size", {name: one["number"]}, one[0], one["of"]) for one in re.finditer(phrase, plain)]
    between = rf"\b{any_word('between')}\s(?P<low>\d+)\s{any_word('and', 'to')}\s(?P<high>\d+)(?![.,]?\d)(?!\s?(?:{_NO_BOUND}))"
    found += [_bound("size", {"at_least": one["low"], "at_most": one["high"]}, one[0]) for one in re.finditer(between, plain)]
    return [one for one in found if not re.search(rf"{_YEAR}$", one.words)]


# ------------------------------------------------------------------ years
_THE = rf"(?:{any_word('the')}\s)?"
_FIRST_DAY = re.compile(rf"({any_word('years.since', 'years.before')})\s{_THE}(?:0?1[./]0?1[./]({_YEAR})|({_YEAR})-01-01)\b")
_LAST_DAY = re.compile(
    rf"({any_word('years.after', 'years.until')})\s{_THE}(?:31[./]12[./]({_YEAR})|12/31/({_YEAR})|({_YEAR})-12-31)\b"
)


def _with_years(plain: str) -> str:
    """Days at which a year begins or ends, by the year: “since 01.01.2022” is “since 2022”."""
    return _LAST_DAY.sub(_by_year, _FIRST_DAY.sub(_by_year, plain))


def _by_year(found: re.Match[str]) -> str:
    return f"{found[1]} {next(filter(None, found.groups()[1:]))}"


def _years(plain: str) -> Iterator[Bound]:
    year = rf"(?P<number>{_YEAR})"
    also = rf"(?P<also>{_YEAR})\s{_AND_OR}"
    patterns = {
        "at_least": rf"{any_word('years.since')}\s{year}(?!\s(?:{any_word('to')}|-))(?:\s{any_word('on', 'years.later')})?"
        rf"|{also}\s{any_word('years.later')}",
        "above": rf"{any_word('years.after')}\s{year}",
        "below": rf"{any_word('years.before')}\s{year}",
        "at_most": rf"{any_word('years.until')}\s{year}|{also}\s{any_word('years.earlier')}",
    }
    for found in re.finditer(rf"{any_word('between', 'from')}\s(?P<low>{_YEAR})\s{_AND_TO}\s(?P<high>{_YEAR})", plain):
        yield _bound("year", {"at_least": found["low"], "at_most": found["high"]}, found[0])
    for found in re.finditer(
        rf"(?<!\w)(?:{any_word('years.within')})\s(?P<year>{_YEAR})(?!\s?(?:-|–|{any_word('to', 'or', 'and')}))\b", plain
    ):
        yield _bound("year", {"at_least": found["year"], "at_most": found["year"]}, found[0])
    for name, pattern in patterns.items():
        for found in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", plain):
            if not re.search(rf"{_YEAR}\s{_AND_TO}\s$|{_FROM}\s{_YEAR}\s$", plain[: found.start()] + " "):
                yield _bound("year", {name: found.groupdict().get("number") or found["also"]}, found[0])


def _bound(kind: Kind, given: dict[str, str], words: str, unit: str | None = "") -> Bound:
    numbers = {name: float(number.replace(",", ".")) for name, number in given.items()}
    return Bound(kind, Range.model_validate(numbers), words.strip(), (unit or "").strip())
