"""Outlines as runs of pixels in a table (RLE)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.study.data.tables import Table
from jupyter_clinagent.tasks.segmentation.legend import Legend
from jupyter_clinagent.tasks.segmentation.run_names import Naming, names_of

Found = dict[str, list[dict[str, Any]]]
"""References by image; an empty list: the image is known to show nothing."""
_RUNS = ("encodedpixels", "rle", "rle_mask", "encoded_pixels", "segmentation", "mask_rle")


def tables_of_runs(tables: list[Table], legend: Legend) -> tuple[dict[str, Found], list[str], list[str]]:
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
        naming = names_of(table, column, pd.Index([position for position, runs in rows.items() if runs]), legend)
        said += naming.said
        _add(found, table, rows, naming)
    return dict(found), strangers, said


def _add(found: dict[str, Found], table: Table, rows: Mapping[Any, list[int]], naming: Naming) -> None:
    """The outlines of one table. What nobody named could be any of the structures; without runs it says that none is there."""
    known = [ONE] if naming.names is None else [str(name) for name in naming.names.dropna().unique()]
    for position, runs in rows.items():
        unnamed = naming.names is not None and position not in naming.names.index
        names = known if unnamed else [ONE if naming.names is None else str(naming.names.at[position])]
        for name in names:
            references = found[name].setdefault(str(table.files[position]), [])
            if unnamed and runs:
                references.append({"unusable": "nothing says what a row of its runs outlines"})
            elif len(runs) % 2:
                references.append({"unusable": "its runs of pixels end in a start without a length"})
            elif runs:
                references.append({"starts": runs, **_sides(table.frame, position)})


def _starts(cell: Any) -> list[int]:
    words = str(cell).split() if isinstance(cell, str) else []
    numbers = [int(word) for word in words if word.lstrip("-").isdigit()]
    return numbers if len(numbers) > 1 else []


def _sides(frame: pd.DataFrame, position: Any) -> dict[str, list[int]]:
    known = {str(name).lower(): frame.at[position, name] for name in frame.columns}
    try:
        return {"size": [int(float(known["height"])), int(float(known["width"]))]}
    except (KeyError, TypeError, ValueError):
        return {}
