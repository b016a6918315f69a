"""Tables that say different things of the same images in columns of one name: two readers, a first and a corrected list.

Neither is taken for the truth: both columns stay, each under the name of its table, and which one is meant can be asked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import pandas as pd

from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.study.data.boxes.tables import is_box_table
from jupyter_clinagent.study.data.paths import stem_of
from jupyter_clinagent.study.data.spellings import plain
from jupyter_clinagent.study.data.tables import Table

Cells = Mapping[int, pd.Series]
"""What each table (by its place) says of the images in one column, indexed by file."""


def with_opinions_apart(tables: Sequence[Table], problems: list[str]) -> list[Table]:
    """The tables; columns in which they contradict each other bear the names of their tables (“diagnosis (reader_A)”).

    Parameters
    ----------
    problems
        Gets a sentence about each such column, with the number of images of which they say different things.
    """
    if not _shared(table.frame.columns for table in tables):
        return list(tables)
    said = {place: rows for place, table in enumerate(tables) if (rows := _said(table, tables)) is not None}
    apart: dict[int, dict[str, str]] = {}
    for column in _shared(rows.columns for rows in said.values()):
        cells = {place: rows[column] for place, rows in said.items() if column in rows.columns}
        differing = _differing(cells)
        if not differing:
            continue
        names = _names(column, {place: tables[place].name for place in cells if place in set().union(*differing)})
        problems.append(_sentence(column, [tables[place].name for place in names], differing, list(names.values())))
        for place, name in names.items():
            apart.setdefault(place, {})[column] = name
    return [_renamed(table, apart.get(place, {})) for place, table in enumerate(tables)]


def other_opinions(column: str, tables: Sequence[Table]) -> set[str]:
    """What other tables say in a column of the same name, under the names that they bear here."""
    bases = {base for table in tables for base in [_base(column, table.name)] if base and column in table.frame.columns}
    listed = {str(name) for table in tables for name in table.frame.columns if _base(str(name), table.name) in bases}
    return listed - {column}


def _base(column: str, table: str) -> str | None:
    """The name before that of its table was added; None where it was not."""
    ends = [f" ({own})" for own in (_short(table), table)]
    return next((column.removesuffix(end) for end in ends if column.endswith(end)), None)


def _short(table: str) -> str:
    return " + ".join(map(stem_of, table.split(" + ")))


def _said(table: Table, tables: Sequence[Table]) -> pd.DataFrame | None:
    """One row for each image: by its file, else by an id that another table has, too; None where several rows are about one."""
    if not table.matched:
        return _by_id(table, tables)
    files = table.files.dropna()
    if not files.is_unique or is_box_table(table):
        return None
    return table.frame.loc[files.index].set_axis(files, axis=0).drop(columns=[str(table.image_column)])


def _by_id(table: Table, tables: Sequence[Table]) -> pd.DataFrame | None:
    for other in tables:
        keys = [c for c in table.frame.columns if other.matched and c in other.frame.columns and _numbers_all(table.frame[c])]
        if keys and other.files.dropna().is_unique:
            ids = other.frame[keys[0]].set_axis(other.files, axis=0)[other.files.notna().to_numpy()].dropna()
            return table.frame.set_index(keys[0]).reindex(ids).set_axis(ids.index, axis=0)
    return None


def _numbers_all(cells: pd.Series) -> bool:
    return bool(cells.notna().all() and cells.is_unique)


def _shared(names: Iterable[Iterable[str]]) -> list[str]:
    """Columns of several tables, in their order."""
    listed = [name for columns in names for name in columns]
    return [name for name in dict.fromkeys(listed) if listed.count(name) > 1]


def _differing(cells: Cells) -> dict[frozenset[int], set[str]]:
    """The images of which two tables say different things, for each two that do so; numbers of rows don't count."""
    told = {place: known for place, column in cells.items() if not _counts_rows(column) and len(known := _known(column))}
    found = {}
    for one, other in combinations(told, 2):
        common = told[one].index.intersection(told[other].index)
        first, second = told[one].reindex(common), told[other].reindex(common)
        if len(images := common[first.ne(second)]):
            found[frozenset({one, other})] = set(images)
    return found


def _counts_rows(cells: pd.Series) -> bool:
    return any(cells.tolist() == [str(number) for number in range(first, first + len(cells))] for first in (0, 1))


def _known(cells: pd.Series) -> pd.Series:
    """What is known, however it is spelt."""
    given = cells.dropna()
    return given[~given.isin(not_known(given.unique()))].map({value: _meant(value) for value in given.unique()})


def _meant(value: str) -> str | float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return plain(value)


def _names(column: str, tables: Mapping[int, str]) -> dict[int, str]:
    """The column's name with that of its table, as short as it may be."""
    short = {place: _short(name) for place, name in tables.items()}
    own = short if len(set(short.values())) == len(short) else tables
    return {place: f"{column} ({own[place]})" for place in tables}


def _sentence(column: str, tables: Sequence[str], differing: Mapping[frozenset[int], set[str]], names: Sequence[str]) -> str:
    images = len(set().union(*differing.values()))
    kept = _listed([f"“{name}”" for name in names])
    return f"{_listed(tables)} say different things of {images} images in “{column}”; they are kept apart as {kept}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]])


def _renamed(table: Table, names: Mapping[str, str]) -> Table:
    """What a column is for was guessed from its own name and stays."""
    columns = [column.model_copy(update={"name": names.get(column.name, column.name)}) for column in table.columns]
    return dataclasses.replace(table, frame=table.frame.rename(columns=names), columns=columns) if names else table
