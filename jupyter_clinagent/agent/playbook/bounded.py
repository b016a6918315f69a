"""Bounds that a request sets on numbers of the data: ages, years, sizes and measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from jupyter_clinagent.agent.playbook.ages import columns_of_ages, in_unit
from jupyter_clinagent.agent.playbook.bounds import Bound, bounds_in, numbers_bounded
from jupyter_clinagent.agent.playbook.criterion import Criterion, is_left_out, said_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.agent.playbook.used import Used
from jupyter_clinagent.agent.playbook.wording import contains, normalise, tokens
from jupyter_clinagent.contracts import Range
from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.lang.grammar import any_word

_JOINING, _AGAINST = any_word("lists.joining"), any_word("lists.against")
_SHORTEST = 2
"""Letters of a word that a column may be called by."""
_OLDEST = 110
"""Years."""
_OPPOSITE = {"at_least": "below", "above": "at_most", "at_most": "above", "below": "at_least"}
_DATED = re.compile(rf"{any_word('columns.date')}(?:$|[_\W\d])", re.I)
_BORN = re.compile(any_word("columns.birth"), re.I)
_SIZED = re.compile(any_word("columns.size"), re.I)
_SCANNED = re.compile(any_word("columns.scanning"), re.I)
"""Sizes of the scan and of nothing that it shows: “slice_thickness_mm”."""


def of_bounds(bounds: Iterable[Bound], columns: list[ColumnFacts], intent: Intent, plain: str) -> Iterator[Criterion]:
    """Bounds with the column that they can be on; what is set aside is bounded from the other side."""
    for bound in bounds:
        given = bound.range.bounds
        if contains(intent.set_aside, [bound.words]) or is_left_out(bound.words, plain):
            given = {_OPPOSITE[name]: number for name, number in given.items()} if len(given) == 1 else {}
        if (column := _column_of(bound, columns)) is not None and given:
            called = f"{column.name} {column.unit}"
            asked = in_unit(given, bound.unit, called) if bound.kind == "age" else _in_length(given, bound, column.name)
            yield Criterion(column.name, asked, said_of(bound.words, given != bound.range.bounds))


def of_measures(columns: list[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """“PSA below 10”, where one column of numbers is called so."""
    told = [bound.words for bound in bounds_in(plain)]
    for bound in numbers_bounded(plain):
        if any(bound.words.removeprefix(bound.unit).strip() in words for words in told):  # an age, a size or a year
            continue
        called = [c for c in columns if not c.values and bound.unit in tokens(normalise(re.sub(r"[_\W]+", " ", c.name)))]
        if len(called) == 1 and len(bound.unit) >= _SHORTEST and not is_left_out(bound.words, plain):
            yield Criterion(called[0].name, bound.range, bound.words)


def of_bare_ages(columns: list[ColumnFacts], plain: str, used: Used) -> Iterator[Criterion]:
    """“Cancer or benign over 50”: a bare number behind what is studied is an age, where there is a column of ages."""
    aged, told = columns_of_ages(columns)[:1], [bound.words for bound in bounds_in(plain)]
    for bound in numbers_bounded(plain) if aged else ():
        said = bound.words.removeprefix(bound.unit).strip()
        bare = used.holds(bound.unit) and not any(said in words for words in told) and _ends(said, plain)
        if bare and max(bound.range.bounds.values()) <= _OLDEST and not is_left_out(bound.words, plain):
            yield Criterion(aged[0].name, bound.range, said)


def _ends(said: str, plain: str) -> bool:
    """Whether nothing that a number could count follows it: “under 10 kg” is no age."""
    return re.search(rf"{re.escape(said)}\s*(?:$|[.,;:!?)(]|\b{_JOINING}\b|\b{_AGAINST}\b)", plain) is not None


def _column_of(bound: Bound, columns: list[ColumnFacts]) -> ColumnFacts | None:
    """The one column that the bound can be on; None where none or several can."""
    if bound.kind == "age":
        return next(iter(columns_of_ages(columns)), None)
    if bound.kind == "year":
        dated = [column for column in columns if _DATED.search(column.name) and not _BORN.search(column.name)]
        return dated[0] if len(dated) == 1 else None
    sized = [column for column in columns if _SIZED.search(column.name) and not _SCANNED.search(column.name)]
    called = [column for column in sized if _has_unit(column.name, _letters(bound.unit))]
    other = {"mm": "cm", "cm": "mm"}.get(_letters(bound.unit), "")
    called = called or [column for column in sized if other and _has_unit(column.name, other)]
    return called[0] if len(called) == 1 else None


def _letters(unit: str) -> str:
    return re.sub(r"^(?:milli|[cz]enti)met\w+", lambda word: "mm" if word[0][0] == "m" else "cm", unit)


def _has_unit(name: str, letters: str) -> bool:
    return re.search(rf"(?:^|[_\W]){re.escape(letters)}(?:$|[_\W])", name, re.I) is not None


def _in_length(bounds: Mapping[str, float], bound: Bound, column: str) -> Range:
    """Bounds on a length in the unit of its column: “over 1 cm” is above 10 in “size_mm”."""
    said, other = _letters(bound.unit), {"mm": "cm", "cm": "mm"}
    converts = bound.kind == "size" and said in other and not _has_unit(column, said)
    factor = (10.0 if said == "cm" else 0.1) if converts else 1.0
    return Range.model_validate({name: round(number * factor, 6) for name, number in bounds.items()})
