"""How long a request says that it may take: “8 minutes”, “twenty minutes”, “anderthalb Stunden”, “90 seconds”."""

from __future__ import annotations

import re

from jupyter_clinagent.lang.grammar import any_of, any_word, words_in

_SHARES = {"one": 1.0, "half": 0.5, "quarter": 0.25, "three_quarters": 0.75, "one_and_a_half": 1.5, "two_and_a_half": 2.5}
_NUMBERS = {word: share for name, share in _SHARES.items() for word in words_in(f"durations.{name}")}
_WHOLE = {word: float(minutes) for minutes in (45, 15) for word in words_in(f"durations.of_{minutes}_minutes")}
_MINUTES_OF = {"second": 1 / 60, "minute": 1.0, "hour": 60.0}
_WORDS, _SECOND = any_of(_NUMBERS).replace(r"\ ", r"[\s-]"), any_word("units.second")
_TIME = re.compile(
    rf"""(?:(?P<digits>\d+(?:[.,]\d+)?)\s*-?\s* | \b(?P<words>{_WORDS})[\s-]+(?!{_SECOND}) )   # “a second opinion” is no time
    (?:{any_word("durations.more")}\s+)?
    (?:(?P<second>{_SECOND})|(?P<minute>{any_word("units.minute")})|(?P<hour>{any_word("units.hour")}))\b
    (?P<half>\s+{any_word("durations.and_a_half")})?""",
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
        unit = next(minutes for name, minutes in _MINUTES_OF.items() if found[name])
        return round((number + (0.5 if found["half"] else 0)) * unit, 4) or None
    return next((minutes for word, minutes in _WHOLE.items() if word in plain), None)


def _spoken(words: str) -> float:
    return float(_NUMBERS[re.sub(r"[\s-]", " ", words)])
