"""How long a request says that it may take: “8 minutes”, “twenty minutes”, “anderthalb Stunden”, “90 seconds”."""

from __future__ import annotations

import re

_NUMBERS = {
    "one": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty five": 25, "thirty": 30, "forty": 40, "forty five": 45,
    "fifty": 50, "sixty": 60, "ninety": 90, "half an": 0.5, "half a": 0.5, "a quarter of an": 0.25, "quarter of an": 0.25,
    "three quarters of an": 0.75, "one and a half": 1.5, "two and a half": 2.5,
    "eine": 1, "einer": 1, "einem": 1, "ein": 1, "zwei": 2, "drei": 3, "vier": 4, "fuenf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "elf": 11, "zwoelf": 12, "fuenfzehn": 15, "zwanzig": 20, "fuenfundzwanzig": 25, "dreissig": 30,
    "vierzig": 40, "fuenfundvierzig": 45, "fuenfzig": 50, "sechzig": 60, "neunzig": 90, "halbe": 0.5, "halben": 0.5,
    "anderthalb": 1.5, "eineinhalb": 1.5, "zweieinhalb": 2.5,
}  # fmt: skip
_WHOLE = {"dreiviertelstunde": 45.0, "viertelstunde": 15.0}
_MINUTES_OF = {"s": 1 / 60, "m": 1.0, "h": 60.0}
_WORDS = "|".join(re.escape(word).replace(r"\ ", r"[\s-]") for word in sorted(_NUMBERS, key=len, reverse=True))
_TIME = re.compile(
    rf"""(?:(?P<digits>\d+(?:[.,]\d+)?)\s*-?\s* | \b(?P<words>{_WORDS})[\s-]+(?!sec|sek) )   # “a second opinion” is no time
    (?:(?:more|further|extra|weitere[nr]?|zusaetzliche[nr]?)\s+)?
    (?P<unit>seconds?|secs?|sekunden?|sek|minutes?|mins?|minuten?|min|hours?|hrs?|h|stunden?|std)\b
    (?P<half>\s+and\s+a\s+half)?""",
    re.VERBOSE,
)


def read_minutes(plain: str) -> float | None:
    """Minutes that a normalised request names; None where it names none.

    Examples
    --------
    >>> read_minutes("melanoma versus nevus in an hour and a half")
    90.0
    """
    if found := _TIME.search(plain):
        number = float(found["digits"].replace(",", ".")) if found["digits"] else _spoken(found["words"])
        unit = _MINUTES_OF["h" if found["unit"].startswith(("h", "st")) else found["unit"][0]]
        return round((number + (0.5 if found["half"] else 0)) * unit, 4) or None
    return next((minutes for word, minutes in _WHOLE.items() if word in plain), None)


def _spoken(words: str) -> float:
    return float(_NUMBERS[re.sub(r"[\s-]", " ", words)])
