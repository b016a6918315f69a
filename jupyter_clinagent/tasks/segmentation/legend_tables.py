"""Legends that are tables with a header: “id,name,r,g,b”, “name,r,g,b”, “value;structure”."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

_NAME = ("name", "names", "class_name", "classname", "label_name", "structure", "organ", "title", "bezeichnung", "struktur")
_EITHER = ("class", "label", "category", "klasse")
"""The name where no other column is, else its number."""
_ID = ("id", "value", "index", "idx", "number", "class_id", "classid", "label_id", "pixel", "pixel_value", "wert", "nummer")
_COLOURS = (("r", "red", "rot"), ("g", "green", "grün"), ("b", "blue", "blau"))
_BYTE = 255

Row = Mapping[str, str]


def read_legend_table(text: str) -> dict[int | tuple[int, int, int], str] | None:
    """Names by number and by colour, whichever the table has; None where it has no such header.

    Examples
    --------
    >>> read_legend_table("id,name,r,g,b\\n1,lobe 2,255,0,0")
    {1: 'lobe 2', (255, 0, 0): 'lobe 2'}
    """
    header, *lines = [line for line in text.splitlines() if line.strip()] or [""]
    delimiter = next((one for one in ",;\t|" if one in header), ",")
    names = [name.strip().strip('"').lower() for name in header.split(delimiter)]
    name = _first(names, (*_NAME, *_EITHER))
    number = _first([one for one in names if one != name], (*_ID, *_EITHER))
    colour = [_first(names, words) for words in _COLOURS]
    if name is None or (number is None and None in colour):
        return None
    rows = [dict(zip(names, map(str.strip, cells), strict=False)) for cells in csv.reader(lines, delimiter=delimiter)]
    found: dict[int | tuple[int, int, int], str] = {}
    for row in rows:
        found |= _entries(row, name, number, [one for one in colour if one is not None])
    return found


def _first(names: Sequence[str], words: Sequence[str]) -> str | None:
    return next((word for word in words if word in names), None)


def _entries(row: Row, name: str, number: str | None, colour: Sequence[str]) -> dict[int | tuple[int, int, int], str]:
    """The number and the colour of one row, if it has them."""
    called, own = row.get(name, ""), _byte(row.get(number or "", ""))
    parts = [byte for one in colour if (byte := _byte(row.get(one, ""))) is not None]
    found: dict[int | tuple[int, int, int], str] = {} if own is None or not called else {own: called}
    return found | ({(parts[0], parts[1], parts[2]): called} if called and len(parts) == len(_COLOURS) else {})


def _byte(cell: str) -> int | None:
    return int(cell) if cell.isdecimal() and int(cell) <= _BYTE else None
