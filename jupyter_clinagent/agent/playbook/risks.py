"""Which mistake a request calls worse, for which finding, and which number it wants held."""

from __future__ import annotations

import re
from typing import NamedTuple

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import contains, first_position
from jupyter_clinagent.lang.grammar import any_word

_PERCENTS = any_word("percent")
_NUMBER = rf"(\d+(?:[.,]\d+)?|[.]\d+)\s*{_PERCENTS}?"
_RATE = rf"({any_word('rates.sensitivity', 'rates.specificity')})\b"
_AT_MOST = any_word("amounts.at_most", "rates.fewer")
_TARGET = re.compile(
    rf"""{_NUMBER}\s*{_RATE}
    | {_RATE}\s*(?:{any_word("of", "from", "at", "to", "on", "is")}|{any_word("amounts.above", "amounts.at_least")}
    |=|>=|≥|>|:|\s)*{_NUMBER}""",
    re.VERBOSE,
)
_CAUGHT = re.compile(
    rf"""\b{any_word("rates.catch")}\b[^.;]{{0,25}}?\b
    ([5-9]\d(?:[.,]\d+)?)\s*{_PERCENTS}\s*{any_word("of")}\b""",
    re.VERBOSE,
)
_MISSED = re.compile(
    rf"""\b{any_word("rates.miss")}\b[^.;]{{0,15}}?{_AT_MOST}\s*(\d+(?:[.,]\d+)?)\s*{_PERCENTS}
    | {_AT_MOST}\s*(\d+(?:[.,]\d+)?)\s*{_PERCENTS}[^.;]{{0,40}}?\b{any_word("rates.missed")}""",
    re.VERBOSE,
)
_KIND, _PERCENT = re.compile(_RATE), re.compile(rf"(?P<number>\d+(?:[.,]\d+)?)\s*{_PERCENTS}")
_FAR = 60
"""Letters between a rate's name and its number: “sensitivity for small nodules of at least 95 %”."""
_WORSE = re.compile(
    rf"\b({any_word('risks.worse')}|hurts?\b[^.;]*\bmore)\b",
)
_MILDER = re.compile(
    rf"\b({any_word('risks.milder')})\b",
)
_RATHER = re.compile(rf"\b{any_word('risks.rather')}\b.*?\b{any_word('than')}\b(.*)")
"""“Rather A than B”: B is what must not happen."""
_BLANKS = re.compile(
    r"""\bmissing\ (?=(?:entr|value|cell|field|label|data)
        |(?:means|=|counts\ as)\ (?:no|not|neg\w*|absent|normal|0|yes|pos\w*|present|1)\b)""",
    re.VERBOSE,
)
_SENTENCES = re.compile(r"[.;!?\n](?=\s|$)")


def without_blanks(plain: str) -> str:
    """A normalised text in which entries that are missing are called blank: nobody misses a finding there.

    Examples
    --------
    >>> without_blanks("missing entries mean no; missing a fracture is worse")
    'blank entries mean no; missing a fracture is worse'
    """
    return _BLANKS.sub("blank ", plain)


def worse_mistake(plain: str) -> str | None:
    """``sensitivity`` where a miss is worse, ``specificity`` where a false alarm is. In “A is worse than B”, it is A;
    “A is less bad than B” turns it round.
    """
    return next((kind for sentence in _SENTENCES.split(plain) if (kind := _worse_in(sentence)) is not None), None)


def is_called_worse(plain: str) -> bool:
    """Whether a normalised text calls anything worse."""
    return bool(_WORSE.search(plain))


def _worse_in(sentence: str) -> str | None:
    if contains(sentence, known.PHRASES["cautious"]):
        return "sensitivity"
    dreaded = _RATHER.search(sentence)
    for part in (dreaded[1] if dreaded else "", sentence):
        miss, alarm = first_position(part, known.PHRASES["miss"]), first_position(part, known.PHRASES["false_alarm"])
        if miss is None and alarm is None:
            continue
        if part is not sentence and (miss is None or alarm is None):
            return "sensitivity" if alarm is None else "specificity"
        return _turned(sentence, miss, alarm)
    return None


