"""What says the same as the labels once more, in folders, columns or file names: no further label, and no patients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from jupyter_clinagent.study.data.group_names import in_one_group_each, may_be_else
from jupyter_clinagent.study.data.roles import one_to_one
from jupyter_clinagent.study.data.tables import Table

FOLDERS_ARE_CLASSES = (
    "Nearly all images of each class lie in one folder: the folders are the classes once more, and are not taken for those of "
    "patients."
)
CLASSES_AGAIN = "Nearly all images of each class have the same “{name}”: it is the class once more, and keeps no images together."


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


def columns_of_classes(tables: Iterable[Table]) -> list[str]:
    """Columns that could be ids by their names alone, and put nearly all images of each class into one group."""
    return [
        group.name
        for table in tables
        for group in table.by_role("group")
        if may_be_else(group.name)
        and any(in_one_group_each(table.frame[group.name], table.frame[label.name]) for label in table.by_role("label"))
    ]


def are_labels(groups: Mapping[str, str], labels: Iterable[Mapping[str, str]], tables: Iterable[Table]) -> bool:
    """Whether groups of images, by file, say the same as a label of them or as one in a table."""
    own = pd.Series(dict(groups), dtype=object)
    again = any(in_one_group_each(own, pd.Series(dict(label), dtype=object)) for label in labels) if groups else False
    return again or are_classes(groups, tables)


def _beside(folders: Mapping[str, str], table: Table, columns: Iterable[str]) -> Iterator[tuple[pd.Series, pd.Series]]:
    """The folder of each row's image, and what stands in a column."""
    inside = table.files.map(dict(folders))
    return ((inside, table.frame[column]) for column in columns)
