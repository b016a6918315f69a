"""Which rate the threshold of each finding holds, by the clause of a request that names the finding.

A number belongs to the findings behind it (“95 % sensitivity for nodule”), else to those before it (“nodule: 95 % sensitivity”).
A sentence in which that is not certain is taken for nothing at all, and the card quotes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import DEFAULT_RATE
from jupyter_clinagent.agent.playbook.risks import Rate, is_called_worse, rates_in, without_blanks, worse_mistake
from jupyter_clinagent.agent.playbook.wording import contains, normalise, normalised
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks.findings.naming import concept_words, is_bare, named

_SENTENCES = re.compile(r"[.;!?\n](?=\s|$)")
_PARTS = re.compile(rf",(?=\s|$)|:|\s[-–—]\s|\b{any_word('and', 'but', 'while')}\b")
_ALL = re.compile(rf"\b{any_word('all', 'every', 'any')}\b")
_REST = re.compile(rf"\b{any_word('rest')}\b")
_EXCEPT = re.compile(
    rf"\b(?:{any_word('all', 'every')}(?: \w+){{0,2}} but"
    rf"|{any_word('setting_aside.except', 'setting_aside.other_than', 'without')})\b"
)
_NOT = re.compile(rf"(?:\b{any_word('not', 'no', 'never')}|n't)\b")
_LINKED = re.compile(rf"^[\s,:]*(?:\w+ ){{0,2}}?({any_word('rates.linked')})\b")
_OBJECT = normalised("rates.whose")
"""What stands behind these is what the number is for, known or not."""
_NO_OBJECT = re.compile(rf"^\s*(?:{any_word('the', 'these', 'my', 'a')} )?{any_word('rates.no_object')}\b")
_THEM = re.compile(rf"^\s*{any_word('them')}\b")
_THAN = re.compile(rf"\b{any_word('than')}\b")
_RESPECTIVELY = re.compile(rf"\b{any_word('rates.respectively')}\b")

Held = dict[str, tuple[str, float]]
"""The kind of rate, and the rate, by finding."""


class Wanted(NamedTuple):
    """What the thresholds hold, and the sentences of which it can't be told for which finding they are."""

    held: Held
    unread: list[str]


class _Unclear(Exception):
    """It can't be told for which finding a sentence names its rate."""


class _Claim(NamedTuple):
    """A rate for these findings: None where none are named, ``rest`` for those that nothing else is said of."""

    kind: str
    share: float | None
    names: list[str] | None
    rest: bool = False


def rates_wanted(texts: Sequence[str], names: Sequence[str]) -> Wanted:
    """What each of these findings' thresholds holds; what a later text says replaces what an earlier one said of a finding.

    Examples
    --------
    >>> rates_wanted(["95 % sensitivity for nodule, 90 % specificity for edema"], ["nodule", "edema", "mass"])
    Wanted(held={'nodule': ('sensitivity', 0.95), 'edema': ('specificity', 0.9)}, unread=[])
    """
    held, unread = Held(), list[str]()
    for text in texts:
        numbers, mistakes, doubtful = _claims(text, names)
        unread = doubtful if numbers or mistakes or doubtful else unread
        held = _with_numbers(held, numbers, mistakes, names)
        held = _with_mistakes(held, numbers, mistakes, names)
    return Wanted({name: held[name] for name in names if name in held}, unread)


def _claims(text: str, names: Sequence[str]) -> tuple[list[_Claim], list[_Claim], list[str]]:
    """Numbers, mistakes that are called worse, and sentences that are not certain."""
    numbers, mistakes, unread, before = list[_Claim](), list[_Claim](), list[str](), ""
    for sentence in filter(None, map(str.strip, _SENTENCES.split(text))):
        plain = without_blanks(normalise(sentence).replace("’", "'"))
        try:
            told, rest = _numbers(plain, before, names)
            worse = _mistakes(rest, names)
            _refuse_two_rates([*told, *worse])
            numbers, mistakes = numbers + told, mistakes + worse
        except _Unclear:
            unread.append(sentence)
        before = f"{before} . {plain}"
    return numbers, mistakes, unread


def _refuse_two_rates(claims: Sequence[_Claim]) -> None:
    """A threshold holds one rate, and a claim that names nothing beside one that does may mean either."""
    every = [name for claim in claims for name in claim.names or []]
    loose = [claim for claim in claims if claim.names is None and not claim.rest]
    if len(every) > len(set(every)) or len(loose) > 1 or (loose and every):
        raise _Unclear


# ------------------------------------------------------------------ what is claimed, together
def _with_numbers(held: Held, numbers: Sequence[_Claim], mistakes: Sequence[_Claim], names: Sequence[str]) -> Held:
    """A number without findings is for those whose mistakes of that kind are named, else for all."""
    new = {name: (one.kind, one.share) for one in numbers for name in one.names or [] if one.share}
    for one in numbers:
        if one.names is None and one.share:
            dreaded = [name for other in mistakes if other.kind == one.kind for name in other.names or []]
            dreaded = dreaded or [name for name, (kind, _) in held.items() if kind == one.kind]
            meant = names if one.rest or not dreaded else dreaded
            new = dict.fromkeys(meant, (one.kind, one.share)) | new
    return held | new


