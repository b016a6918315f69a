"""Names that say who outlined, not what is outlined: “reader1”, “2nd_manual”, “annotator_b”."""

from __future__ import annotations

import re

from jupyter_clinagent.study.data import mask_names

_PERSON = re.compile(
    r"(reader|annotator|rater|grader|observer|experte?|labell?er|radiolog|doctor|physician|operator|befunder|auswerter|arzt|user)",
    re.I,
)
_MANUAL, _ORDINALS = "manual", frozenset(["st", "nd", "rd", "th"])
"""“manual” says who outlined only where it is numbered."""


def names_person(name: str) -> bool:
    """Whether a word for someone who outlines stands in a name.

    Examples
    --------
    >>> names_person("reader_id"), names_person("Annotator"), names_person("organ")
    (True, True, False)
    """
    return any(_PERSON.match(word) for word in mask_names.words(name))


def reader_of(name: str) -> str:
    """Who outlined, if a name says so; else empty. What stands after a colon names the label, not the reader.

    Examples
    --------
    >>> [reader_of(name) for name in ("reader1", "reader_anna", "2nd_manual", "annotatorB: label 2", "manual", "liver")]
    ['reader 1', 'reader anna', 'manual 2', 'annotator b', '', '']
    """
    plain = name.split(": ")[0]
    return numbered_reader(plain) or (" ".join(mask_names.words(plain)).lower() if names_person(plain) else "")


def numbered_reader(name: str) -> str:
    """The word for who outlined and its number or letter; empty where a name has none.

    Examples
    --------
    >>> [numbered_reader(name) for name in ("liver_Reader-1", "2nd reader", "expert_masks")]
    ['reader 1', 'reader 2', '']
    """
    words = [word.lower() for word in mask_names.words(name)]
    place = next((k for k, word in enumerate(words) if _PERSON.match(word) or word == _MANUAL), None)
    number = "" if place is None else _number(words, place)
    return f"{words[place]} {number}" if place is not None and number else ""


def _number(words: list[str], place: int) -> str:
    """The number or letter behind a word, or the ordinal before it."""
    after = words[place + 1] if place + 1 < len(words) else ""
    if after.isdigit() or len(after) == 1:
        return after
    return words[place - 2] if place > 1 and words[place - 1] in _ORDINALS else ""
