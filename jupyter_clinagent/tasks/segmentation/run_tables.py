"""Outlines as runs of pixels in a table (RLE)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.lang.grammar import words_in
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.study.data.tables import Table
from jupyter_clinagent.tasks.segmentation.legend import Legend
from jupyter_clinagent.tasks.segmentation.run_direction import Direction, direction_of, say_direction
from jupyter_clinagent.tasks.segmentation.run_names import Naming, names_of

Found = dict[str, list[dict[str, Any]]]
"""References by image; an empty list: the image is known to show nothing."""
_UNREADABLE = "its cell in the table holds something else than runs of pixels (start and length in turn)"
_NUMBER = re.compile(r"(-?\d+)(?:\.0*)?")
_NOTHING = frozenset(["", "nan", "na", "n/a", "-", "–", "—", *words_in("answers_in_data.nothing_outlined")])
"""Cells that say that nothing is there, beside the numbers -1 and 0."""
SAMPLE = 60
"""Images that are looked at for their size."""
_RUNS = ("encodedpixels", "rle", "rle_mask", "encoded_pixels", "segmentation", "mask_rle")
_AMBIGUOUS = "segmentation"
"""A column of this name may as well hold “yes” or the name of a file: without any runs it is none of runs."""


def tables_of_runs(tables: list[Table], legend: Legend, folder: DataFolder) -> tuple[dict[str, Found], list[str], list[str]]:
    """Structures, cells that name no image, and what was assumed. One row for each outline; an empty cell says there is none."""
    found: dict[str, Found] = defaultdict(dict)
    strangers: list[str] = []
    said: list[str] = []
    for table in tables:
        column = next((str(name) for name in table.frame.columns if str(name).lower() in _RUNS), None)
        if column is None or not table.matched or table.image_column is None:
            continue
        strangers += table.frame.loc[table.files.isna(), table.image_column].astype(str).tolist()
        rows = {position: _starts(cell) for position, cell in table.frame.loc[table.files.notna(), column].items()}
        if column.lower() == _AMBIGUOUS and not any(rows.values()):
            continue
        naming = names_of(table, column, pd.Index([position for position, runs in rows.items() if runs != []]), legend)
        direction = direction_of(_sized(table, rows, folder))
        said += [*naming.said, say_direction(table.name, direction)]
        _add(found, table, rows, naming, direction)
    return dict(found), strangers, said


def _sized(table: Table, rows: Mapping[Any, list[int] | None], folder: DataFolder) -> Iterator[tuple[list[int], tuple[int, int]]]:
    """Runs with the height and width that the table gives, else with those of the images, of which a sample is read."""
    read: dict[str, tuple[int, int] | None] = {}
    for position, runs in rows.items():
        file = str(table.files[position])
        size = _sides(table.frame, position).get("size")
        if size is None and runs and len(read) < SAMPLE and file not in read:
            read[file] = _size_of(folder.path(file))
        known = tuple(size) if size else read.get(file)
        if runs and known:
            yield runs, (known[0], known[1])


def _size_of(path: Path) -> tuple[int, int] | None:
    try:
        height, width = read_image(path).shape[:2]
    except UnreadableImage:
        return None  # it is counted among the images
    return height, width


def _add(
    found: dict[str, Found], table: Table, rows: Mapping[Any, list[int] | None], naming: Naming, direction: Direction
) -> None:
    """The outlines of one table. What nobody named could be any of the structures; without runs it says that none is there."""
    known = [ONE] if naming.names is None else [str(name) for name in naming.names.dropna().unique()]
    across = {"across": True} if direction.across else {}
    for position, runs in rows.items():
        unnamed = naming.names is not None and position not in naming.names.index
        names = known if unnamed else [ONE if naming.names is None else str(naming.names.at[position])]
        for name in names:
            references = found[name].setdefault(str(table.files[position]), [])
            if runs is None:
                references.append({"unusable": _UNREADABLE})
            elif unnamed and runs:
                references.append({"unusable": "nothing says what a row of its runs outlines"})
            elif len(runs) % 2:
                references.append({"unusable": "its runs of pixels end in a start without a length"})
            elif runs:
                references.append({"starts": runs, **_sides(table.frame, position), **across})


def _starts(cell: Any) -> list[int] | None:
    """Starts and lengths in turn, however they are separated; empty where nothing is there, None where it says something else."""
    text = "" if pd.api.types.is_scalar(cell) and pd.isna(cell) else str(cell).strip()
    if text[:1] + text[-1:] in ("[]", "()"):
        text = text[1:-1].strip()
    if text.casefold() in _NOTHING:
        return []
    numbers = [_NUMBER.fullmatch(word) for word in re.split(r"[\s,;]+", text)]
    starts = [int(number[1]) for number in numbers if number]
    if len(starts) < len(numbers):
        return None
    return starts if len(starts) > 1 else _alone(starts[0])


def _alone(number: int) -> list[int] | None:
    """-1 and 0 say that nothing is there; any other single number is no run."""
    return [] if number in (-1, 0) else None


def _sides(frame: pd.DataFrame, position: Any) -> dict[str, list[int]]:
    known = {str(name).lower(): frame.at[position, name] for name in frame.columns}
    try:
        return {"size": [int(float(known["height"])), int(float(known["width"]))]}
    except (KeyError, TypeError, ValueError):
        return {}