def _with_mistakes(held: Held, numbers: Sequence[_Claim], mistakes: Sequence[_Claim], names: Sequence[str]) -> Held:
    """Worse mistakes without a number; of a mistake that names no finding, a number beside it says for which."""
    told = {name for one in numbers for name in (names if one.names is None and one.rest else one.names or [])}
    loose = {one.kind for one in numbers if one.names is None}
    new, general = Held(), list[_Claim]()
    for one in mistakes:
        new |= {name: (one.kind, DEFAULT_RATE) for name in one.names or [] if name not in told and one.kind not in loose}
        general += [one] if one.names is None and one.kind not in {number.kind for number in numbers} else []
    for one in general[:1]:
        new = {name: (one.kind, DEFAULT_RATE) for name in names if name not in told} | new
    return held | new


# ------------------------------------------------------------------ numbers
def _numbers(plain: str, before: str, names: Sequence[str]) -> tuple[list[_Claim], str]:
    """The rates of a sentence with their findings, and the text that speaks of none of them."""
    rates = _with_kinds(rates_in(plain))
    if not rates:
        return [], plain
    if _RESPECTIVELY.search(plain):
        raise _Unclear
    gaps = _gaps(plain, rates)
    backwards = is_bare(_PARTS.split(gaps[0])[-1], names) and not _spoken(gaps[-1], names)
    behind = [not backwards and _is_for(gap, names) for gap in gaps[1:]]
    within = [bool(_spoken(plain[rate.start : rate.end], names)) for rate in rates]
    loose = [_opening(gaps[0], names)] if behind[0] or within[0] else []
    own = [one or other for one, other in zip(behind, within, strict=True)]
    texts = [
        plain[rate.start : rate.end]
        if within[at]
        else _behind(gaps[at + 1], names, own[at + 1 : at + 2])
        if behind[at]
        else _before(gaps[at], gaps[at + 1], names, behind[at - 1 : at] if at else [], behind[at + 1 : at + 2])
        for at, rate in enumerate(rates)
    ]
    claims = [_claim(rate, text, before, names) for rate, text in zip(rates, texts, strict=True)]
    return claims, " , ".join([*loose, *_after_list(gaps[-1], names)])


def _with_kinds(rates: list[Rate]) -> list[Rate]:
    """“95 % sensitivity for nodule and 90 % for edema” means the same rate twice; percentages of something else are no rates."""
    if all(rate.kind is None for rate in rates):
        return []
    if rates[0].kind is None or any(rate.share is None for rate in rates):
        raise _Unclear
    kinds = [rates[0].kind]
    for rate in rates[1:]:
        kinds.append(rate.kind or kinds[-1])
    return [rate._replace(kind=kind) for rate, kind in zip(rates, kinds, strict=True)]


def _gaps(plain: str, rates: Sequence[Rate]) -> list[str]:
    """What stands before, between and behind the rates."""
    ends = [0, *(rate.end for rate in rates)]
    return [plain[start:end] for start, end in zip(ends, [*(rate.start for rate in rates), len(plain)], strict=True)]


def _is_for(gap: str, names: Sequence[str]) -> bool:
    """Whether what stands behind a rate says for what it is."""
    linked = _LINKED.match(gap)
    if not linked:
        return False
    rest = gap[linked.end() :]
    first = _PARTS.split(rest)[0]
    return bool(_spoken(first, names) or _ALL.search(first) or _REST.search(first) or _EXCEPT.search(first)) or (
        linked[1] in _OBJECT and not _NO_OBJECT.match(rest)
    )


def _behind(gap: str, names: Sequence[str], following: Sequence[bool]) -> str:
    """The words behind a rate that say for which findings it is; ``following``: whether the next rate has its own."""
    other = any(_spoken(text, names) for text in _after_list(gap, names))
    backwards = bool(following) and not following[0]
    return _shared(gap, names) if backwards and _spoken(gap, names) and not other else _list_of(gap, names)


def _before(gap: str, after: str, names: Sequence[str], previous: Sequence[bool], following: Sequence[bool]) -> str:
    """The same of a rate that nothing behind it is linked to; the others are those beside it that findings stand behind."""
    if any(previous):
        return _left_for_next(gap, names)
    if not following and _spoken(after.split(":")[0], names) and not _has_mistake(after):
        if _spoken(gap, names):
            raise _Unclear
        return _list_of(after, names)
    if any(following) and _spoken(after, names):
        raise _Unclear
    return gap


def _shared(gap: str, names: Sequence[str]) -> str:
    """The first of two things between a rate that is followed by its findings and one that follows them."""
    parts = [part for part in _PARTS.split(gap) if part.strip()]
    if len([part for part in parts if _spoken(part, names)]) > 2:
        raise _Unclear
    return parts[0]


