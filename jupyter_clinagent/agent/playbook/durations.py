"""How long a request says that it may take: “8 minutes”, “twenty minutes”, “anderthalb Stunden”, “90 seconds”."""

from __future__ import annotations

import re

_NUMBERS = {
    "one": 1, "a": 1, "an": 1, "half an": 0.5, "half a": 0.5, "a quarter of an": 0.25, "quarter of an": 0.25,
    "3 quarters of an": 0.75, "one and a half": 1.5, "2 and a half": 2.5,
    "eine": 1, "einer": 1, "einem": 1, "ein": 1, "halbe": 0.5, "halben": 0.5, "anderthalb": 1.5, "eineinhalb": 1.5,
    "zweieinhalb": 2.5,
}  # fmt: skip
"""What a normalised text still has in words."""
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
