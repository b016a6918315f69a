"""What a README or data dictionary in the folder says of columns: meanings, orders, units; data, never an instruction."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jupyter_clinagent.codes import meanings, order_of
from jupyter_clinagent.facts import ColumnFacts
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.grammar import any_word, words_in
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.readme import described_in
from jupyter_clinagent.study.data.tables import Table

if TYPE_CHECKING:
    from jupyter_clinagent.study.data.inventory import Inventory

_HEALTHY = re.compile(
    rf"(?:is|was)?[_ ]?(?P<word>{any_word('answers_in_data.well')})"
    r"|no[_ ]?(?P<finding>finding|abnormality)s?"
)
_UNIT = re.compile(rf"\b{any_word('in')}\s(?P<unit>{any_word('columns.month', 'columns.week', 'columns.day')})\b", re.I)
_ANSWERS = {"1": True, "1.0": True, "0": False, "0.0": False} | {
    word: name == "yes" for name in ("yes", "no") for word in words_in(f"answers_in_data.{name}")
}


def with_meanings(columns: Sequence[ColumnFacts], inventory: Inventory) -> list[ColumnFacts]:
    """The columns, those of codes with what each code means and which file says so."""
    texts = dict(texts_about(inventory.folder, inventory.tables))
    names = [column.name for column in columns]
    return [_told(column, names, texts) if column.values else _in_told_unit(column, names, texts) for column in columns]


def _in_told_unit(column: ColumnFacts, names: Sequence[str], texts: dict[str, str]) -> ColumnFacts:
    """A column of ages with the unit that a text names for it, where that is not years."""
    if column.role != "age":
        return column
    for file, text in texts.items():
        if any(_named(column.name, text)) and (found := _UNIT.search(_about(text, column.name, names))):
            return column.model_copy(update={"unit": found["unit"].lower(), "told_by": file})
    return column


def _told(column: ColumnFacts, names: Sequence[str], texts: dict[str, str]) -> ColumnFacts:
    unknown = set(not_known(column.values))
    codes = [value for value in column.values if value not in unknown]
    if found := meanings(column.name, codes):  # workbooks write the legend into the head of the column
        return column.model_copy(update={"meanings": found, "told_by": "its own name"})
    if found := _of_health(column.name, codes):
        return column.model_copy(update={"meanings": found, "told_by": "its own name"})
    for file, text in texts.items():
        if found := meanings(_about(text, column.name, names), codes):
            return column.model_copy(update={"meanings": found, "told_by": file})
        if len(codes) > 2 and (order := order_of(_about(text, column.name, names), codes)):
            return column.model_copy(update={"order": order, "told_by": file})
    return column


def _of_health(name: str, values: Sequence[str]) -> dict[str, str]:
    """What yes and no mean of a column that is called “healthy”: its yes is the absence of what a study looks for.

    Examples
    --------
    >>> _of_health("is_healthy", ["0", "1"]), _of_health("diseased", ["0", "1"])
    ({'0': 'not healthy', '1': 'healthy'}, {})
    >>> _of_health("No Finding", ["0", "1"])
    {'0': 'finding', '1': 'no finding'}
    """
    called = _HEALTHY.fullmatch(name.strip().lower())
    answers = {value: _ANSWERS.get(value.casefold()) for value in values}
    if called is None or len(values) != 2 or set(answers.values()) != {True, False}:
        return {}
    well = called["word"] or f"no {called['finding']}"
    ill = f"not {well}" if called["word"] else called["finding"]
    return {value: well if yes else ill for value, yes in answers.items()}


def said_of(columns: Sequence[str], inventory: Inventory) -> dict[str, list[tuple[str, str]]]:
    """The files that speak of each column by its name, with what they say of it.

    Parameters
    ----------
    columns
        The names of all columns: what is said of one ends where another begins.
    """
    texts = dict(texts_about(inventory.folder, inventory.tables))
    return {
        name: [(file, _about(text, name, columns)) for file, text in texts.items() if any(_named(name, text))] for name in columns
    }


def _about(text: str, column: str, names: Sequence[str]) -> str:
    """The part that begins with a column's name and ends before another's; the whole text where it names no column."""
    every = sorted((found.start(), name) for name in set(names) for found in _named(name, text))
    places = [place for k, place in enumerate(every) if not k or every[k - 1][1] != place[1]]
    if not places:
        return text
    ends = [start for start, _ in places[1:]] + [len(text)]
    return "\n".join(text[start:end] for (start, name), end in zip(places, ends, strict=True) if name == column)


def _named(name: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.I)


def texts_about(folder: DataFolder, tables: Iterable[Table]) -> Iterator[tuple[str, str]]:
    """Texts that describe the data, and tables about no image: a row of a data dictionary in one line."""
    yield from described_in(folder)
    for table in tables:
        if not table.matched and len(table.frame) <= 1000:
            rows = table.frame.fillna("").astype(str)
            yield table.name, "\n".join(" | ".join(row) for row in rows.itertuples(index=False))


def without_unknown(tables: Sequence[Table], folder: DataFolder, problems: list[str]) -> list[Table]:
    """The tables; codes of which a text says that they mean “missing” or “unknown” are empty cells, and that is said."""
    texts = dict(texts_about(folder, tables))
    names = [column.name for table in tables for column in table.columns]
    return [_without_unknown(table, names, texts, problems) for table in tables] if texts else list(tables)


def _without_unknown(table: Table, names: Sequence[str], texts: dict[str, str], problems: list[str]) -> Table:
    told = [_told(column, names, texts) for column in table.columns if column.values and table.matched]
    found = {column.name: codes for column in told if (codes := _unknown_codes(column))}
    for column in told:
        problems += [
            f"“{code}” in “{column.name}” of {table.name} means “{column.meanings[code]}” by {column.told_by}: "
            f"{column.values[code]} rows are taken for not known."
            for code in found.get(column.name, ())
        ]
    frame = table.frame.assign(
        **{name: table.frame[name].mask(table.frame[name].isin(codes), None) for name, codes in found.items()}
    )
    columns = [_emptied(column, found.get(column.name, [])) for column in table.columns]
    return dataclasses.replace(table, frame=frame, columns=columns) if found else table


def _unknown_codes(column: ColumnFacts) -> list[str]:
    unknown = not_known(column.meanings.values())
    return [code for code, meaning in column.meanings.items() if meaning in unknown]


def _emptied(column: ColumnFacts, codes: Sequence[str]) -> ColumnFacts:
    left = {value: count for value, count in column.values.items() if value not in codes}
    missing = column.missing + sum(column.values[code] for code in codes)
    return column.model_copy(update={"values": left, "distinct": column.distinct - len(codes), "missing": missing})