def _left_for_next(gap: str, names: Sequence[str]) -> str:
    """What stands before a rate and behind the findings of another one."""
    parts = [part for part in _PARTS.split(gap)[1:] if _spoken(part, names) or _ALL.search(part) or _REST.search(part)]
    if len(parts) != 1:
        raise _Unclear
    return parts[0]


def _opening(gap: str, names: Sequence[str]) -> str:
    """Before a rate that says for itself what it is for: a list of findings alone would be for it, too."""
    if is_bare(gap, names):
        raise _Unclear
    return gap


def _list_of(gap: str, names: Sequence[str]) -> str:
    """The findings right behind a rate: the first part, and those that are nothing but findings."""
    cut = _end_of_list(gap, names)
    return gap[:cut]


def _after_list(gap: str, names: Sequence[str]) -> list[str]:
    return [gap[_end_of_list(gap, names) :]]


def _end_of_list(gap: str, names: Sequence[str]) -> int:
    """Where something else begins behind a list of findings; “but” and “not” go on about it."""
    breaks = [
        one.start()
        for one in _PARTS.finditer(gap)
        if gap[: one.start()].strip(" ,:") and not _EXCEPT.search(gap[: one.end()][-20:])
    ]
    for start, end in pairwise([*breaks, len(gap)]):
        part = _PARTS.sub("", gap[start:end], count=1)
        goes_on = not part.strip() or is_bare(part, names) or (_NOT.search(part) and not _has_mistake(part))
        if not goes_on:
            return start
    return len(gap)


def _claim(rate: Rate, text: str, before: str, names: Sequence[str]) -> _Claim:
    kind = rate.kind or "sensitivity"
    found, rest = _scope(text, names)
    linked = _LINKED.match(text)
    if found is None and not rest and linked and linked[1] in _OBJECT and not _NO_OBJECT.match(text[linked.end() :]):
        spoken = _spoken(before, names)
        if not _THEM.match(text[linked.end() :]) or (spoken and len(spoken) < len(names)):
            raise _Unclear
    return _Claim(kind, rate.share, found, rest)


# ------------------------------------------------------------------ findings that a text speaks of
def _scope(text: str, names: Sequence[str]) -> tuple[list[str] | None, bool]:
    """Findings of which a text speaks, None for none; and whether it means those of which nothing else is said."""
    found = _EXCEPT.search(text) or _NOT.search(text)
    if found is None:
        spoken = _spoken(text, names)
        rest = bool(_REST.search(text)) and not spoken
        every = bool(_ALL.search(text)) and not rest and (not spoken or bool(_LINKED.match(text)))
        return (list(names) if every else spoken or None), rest
    out, inside = _spoken(text[found.end() :], names), _spoken(text[: found.start()], names)
    if not out:
        return (inside or None), False
    if not inside and not _EXCEPT.search(text) and not _ALL.search(text[: found.start()]):
        raise _Unclear
    return [name for name in inside or names if name not in out], False


def _spoken(text: str, names: Sequence[str]) -> list[str]:
    """By their names, or by another word for the concept that a name stands for."""
    own = named(text, names) if text.strip() else []
    return [name for name in names if name in own or contains(text, concept_words(name))]


# ------------------------------------------------------------------ mistakes
def _has_mistake(text: str) -> bool:
    return contains(text, [*known.PHRASES["miss"], *known.PHRASES["false_alarm"]])


def _mistakes(plain: str, names: Sequence[str]) -> list[_Claim]:
    """Which mistakes a sentence calls worse, each for the findings of its own clause."""
    claims = []
    for statement in _statements(plain, names):
        kind = worse_mistake(statement)
        if kind is not None:
            found, rest = _scope(_without_plea(_worse_side(statement, kind, names), names), names)
            claims.append(_Claim(kind, None, found, rest))
    return claims


def _without_plea(text: str, names: Sequence[str]) -> str:
    """“Do not miss a nodule” takes no finding from those that it names."""
    found = _NOT.search(text)
    return _NOT.sub(" ", text, count=1) if found and not _spoken(text[: found.start()], names) else text


def _statements(plain: str, names: Sequence[str]) -> list[str]:
    """A sentence, parted where it goes on to a mistake of another finding, or calls another one worse."""
    statements, start = list[str](), 0
    for one in _PARTS.finditer(plain):
        part = _PARTS.split(plain[one.end() :])[0]
        if _has_mistake(plain[start : one.start()]) and _opens(part, names):
            statements, start = [*statements, plain[start : one.start()]], one.end()
    return [*statements, plain[start:]]


def _opens(part: str, names: Sequence[str]) -> bool:
    """Whether a part makes a statement of its own; “effusion is worse than a false alarm” goes on with one."""
    first = _THAN.split(part)[0]
    return _has_mistake(first) and bool(_spoken(first, names) or _REST.search(first) or is_called_worse(part))


def _worse_side(statement: str, kind: str, names: Sequence[str]) -> str:
    """Of “A is worse than B” the one that is worse, where it names findings."""
    phrases = known.PHRASES["miss" if kind == "sensitivity" else "false_alarm"]
    sides = [side for side in _THAN.split(statement) if contains(side, phrases) and _spoken(side, names)]
    return sides[0] if sides else statement
