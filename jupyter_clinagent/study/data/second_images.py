"""Tables whose rows name several images: both eyes of a patient, two views of a chest."""

from __future__ import annotations

from collections.abc import Set

import pandas as pd

from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.matching import FileIndex, file_index
from jupyter_clinagent.study.data.tables import Table

NAMED = 0.5
"""A column names images if so many of its different entries do; numbers may do so by chance."""
SAMPLE = 1000
"""Of long columns at least so many entries are looked at before all of them are."""


def say_second_images(inventory: Inventory) -> list[str]:
    """Of each table, which column's images its rows describe, and how many that another one names go without.

    Which of its images a row speaks of is not told: a cataract of the left eye is none of the right one.
    """
    index = file_index(tuple(inventory.images))
    told = {file for table in inventory.image_tables for file in table.files.dropna()}
    return [line for table in inventory.image_tables for line in _say_second(table, index, told)]


def _say_second(table: Table, index: FileIndex, told: Set[str]) -> list[str]:
    others = {str(c): _named(table.frame[c], index) - told for c in table.frame.columns if c != table.image_column}
    lost = {name: files for name, files in others.items() if files}
    if not lost:
        return []
    first, number = f"“{table.image_column}”", len(set().union(*lost.values()))
    return [
        f"A row of {table.name} names several images, in the columns {', '.join([first, *(f'“{name}”' for name in lost)])}; "
        f"nothing says which of them it describes. It is taken to describe that of {first} alone, and {number} images that only "
        "the others name are not described. If it describes them, too, write a row for each image, with the patient's id in both."
    ]


def _named(cells: pd.Series, index: FileIndex) -> set[str]:
    """Images that a column names; none where it holds something else."""
    given = pd.Series(cells.dropna().unique(), dtype=object)
    words = given[pd.to_numeric(given, errors="coerce").isna()]
    if not index.share(words.iloc[:: max(1, len(words) // SAMPLE)]):
        return set()
    files = words.map(index.find).dropna()
    return set(files) if len(files) >= NAMED * max(len(given), 1) else set()
