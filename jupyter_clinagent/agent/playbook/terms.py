"""Other names of what the data hold: abbreviations, expansions, and those of other languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import contains, label_key, normalise

_TELLING = 3
"""Codes that tell together of which data set they are."""


def abbreviations(name: str) -> tuple[str, ...]:
    """Other names that are no words by themselves (“EF”), to be looked for in capitals only.

    Examples
    --------
    >>> abbreviations("LVEF"), abbreviations("EF")
    (('EF',), ())
    """
    return tuple(short for short in _short_by_key().get(label_key(name), ()) if label_key(short) != label_key(name))


def other_names(name: str) -> tuple[str, ...]:
    """What else a value, a class of boxes or a column may be called, normalised; empty where nothing is known.

    Examples
    --------
    >>> "leukozyten" in other_names("WBC"), other_names("xanthogranuloma")
    (True, ())
    """
    return _by_key().get(label_key(name), ())


def coded(values: Iterable[str]) -> dict[str, str]:
    """What short values mean, where all of them are codes of one data set: “MC” and “D” mean something beside the others only.

    Examples
    --------
    >>> coded(["CN", "MCI", "AD"])["AD"], coded(["AD", "psoriasis"])
    ("Alzheimer's disease", {})
    """
    held = set(values)
    fitting = [codes for codes in known.CODES.values() if held <= set(codes)]
    return {value: fitting[0][value] for value in held} if len(held) >= _TELLING and len(fitting) == 1 else {}


@lru_cache(maxsize=10_000)
def longer_names(name: str) -> tuple[str, ...]:
    """Names of other things that hold a name: “pericardial effusion” is none of the effusions beside the lung.

    Examples
    --------
    >>> "hypertensive retinopathy" in longer_names("retinopathy")
    True
    """
    own = set(other_names(name))
    return tuple(spelt for spelt in _every_name() if f" {name} " in f" {spelt} " and spelt != name and spelt not in own)


def without_wider(names: Sequence[str], text: str) -> list[str]:
    """Names that a text holds, without those that it holds by a wider name alone that one called by its own name has, too.

    Examples
    --------
    >>> without_wider(["AP", "PA"], "pa frontal films"), without_wider(["AP", "PA"], "frontal films")
    (['PA'], ['AP', 'PA'])
    """
    names = [name for name in names if stands_alone(name, names, text)]
    own = [name for name in names if contains(text, [normalise(name)])]
    wider = {other for name in own for other in other_names(name)}
    return [name for name in names if name in own or wider.isdisjoint(other_names(name))]


def stands_alone(name: str, names: Sequence[str], text: str) -> bool:
    """Whether a text says a name beside the longer names of others that hold it: “contrast enhanced T1” is no T1."""
    own = normalise(name)
    longer = [
        one for other in names if other != name for one in other_names(other) if contains(one, [own]) and contains(text, [one])
    ]
    if not longer or not contains(text, [own]):
        return True
    for one in sorted(longer, key=len, reverse=True):
        text = text.replace(one, " ")
    return contains(text, [own])


def spoken_as(name: str) -> list[str]:
    """A name, its other names, and those of each of its words: “groundtruth_MA” may be called microaneurysms."""
    parts = [part for part in re.findall(r"[^\W_]+", name) if len(part) > 1]
    return list(dict.fromkeys([normalise(name), *other_names(name), *(other for part in parts for other in other_names(part))]))


@cache
def same_things() -> tuple[tuple[str, ...], ...]:
    """Each list of names of one thing, as they are written."""
    return tuple(map(tuple, known.SAME))


def _short_by_key() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for names in same_things():
        short = tuple(name for name in names if not _is_word(name) and name.isupper())
        found |= {label_key(name): found.get(label_key(name), ()) + short for name in names}
    return found


@cache
def _every_name() -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalise(name) for names in same_things() for name in names))


@cache
def _by_key() -> dict[str, tuple[str, ...]]:
    """What is no word by itself is looked up, and not looked for in a sentence (“he” for haemorrhages)."""
    found: dict[str, tuple[str, ...]] = {}
    for names in same_things():
        spelt = tuple(dict.fromkeys(normalise(name) for name in names if _is_word(name)))
        found |= {label_key(name): found.get(label_key(name), ()) + spelt for name in names}
    return found


def _is_word(name: str) -> bool:
    return len(name) > 2 or (len(name) == 2 and not set(name.lower()) & set("aeiouy"))
