"""Outlines as runs of pixels in a table (RLE)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.study.data.tables import Table

Found = dict[str, list[dict[str, Any]]]
"""References by image; an empty list: the image is known to show nothing."""
_RUNS = ("encodedpixels", "rle", "rle_mask", "encoded_pixels", "segmentation", "mask_rle")


def tables_of_runs(tables: list[Table]) -> tuple[dict[str, Found], list[str]]:
    """One row for each outline; an empty cell (or -1) says that there is none."""
    found: dict[str, Found] = defaultdict(dict)
    strangers: list[str] = []
    for table in tables:
        column = next((str(name) for name in table.frame.columns if str(name).lower() in _RUNS), None)
        if column is None or not table.matched or table.image_column is None:
            continue
        label = next((c.name for c in table.by_role("label") if c.name != column), None)
        for position, cell in table.frame[column].items():
            file = table.files[position]
            if not isinstance(file, str):
                strangers.append(str(table.frame.at[position, table.image_column]))
                continue
            name = str(table.frame.at[position, label]) if label else ONE
            references = found[name].setdefault(file, [])
            runs = _starts(cell)
            if len(runs) % 2:
                references.append({"unusable": "its runs of pixels end in a start without a length"})
            elif runs:
                references.append({"starts": runs, **_sides(table.frame, position)})
    return dict(found), strangers


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
