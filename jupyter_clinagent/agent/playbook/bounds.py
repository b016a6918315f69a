"""Bounds on ages, sizes and years in a sentence: “patients over 60”, “lesions larger than 10 mm”, “2019 and later”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jupyter_clinagent.contracts import Range

Kind = Literal["age", "size", "year"]


@dataclass(frozen=True)
class Bound:
    """A range with the words that say it; ``unit`` as it was said, empty where none was."""

    kind: Kind
    range: Range
    words: str
    unit: str = ""


_OPERATORS = {
    "above": r"over|above|(?:more|greater|older|larger|bigger|longer|thicker) than|exceeding|>|ueber"
    r"|(?:mehr|aelter|groesser|laenger|dicker) als",
    "below": r"under(?: the age of)?|below|(?:less|younger|smaller|shorter|thinner) than|<|unter"
    r"|(?:weniger|juenger|kleiner|kuerzer|duenner) als",
    "at_least": r"at least|>=|≥|from|mindestens|ab|no less than|aged from"
    r"|(?:not|nicht) (?:under|below|younger than|unter|juenger als)",
    "at_most": r"at most|<=|≤|up to|hoechstens|maximal|bis(?: zu)?|no more than"
    r"|(?:not|nicht) (?:over|above|older than|ueber|aelter als)",
}
_AFTER = {
    "at_least": r"(?:and|or|und|oder) (?:older|above|over|more|up|larger|bigger|aelter|darueber|mehr|groesser)|plus|\+",
    "at_most": r"(?:and|or|und|oder) (?:younger|below|under|less|smaller|juenger|darunter|weniger|kleiner)",
}
PEOPLE = (
    r"patient\w*|women|men|girls|boys|males?|females?|adults|child(?:ren)?|kids|people|persons?|subjects|those|aged?|frauen|maenner\w*"
    r"|maedchen|jungen|personen|kinder\w*|erwachsene\w*|alter|everyone|leuten?|menschen"
)
"""A pattern for words for people."""
_WHO = rf"(?P<who>\b(?:{PEOPLE})(?:\s(?:is|are|ist|who are|im alter|of age|aged|all))?\s)?"
_YEARS = (
    r"(?:years?(?: old| of age)?|yrs?|y\.?o\.?|jahren?(?: alt)?|year-olds?|jaehrige\w*|months?(?: old)?|monaten?"
    r"|weeks? old|wochen alt|days? old|tage alt)"
)
_LENGTHS = r"(?:mm|cm|ml|millimet\w+|[cz]entimet\w+)(?:²|2|\^2)?"
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
    found = [*_ages(plain), *_sizes(plain), *_years(plain)]
    return [one for one in found if not any(one.words != other.words and one.words in other.words for other in found)]


# ------------------------------------------------------------------ ages
def _ages(plain: str) -> Iterator[Bound]:
    between = rf"(?:between|zwischen|aged?|from|von)\s(?P<low>\d+)\s(?:and|to|und|bis|-)\s(?P<high>\d+)\s?(?P<unit>{_YEARS})?\b"
    for found in re.finditer(between, plain):
        if found["unit"] or re.search(rf"\b(?:{PEOPLE})(?:\s\w+)?\s$", plain[: found.start()]) or found[0].startswith("age"):
            yield _bound("age", {"at_least": found["low"], "at_most": found["high"]}, found[0], found["unit"])
    ages = r"(?P<low>\d{1,3})\s?(?:to|bis|-|–|and|und)\s?(?P<high>\d{1,3})"
    together = rf"\b(?:{PEOPLE})(?:\s(?:aged|from|of|von|zwischen|between))?\s(?P<words>{ages})\b"
    for found in re.finditer(rf"{together}(?!\s?(?:%|\w*percent|prozent|{_LENGTHS}))", plain):
        yield _bound("age", {"at_least": found["low"], "at_most": found["high"]}, found["words"])
    for name, phrases in _OPERATORS.items():
        said = rf"(?P<said>(?<!\w)(?:{phrases})\s?{_NUMBER}(?:[\s-]?(?P<unit>{_YEARS}))?)"
        for found in re.finditer(rf"{_WHO}{said}(?!\s?(?:%|\w*percent|prozent|{_LENGTHS}|°|degree|grad)|\d)", plain):
            sure = found["unit"] or found["who"] or re.match("older|younger|aelter|juenger|under the age", found["said"])
            if sure and not re.fullmatch(_YEAR, found["number"]):
                yield _bound("age", {name: found["number"]}, found["said"], found["unit"])
    for name, phrases in _AFTER.items():
        for found in re.finditer(rf"\b{_NUMBER}[\s-](?:(?P<unit>{_YEARS})\s)?(?:{phrases})(?!\w)", plain):
            old = found["unit"] or re.search("older|younger|aelter|juenger", found[0])
            if old and not re.fullmatch(_YEAR, found["number"]):
                yield _bound("age", {name: found["number"]}, found[0], found["unit"])


# ------------------------------------------------------------------ sizes
def _sizes(plain: str) -> Iterator[Bound]:
    for name, phrases in _OPERATORS.items():
        for found in re.finditer(rf"(?<!\w)(?:{phrases})\s?{_NUMBER}\s?(?P<unit>{_LENGTHS})", plain):
            yield _bound("size", {name: found["number"]}, found[0], found["unit"])


# ------------------------------------------------------------------ any number
_NO_BOUND = (
    r"%|\w*percent|prozent|sec|sek|min|hour|h\b|stund|std|class|klass|image|bild|film|photo|foto|epoch|times|mal\b|fold|x\b|model"
    r"|experiment|reader|patient|case|fall|faelle|lesion|cell|to\b|bis\b|-"
)
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
        after = "|after|later than|nach" if name == "above" else "|before|vor" if name == "below" else ""
        of = r"(?:(?P<of>[^\W\d]\w*)\s(?:is |are |ist |of |von )?)?"
        said = rf"{of}(?<!\w)(?:{phrases}{after})\s?{_NUMBER}(?![.,]?\d)(?!\s?(?:{_NO_BOUND}))"
        found += [_bound("size", {name: one["number"]}, one[0], one["of"]) for one in re.finditer(said, plain)]
    between = rf"\b(?:between|zwischen)\s(?P<low>\d+)\s(?:and|und|to|bis)\s(?P<high>\d+)(?![.,]?\d)(?!\s?(?:{_NO_BOUND}))"
    found += [_bound("size", {"at_least": one["low"], "at_most": one["high"]}, one[0]) for one in re.finditer(between, plain)]
    return [one for one in found if not re.search(rf"{_YEAR}$", one.words)]


# ------------------------------------------------------------------ years
def _years(plain: str) -> Iterator[Bound]:
    year = rf"(?P<number>{_YEAR})"
    also = rf"(?P<also>{_YEAR})\s(?:and|or|und|oder)"
    patterns = {
        "at_least": rf"(?:since|from|starting|ab|seit)\s{year}(?!\s(?:to|bis|-))(?:\son(?:wards?)?)?"
        rf"|{also}\s(?:later|newer|after|onwards?|spaeter|neuer|danach)",
        "above": rf"(?:after|later than|nach)\s{year}",
        "below": rf"(?:before|earlier than|prior to|vor)\s{year}",
        "at_most": rf"(?:until|till|up to|bis)\s{year}|{also}\s(?:earlier|before|older|frueher|vorher)",
    }
    for found in re.finditer(rf"(?:between|from|zwischen|von)\s(?P<low>{_YEAR})\s(?:and|to|und|bis|-)\s(?P<high>{_YEAR})", plain):
        yield _bound("year", {"at_least": found["low"], "at_most": found["high"]}, found[0])
    for name, pattern in patterns.items():
        for found in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", plain):
            if not re.search(rf"{_YEAR}\s(?:and|to|und|bis|-)\s$|(?:from|von)\s{_YEAR}\s$", plain[: found.start()] + " "):
                yield _bound("year", {name: found.groupdict().get("number") or found["also"]}, found[0])


def _bound(kind: Kind, given: dict[str, str], words: str, unit: str | None = "") -> Bound:
    numbers = {name: float(number.replace(",", ".")) for name, number in given.items()}
    return Bound(kind, Range.model_validate(numbers), words.strip(), (unit or "").strip())
