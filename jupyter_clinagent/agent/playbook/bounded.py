"""Bounds that a request sets on numbers of the data: ages, years, sizes and measures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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


def of_bounds(bounds: Iterable[Bound], columns: list[ColumnFacts], intent: Intent, plain: str) -> Iterator[Criterion]:
    """Bounds with the column that they can be on; what is set aside is bounded from the other side."""
    for bound in bounds:
        given = bound.range.bounds
        if contains(intent.set_aside, [bound.words]) or is_left_out(bound.words, plain):
            given = {_OPPOSITE[name]: number for name, number in given.items()} if len(given) == 1 else {}
        if (column := _column_of(bound, columns)) is not None and given:
            asked = in_unit(given, bound.unit, column.name) if bound.kind == "age" else Range.model_validate(given)
            yield Criterion(column.name, asked, said_of(bound.words, given != bound.range.bounds))


def of_measures(columns: list[ColumnFacts], plain: str) -> Iterator[Criterion]:
    """“PSA below 10”, where one column of numbers is called so."""
    for bound in numbers_bounded(plain):
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
    letters = re.sub(r"^(?:milli|[cz]enti)met\w+", lambda word: "mm" if word[0][0] == "m" else "cm", bound.unit)
    sized = [column for column in columns if re.search(rf"(?:^|[_\W]){re.escape(letters)}(?:$|[_\W])", column.name, re.I)]
    return sized[0] if len(sized) == 1 and _SIZED.search(sized[0].name) else None