def _turned(sentence: str, miss: int | None, alarm: int | None) -> str:
    """The mistake mentioned first, or the other one where it is called the milder."""
    first_is_miss = alarm is None or (miss is not None and miss < alarm)
    milder = bool(_MILDER.search(sentence)) and not _WORSE.search(sentence)
    return "sensitivity" if first_is_miss != milder else "specificity"


class Rate(NamedTuple):
    """A number that a text wants held, and where it says so."""

    kind: str | None
    """``sensitivity`` or ``specificity``; None where the number stands without."""
    share: float | None
    """None where no threshold can hold it: “100 % sensitivity”."""
    start: int
    end: int


def rates_in(plain: str) -> list[Rate]:
    """Every rate that a normalised sentence names a number for, and the percentages that stand without a rate, in their order.

    Examples
    --------
    >>> [(rate.kind, rate.share) for rate in rates_in("95 % sensitivity for nodule, specificity for edema of 90 %")]
    [('sensitivity', 0.95), ('specificity', 0.9)]
    """
    found = [_caught(one) for one in _CAUGHT.finditer(plain)] + [_missed(one) for one in _MISSED.finditer(plain)]
    found += [rate for one in _TARGET.finditer(plain) if _is_free(rate := _told(one), found)]
    kinds = [one for one in _KIND.finditer(plain) if _is_free(Rate(None, None, *one.span()), found)]
    for one in _PERCENT.finditer(plain):
        alone = Rate(None, _share(_number(one["number"])), *one.span())
        if _is_free(alone, found):
            found.append(_with_kind(alone, kinds, found))
    return sorted(found, key=lambda rate: rate.start)


def _caught(found: re.Match[str]) -> Rate:
    return Rate("sensitivity", _share(_number(found[1])), found.start(), found.end() - len(found[0].split()[-1]))


def _missed(found: re.Match[str]) -> Rate:
    return Rate("sensitivity", _share(100 - _number(found[1] or found[2])), *found.span())


def _told(found: re.Match[str]) -> Rate:
    return Rate(_kind(found[2] or found[3]), _share(_number(found[1] or found[4])), *found.span())


def _with_kind(alone: Rate, kinds: list[re.Match[str]], others: list[Rate]) -> Rate:
    """A percentage with the rate that is named shortly before it, where no other number stands between."""
    before = [one for one in kinds if one.end() <= alone.start <= one.end() + _FAR]
    if not before:
        return alone
    whole = alone._replace(kind=_kind(before[-1][0]), start=before[-1].start())
    return whole if _is_free(whole, others) else alone


def _is_free(rate: Rate, others: list[Rate]) -> bool:
    return not any(rate.start < other.end and other.start < rate.end for other in others)


def _kind(word: str) -> str:
    return "specificity" if re.match(any_word("rates.specificity"), word) else "sensitivity"


def _share(number: float) -> float | None:
    share = number / 100 if number > 1 else number
    return round(share, 4) if 0 < share < 1 else None


def rate_wanted(plain: str) -> tuple[str | None, float | None]:
    """The rate that a number is named for, and the number as a share."""
    if found := _CAUGHT.search(plain):
        return "sensitivity", round(_number(found[1]) / 100, 4)
    if found := _MISSED.search(plain):
        return "sensitivity", round(1 - _number(found[1] or found[2]) / 100, 4)
    found = _TARGET.search(plain)
    if not found:
        return None, None
    return _told(found)[:2]


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def risk_concepts(mentioned: tuple[str, ...]) -> tuple[str, ...]:
    """Findings that a mistake is about: diseases where any is among them (“rather biopsy a mole than miss a melanoma”)."""
    ill = tuple(name for name in mentioned if known.KIND.get(name, "disease") == "disease")
    return ill or mentioned
