"""Boxes in a table: one row for each, its corners under any of the usual names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from jupyter_clinagent.study.data.boxes.found import UNNAMED, AnnotatedBoxes, Row, gather
from jupyter_clinagent.study.data.boxes.readers import fused, reader_column
from jupyter_clinagent.study.data.roles import LEAST_NUMBERS, as_numbers, is_blank, is_named_like_label, share_of_numbers
from jupyter_clinagent.study.data.tables import Table

_NAMES = {
    "x_min": "xmin|x1|x0|left", "y_min": "ymin|y1|y0|top", "x_max": "xmax|x2|right", "y_max": "ymax|y2|bottom",
    "x": "x", "y": "y", "width": "width|w", "height": "height|h",
    "x_centre": "xcent(er|re)|cx", "y_centre": "ycent(er|re)|cy",
}  # fmt: skip
_SHAPES = (
    ("x_min", "y_min", "x_max", "y_max"),
    ("x_centre", "y_centre", "width", "height"),
    ("x", "y", "width", "height"),
    ("x_min", "y_min", "width", "height"),
)
_NAME = re.compile(r"['\"]([^'\"]+)['\"]")
_LIST = re.compile(rf"\[\s*(?:{_NAME.pattern}[\s,]*)+\]")
_TRUE = frozenset(["1", "1.0", "true", "yes", "y"])


def is_box_table(table: Table) -> bool:
    """Whether its rows name images and have all that a box takes."""
    shape = _shape(table.frame) if table.matched else None
    return shape is not None and all(_numeric(table.frame[name]) for name in shape.values())


def _numeric(cells: pd.Series) -> bool:
    return share_of_numbers(cells) > LEAST_NUMBERS


def table_boxes(tables: Sequence[Table]) -> AnnotatedBoxes | None:
    """Boxes of all tables about images of their own; of two about the same images the larger one, and that is said.

    Corners all between 0 and 1 are parts of the image.
    """
    fitting = [table for table in tables if is_box_table(table)]
    found = sorted((boxes for table in fitting if (boxes := _boxes(table)) is not None), key=len, reverse=True)
    taken = found[:1]
    for boxes in found[1:]:
        if any(boxes.images & one.images or boxes.relative != one.relative for one in taken):
            said = f"{boxes.files[0]} also holds boxes, of the same images; those of {taken[0].files[0]} are taken."
            taken[0] = replace(taken[0], said=(*taken[0].said, said))
        else:
            taken.append(boxes)
    return _together(taken) if taken else None


def _together(found: Sequence[AnnotatedBoxes]) -> AnnotatedBoxes:
    """Boxes of several tables as those of one."""
    first, *others = found
    return replace(
        first,
        rows=pd.concat([one.rows for one in found], ignore_index=True) if others else first.rows,
        strangers=[name for one in found for name in one.strangers],
        files=[name for one in found for name in one.files],
        unread={name: why for one in found for name, why in one.unread.items()},
        said=tuple(dict.fromkeys(line for one in found for line in one.said)),
    )


def _shape(frame: pd.DataFrame) -> dict[str, str] | None:
    """The columns of the first complete shape, by what they hold."""
    known: dict[str, str] = {}
    for name in frame.columns:
        key = re.sub(r"[^a-z0-9]", "", re.sub(r"^(b?box|bb)[ _-]?", "", str(name).lower()))
        meaning = next((what for what, pattern in _NAMES.items() if re.fullmatch(pattern, key)), None)
        if meaning:
            known.setdefault(meaning, str(name))
    return next(({what: known[what] for what in shape} for shape in _SHAPES if set(shape) <= known.keys()), None)


def _boxes(table: Table) -> AnnotatedBoxes | None:
    shape, column = _shape(table.frame) or {}, class_column(table)
    cells = pd.DataFrame({what: table.frame[name] for what, name in shape.items()})
    numbers = cells.apply(as_numbers)
    whole = numbers.notna().all(axis=1)
    relative = bool(whole.any()) and bool((numbers[whole].max() <= 1).all())
    # Rows without any coordinate say that the image has no box; some without, or words in their place, can't be read.
    said = (~cells.apply(is_blank)).any(axis=1) | _names_finding(table, column, whole)
    found = gather("table", _rows(table, _corners(numbers[said]), column), [table.name], relative, column)
    return found if found is None else _of_one_reader(found, table.frame[said & table.files.notna()])


def _of_one_reader(found: AnnotatedBoxes, rows: pd.DataFrame) -> AnnotatedBoxes:
    """What several readers marked counts once; ``rows`` are those of the boxes."""
    reader = reader_column(rows)
    return found if reader is None else fused(found, rows[reader].tolist())


def _names_finding(table: Table, column: str | None, boxed: pd.Series) -> pd.Series:
    """Rows with a class that other rows have boxes of: theirs are missing."""
    if column not in [label.name for label in table.by_role("label")]:
        return pd.Series(False, index=table.frame.index)
    return table.frame[column].isin(set(table.frame[column][boxed].dropna()))


def _corners(numbers: pd.DataFrame) -> pd.DataFrame:
    if "x_max" in numbers:
        return numbers[["x_min", "y_min", "x_max", "y_max"]]
    left, top = numbers.iloc[:, 0], numbers.iloc[:, 1]
    if "x_centre" in numbers:
        left, top = left - numbers["width"] / 2, top - numbers["height"] / 2
    return pd.DataFrame({"x_min": left, "y_min": top, "x_max": left + numbers["width"], "y_max": top + numbers["height"]})


def class_column(table: Table) -> str | None:
    """The column that says what each box marks; it may hold the same class in every row."""
    corners = set((_shape(table.frame) or {}).values())
    constant = [c for c in table.by_role("ignored") if c.distinct == 1 and is_named_like_label(c.name) and c.name not in corners]
    listed = [column for column in table.by_role("other") if _holds_lists(table.frame[column.name])]
    return next((column.name for column in [*table.by_role("label"), *constant, *listed]), None)


def _holds_lists(cells: pd.Series) -> bool:
    """Whether each cell is a list of names, as “['Mass']”."""
    given = cells.dropna().astype(str)
    return len(given) > 0 and bool(given.str.fullmatch(_LIST).all())


def _rows(table: Table, corners: pd.DataFrame, column: str | None) -> Iterator[tuple[str, Row]]:
    for position, values in zip(corners.index, corners.to_numpy(), strict=True):
        label = table.frame.at[position, column] if column else None
        # A column of truth values says that there is a finding, not which.
        label = UNNAMED if not isinstance(label, str) or label.lower() in _TRUE else label
        label = ", ".join(_NAME.findall(label)) if _LIST.fullmatch(label) else label
        file = table.files[position]
        name = str(table.frame.at[position, table.image_column])
        x_min, y_min, x_max, y_max = (float(value) for value in values)
        yield name, (file if isinstance(file, str) else None, label, x_min, y_min, x_max, y_max, None, None)
