"""One table for each partition (``train.csv``, ``test.csv``): read as one, with the partition as a column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import pandas as pd

from jupyter_clinagent.study.data.folder_names import SPLIT_WORDS

TABLE_SPLIT = "table_split"
"""Name of the column that says which of the tables a row comes from."""
MOST_SHARED = 0.5
"""Tables that name the same images are two opinions on them, not two parts of one list."""

Named = Mapping[str, tuple[pd.DataFrame, set[str]]]
"""Rows of each table, and the image files that they name."""


def join_partition_tables(tables: Named) -> dict[str, pd.DataFrame]:
    """Join tables with the same columns that name different images.

    Parameters
    ----------
    tables
        By name of the file.

    Returns
    -------
    dict[str, pd.DataFrame]
        The tables in their order; joined ones under all their names, with :data:`TABLE_SPLIT` where the names of the files are
        those of partitions.
    """
    families: dict[tuple[str, ...], list[str]] = {}
    for name, (frame, files) in tables.items():
        families.setdefault((*sorted(map(str, frame.columns)), *(() if files else (name,))), []).append(name)
    return dict(_joined(names, tables) for family in families.values() for names in _parts(family, tables))


def _parts(family: list[str], tables: Named) -> list[list[str]]:
    """All of them together where no two name the same images, else each on its own."""
    seen: set[str] = set()
    for name in family:
        files = tables[name][1]
        if len(seen & files) > MOST_SHARED * max(1, min(len(seen), len(files))):
            return [[name] for name in family]
        seen |= files
    return [family]


def _joined(names: list[str], tables: Named) -> tuple[str, pd.DataFrame]:
    frames = [tables[name][0] for name in names]
    if len(names) == 1:
        return names[0], frames[0]
    words = [partition_word(name) for name in names]
    if all(words) and len(set(words)) > 1 and TABLE_SPLIT not in frames[0].columns:
        frames = [frame.assign(**{TABLE_SPLIT: word}) for frame, word in zip(frames, words, strict=True)]
    return " + ".join(names), pd.concat(frames, ignore_index=True)


def partition_word(name: str) -> str | None:
    """The partition that a table's name says (“b. Testing Labels.csv”: test); None without any."""
    words = re.split(r"[^a-z]+", PurePosixPath(name).stem.lower())
    return next((SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS), None)
