"""The sensible readings of what a request wants told apart, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.drafting import concept_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.naming import Named, is_negated
from jupyter_clinagent.agent.playbook.polarity import REST, Health, health_of, says_no, says_yes
from jupyter_clinagent.agent.playbook.unread import AGAINST, EITHER, FROM
from jupyter_clinagent.agent.playbook.wording import contains, first_position, label_key, normalise, tokens
from jupyter_clinagent.lang.grammar import words_in

MALIGNANT = "malignant"
Classes = dict[str, list[str]]
_YES_OR_NO = words_in("yes_or_no", "whether")
_LEVEL = re.compile(r"[a-z]{0,2}\d{1,2}[a-d]?|[ivx]+[a-d]?")
"""Of these two may be named for the line between them and the others."""


@dataclass(frozen=True)
class Reading:
    """Classes with their values, and how a clinician would say them."""

    text: str
    classes: Classes


def readings_of(intent: Intent, named: Sequence[Named], values: Sequence[str], unread: Sequence[str]) -> list[Reading]:
    """One reading where the request is plain; several where it has to be asked.

    Parameters
    ----------
    named
        What the request names, each with values.
    values
        The column's values, without those that it leaves out.
    unread
        Words that stand where a class is named and that are not understood.
    """
    named = _with_benign(intent, named, values)
    others = [v for v in values if not any(v in n.values for n in named)]
    if len(named) == 1:
        return _of_one(intent, named[0], others, unread)
    if others and intent.versus_rest and not any(label_key(n.name) == REST for n in named):  # a value may be called so
        at = first_position(intent.naming, known.PHRASES["rest"]) or 0
        named, others = [*named, Named(REST, others, at)], []
    if parted := _in_two_parts(intent.naming, named):
        return parted
    plain = _each(named, others)
    if others and len(named) > 1 and (together := _either(intent, named, others)):
        return [together] if contains(intent.naming, _YES_OR_NO) else [plain, together]
    if wider := _with_doubtful(named, others):
        return [_each(wider, [v for v in others if not any(v in n.values for n in wider)]), plain]
    if (kinds := _other_kinds(intent, named, others)) and len(named) > 1:
        return [_each(kinds, [v for v in others if not any(v in n.values for n in kinds)]), plain]
    return _distinct(plain, _each([*named, Named(REST, others, 0)]), each_value(values)) if unread and others else [plain]


def _other_kinds(intent: Intent, named: Sequence[Named], others: Sequence[str]) -> list[Named]:
    """“Pneumonia of any kind”: what is named, where the one finding may hold all others that are no health; else empty."""
    ill = [v for v in others if health_of(v) == Health.ILL]
    findings = [n for n in named if not all(health_of(v) == Health.WELL for v in n.values)]
    if not ill or len(findings) != 1 or not contains(intent.naming, known.PHRASES["any_kind"]):
        return []
    return [replace(n, values=[*n.values, *ill]) if n in findings else n for n in named]


def _distinct(*readings: Reading) -> list[Reading]:
    return [reading for k, reading in enumerate(readings) if reading.classes not in [r.classes for r in readings[:k]]]


def each_value(values: Sequence[str]) -> Reading:
    """Every value is a class."""
    return Reading(f"{_and(values)}, each by itself", {v: [v] for v in values})


# ------------------------------------------------------------------ one finding
def _of_one(intent: Intent, one: Named, others: list[str], unread: Sequence[str]) -> list[Reading]:
    name = _class_name(one)
    classes = {name: one.values, _rest(one, others): others}
    together = Reading(f"{name} against all others together ({', '.join(others)})", classes)
    opposites = one.name in ("normal", "abnormal") or all(health_of(v) == Health.WELL for v in one.values)
    plain = intent.versus_rest or intent.asks_whether or opposites or _is_of_benign(intent, one) or is_negated(one, intent.naming)
    doubtful = _perhaps_cancer(one, others)
    if len(others) < 2 or (plain and not unread and not doubtful):
        return [together]
    if doubtful:
        ill = {name: [*one.values, *doubtful], REST: [v for v in others if v not in doubtful]}
        return [Reading(f"{_and([*one.values, *doubtful])} together against the others", ill), together]
    well = [v for v in others if health_of(v) == Health.WELL]
    well += [v for v in others if health_of(v) == Health.HARMLESS and well]  # “malignant against benign, leaving the normals out”
    against = [Reading(f"{name} against {v}, {_without(others, [v])}", {name: one.values, v: [v]}) for v in well]
    return [together, *against, each_value([*one.values, *others])]


def _perhaps_cancer(one: Named, others: Sequence[str]) -> list[str]:
    """What the data hold beside cancers that are known, and that is neither healthy, benign nor known: “squamous”."""
    generic = any(contains(normalise(v), known.MALIGNANT["words"]) for v in one.values)  # “malignant” says all of them
    kinds = [v for v in others if health_of(v) == Health.ILL and concept_of(v) is None]
    return kinds if one.name == "cancer" and not generic and 0 < len(kinds) < len(others) else []


def _with_doubtful(named: Sequence[Named], others: Sequence[str]) -> list[Named]:
    """“Cancer versus benign” beside “squamous”: what is named, with that for a cancer, too; empty where nothing is in doubt."""
    cancer = next((n for n in named if n.name == "cancer"), None)
    beside = [v for n in named if n is not cancer for v in n.values]
    doubtful = [v for v in _perhaps_cancer(cancer, [*others, *beside]) if v in others] if cancer and beside else []
    return [replace(n, values=[*n.values, *doubtful]) if n is cancer else n for n in named] if doubtful else []


def _rest(one: Named, others: list[str]) -> str:
    """The one other value; else what they have in common."""
    if len(others) == 1 and (one.values == [one.name] or not (says_yes(others[0]) or says_no(others[0]))):
        return others[0]
    if all(health_of(v) == Health.WELL for v in one.values):
        return "abnormal"
    if one.name == "abnormal":
        return "normal"
    if len(others) == 1:
        return f"no {one.name}"
    return "others" if label_key(one.name) == REST else REST  # a value may be called so


def _with_benign(intent: Intent, named: Sequence[Named], values: Sequence[str]) -> list[Named]:
    """“Malignant versus benign” names two classes, also where no value is called benign and something else is there, too."""
    at = first_position(intent.naming, known.HARMLESS["words"])
    left = [v for v in values if not any(v in n.values for n in named)]
    benign = [v for v in left if health_of(v) == Health.HARMLESS]
    if at is None or [n.name for n in named] != ["cancer"] or not benign or benign == left:
        return list(named)
    return sorted([*named, Named("benign", benign, at)], key=lambda n: n.at)


def _is_of_benign(intent: Intent, one: Named) -> bool:
    return one.name == "cancer" and contains(intent.naming, known.HARMLESS["words"])


# ------------------------------------------------------------------ several
def _each(named: Sequence[Named], left_out: Sequence[str] = ()) -> Reading:
    classes: Classes = {}
    for one in named:  # two names of one thing are one class
        classes[_class_name(one)] = [*classes.get(_class_name(one), []), *one.values]
    told = [name if len(values) == 1 else f"{name} ({', '.join(values)})" for name, values in classes.items()]
    return Reading(f"{_and(told)}, each by itself{f', {_without(left_out, [])}' if left_out else ''}", classes)


def _in_two_parts(naming: str, named: Sequence[Named]) -> list[Reading]:
    """“A from B and C” may be two classes or three; several on both sides, or against the rest, are two."""
    words, ats = tokens(naming), [n.at for n in named]
    between = [k for k, word in enumerate(words) if word in AGAINST | FROM and min(ats) < k < max(ats)]
    if len(between) != 1 or len(named) < 3:
        return []
    sides = [n for n in named if n.at < between[0]], [n for n in named if n.at > between[0]]
    gathered = {" or ".join(map(_class_name, side)): [v for n in side for v in n.values] for side in sides}
    text = " against ".join(f"{_and([_class_name(n) for n in s])}{' together' * (len(s) > 1)}" for s in sides)
    either = [bool(EITHER & set(words[min(n.at for n in side) : max(n.at for n in side)])) for side in sides]
    plain = min(map(len, sides)) > 1 or [n.name for n in sides[1]] == [REST] or (either[0] and words[between[0]] in AGAINST)
    together = Reading(text, gathered)
    return [together] if plain else [together, _each(named)] if either[1] else [_each(named), together]


def _either(intent: Intent, named: Sequence[Named], others: Sequence[str]) -> Reading | None:
    """“Moderate or severe, yes or no” and “T3 or T4?”: the two together against the others; None where that can't be meant."""
    words = tokens(intent.naming)
    joined = not AGAINST.isdisjoint(words) or not FROM.isdisjoint(words)
    levels = all(_LEVEL.fullmatch(label_key(v)) for v in [*others, *(v for n in named for v in n.values)])
    if joined or EITHER.isdisjoint(words) or not (levels or contains(intent.naming, _YES_OR_NO)):
        return None
    name = " or ".join(map(_class_name, named))
    values = [v for n in named for v in n.values]
    return Reading(f"{name} together against the others ({', '.join(others)})", {name: values, REST: list(others)})


# ------------------------------------------------------------------ names
def _class_name(named: Named) -> str:
    """The label value itself, unless it gathers several or only says yes or no of a finding."""
    if named.name == "cancer" and len(named.values) > 1:
        return MALIGNANT
    if len(named.values) > 1 or says_yes(named.values[0]) or says_no(named.values[0]):
        return named.name
    return named.values[0]


def _without(values: Sequence[str], kept: Sequence[str]) -> str:
    return f"leaving {_and([v for v in values if v not in kept])} out"


def _and(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
