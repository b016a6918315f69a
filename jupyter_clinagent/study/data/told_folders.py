"""Levels of folders of which a table says the same: they are no further labels, and no patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from jupyter_clinagent.study.data.group_names import in_one_group_each
from jupyter_clinagent.study.data.roles import one_to_one
from jupyter_clinagent.study.data.tables import Table

FOLDERS_ARE_CLASSES = (
    "Nearly all images of each class lie in one folder: the folders are the classes once more, and are not taken for those of "
    "patients."
)


def untold(levels: Mapping[str, dict[str, str]], tables: Iterable[Table]) -> dict[str, dict[str, str]]:
    """The levels of which no column of a table says the same in other words."""
    listed = [table for table in tables if table.matched] if levels else []
    return {
        name: at
        for name, at in levels.items()
        if not any(one_to_one(inside, cells) for table in listed for inside, cells in _beside(at, table, table.frame.columns))
    }


def are_classes(inner: Mapping[str, str], tables: Iterable[Table]) -> bool:
    """Whether what could be folders of patients says the same as a label in a table."""
    pairs = (pair for table in tables for pair in _beside(inner, table, [c.name for c in table.by_role("label")]))
    return bool(inner) and any(in_one_group_each(inside, cells) for inside, cells in pairs)


def _beside(folders: Mapping[str, str], table: Table, columns: Iterable[str]) -> Iterator[tuple[pd.Series, pd.Series]]:
    """The folder of each row's image, and what stands in a column."""
    inside = table.files.map(dict(folders))
    return ((inside, table.frame[column]) for column in columns)
