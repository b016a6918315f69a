"""What a text (README, data dictionary, request) says of a column's values: “1 = sick, 0 = healthy”, “mild < severe”."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from jupyter_clinagent.lang.grammar import any_word

_SIGN = r"(?:=+>?|:|→|->|–|—|-|\||\)|\()"
_VERB = any_word("codes.means")
_FORWARD = rf"\s*(?:{_SIGN}|\b{_VERB}\b)\s*"
_BACKWARD = rf"\s*(?:=+|:|→|->|\(|\b{any_word('codes.is_coded')}\b)\s*"
_QUOTES = "\"'“”‘’„`"
_MEANING = rf"[^\W\d_][^\n,;|=:()\[\]{_QUOTES}]{{0,38}}?"
_NUMBERED = rf"(?:(\b{any_word('codes.numbered')}\.?)\s+)?"
"""What bears a number and is no code."""
_SAID = r"[^\W\d_][^\n,;:.|=()\[\]]{0,38}"
_MOST_WORDS = 5
_ORDER = re.compile(rf"\b{any_word('codes.order')}\b", re.I)
_FALLING = re.compile(rf"\b{any_word('codes.falling')}\b", re.I)
_STEP = re.compile(
    rf"[\s{_QUOTES}]*(?:(<|→|->|>)|[,;/]|{any_word('then')})(?:\s*{any_word('and', 'then')})?[\s{_QUOTES}]*"
    rf"|\s+{any_word('and', 'to')}\s+",
    re.I,
)
_FAR = 120
"""Letters between a word for an order and the first value in it."""


def meanings(text: str, values: Collection[str]) -> dict[str, str]:
    """The meaning of each of a column's values; empty unless the text tells all of them apart.

    Of two values it is enough to tell one: the other is its opposite.

    Examples
    --------
    >>> meanings("target: 1 = sick, 0 = healthy", ["0", "1"])
    {'0': 'healthy', '1': 'sick'}
    >>> meanings("| 1 | benign |\\n| 2 | malignant |\\n| 3 | normal |", ["1", "2", "3"])
    {'1': 'benign', '2': 'malignant', '3': 'normal'}
    >>> meanings("1 is malignant. Missing one is worse", ["0", "1"])
    {'0': 'not malignant', '1': 'malignant'}
    >>> meanings("exam_eye: 1 right, 2 left. macula: 1 normal, 2 abnormal", ["1", "2"])
    {'1': 'right', '2': 'left'}
    >>> meanings("class: B benign, M malignant", ["B", "M"])
    {'B': 'benign', 'M': 'malignant'}
    >>> meanings("Read from reports: 1 = present, 0 = absent, -1 = uncertain", ["0", "1"])
    {'0': 'absent', '1': 'present'}
    >>> meanings("images of 2 hospitals", ["1", "2"])
    {}
    """
    if not values or not all(_is_code(value) for value in values):
        return {}
    found = {value: said for value in values if (said := _meaning(text, value, values))}
    if len(values) == 2 and len(found) == 1:
        said, other = next(iter(found.values())), next(value for value in values if value not in found)
        if not re.search(rf"(?<!\w){re.escape(other)}(?!\w)", text):
            found[other] = f"not {said}"
    told = next((each for each in (found, *_in_rows(text, values)) if _tells_apart(each, values)), {})
    return {value: told[value] for value in values if told}


def _tells_apart(found: dict[str, str], values: Collection[str]) -> bool:
    return found.keys() == set(values) and len({said.casefold() for said in found.values()}) == len(found)


def _in_rows(text: str, values: Collection[str]) -> Iterator[dict[str, str]]:
    """What stands behind codes with nothing but commas between, from a colon, a bracket or a line on: “1 right, 2 left”."""
    codes = "|".join([r"[+-]?\d{1,3}", *map(re.escape, sorted(values, key=len, reverse=True))])
    item = rf"(?<![\w.])({codes})\s+({_SAID})"
    for row in re.finditer(rf"(?<=[:(\n])\s*{item}(?:[,;]\s*{item})+", text):
        yield {code: " ".join(said.split()) for code, said in re.findall(item, row[0])}


def order_of(text: str, values: Collection[str]) -> list[str]:
    """All values in ascending order, where a text lists them so; empty where it doesn't.

    Signs such as “<” tell an order by themselves, commas do after a word for it.

    Examples
    --------
    >>> order_of("activity: quiescent < smouldering < florid", ["florid", "quiescent", "smouldering"])
    ['quiescent', 'smouldering', 'florid']
    >>> order_of("In descending order: florid, quiescent", ["florid", "quiescent"]), order_of("a, b or c", ["a", "b", "c"])
    (['quiescent', 'florid'], [])
    """
    found = re.finditer(rf"(?<!\w)(?:{'|'.join(re.escape(v) for v in sorted(values, key=len, reverse=True))})(?!\w)", text, re.I)
    listed = [list(run) for run in _runs([*found], text)] if values else []
    keys = {value.casefold(): value for value in values}
    whole = [run for run in listed if sorted(keys) == sorted(one[0].casefold() for one in run)]
    told = [order for run in whole if (order := _ascending([keys[one[0].casefold()] for one in run], run, text))]
    return told[0] if told and all(order == told[0] for order in told) else []


def _runs(found: list[re.Match[str]], text: str) -> Iterator[list[re.Match[str]]]:
    """Values that stand one after the other, with nothing but a sign or a comma between."""
    run: list[re.Match[str]] = []
    for one in found:
        if run and not _STEP.fullmatch(text[run[-1].end() : one.start()]):
            yield run
            run = []
        run.append(one)
    yield run


def _ascending(values: list[str], run: list[re.Match[str]], text: str) -> list[str]:
    between = "".join(text[one.end() : other.start()] for one, other in pairwise(run)).replace("->", "→")
    before = text[max(0, run[0].start() - _FAR) : run[0].start()]
    if ("<" in between or "→" in between) and ">" not in between:
        return values
    if ">" in between and "<" not in between and "→" not in between:
        return values[::-1]
    said = _ORDER.search(before) and not re.search(r"\n\s*\n", before)
    return (values[::-1] if _FALLING.search(before) else values) if said else []


def _is_code(value: str) -> bool:
    """Whether a value says nothing by itself: a number, or one or two letters."""
    return bool(re.fullmatch(r"[+-]?\d{1,3}|[^\W\d_]{1,2}", value))


def _meaning(text: str, value: str, values: Collection[str]) -> str | None:
    """What the text says of a value; None where it says nothing, or different things."""
    code, quote = re.escape(value), f"[{_QUOTES}]?"
    next_code = rf"\s{any_word('and', 'or')}\s+{quote}(?:{'|'.join(map(re.escape, values))})\b"
    end = rf"(?=\s*(?:[,;|()\[\]\n{_QUOTES}]|\.\s|\.?\Z|\.?\n)|{next_code})"
    forward = rf"{_NUMBERED}(?<![\w.,+−-]){quote}{code}{quote}{_FORWARD}(?:an?\s+|the\s+)?{quote}({_MEANING}){quote}{end}"
    backward = rf"(?:^|[\n,;:(|.]|\b{any_word('and')}\b)\s*{quote}({_MEANING}){quote}{_BACKWARD}{quote}{code}(?![\w.,]*\w)"
    said = [meaning for numbered, meaning in re.findall(forward, text, re.I) if not numbered]
    return _only(said) or _only(re.findall(backward, text, re.I))


def _only(found: list[str]) -> str | None:
    said = {" ".join(one.split()).casefold(): " ".join(one.split()) for one in found if len(one.split()) <= _MOST_WORDS}
    return next(iter(said.values())) if len(said) == 1 else None
