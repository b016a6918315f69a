"""From label cells to classes: which column, which values belong to which class, what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from jupyter_clinagent.contracts import OUTSIDE
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.label_values import LABEL_NOT_KNOWN, not_known
from jupyter_clinagent.study.data.inventory import FOLDER, NAME_ENDING, Inventory, ending_rows, folder_rows, rows_by_file
from jupyter_clinagent.study.data.matching import file_index
from jupyter_clinagent.study.data.survey import label_candidates
from jupyter_clinagent.study.data.tables import Table

HOW = (
    "put them into one folder per class, or put a table (CSV, TSV or XLSX) with a column of image names "
    "and a column of labels beside them."
)


@dataclass(frozen=True)
class Labelled:
    """Rows by file with their ``class``; the classes in order; why images were left out."""

    rows: pd.DataFrame
    column: str
    classes: dict[str, list[str]]
    left_out: dict[str, str]
    """Reason by file."""
    without_file: int
    """Rows that name no image file."""
    contradictory: int
    """Files with rows of different classes."""
    not_known: dict[str, int] = field(default_factory=dict)
    """Images by a label value that means that the label is not known."""


def label_images(
    inventory: Inventory,
    label: str | None = None,
    classes: Mapping[str, list[str]] | None = None,
    table: str | None = None,
    image: str | None = None,
    *,
    every_class: bool = True,
) -> Labelled:
    """Give each image its class; with ``every_class=False`` some classes (elsewhere: all but one) may have no image.

    Raises
    ------
    LabelsDoNotMatch
        No labels, labels that match no image, fewer than two classes.
    BadInput
        Cells with several labels, an unknown column or table.
    """
    rows, column, without_file = rows_with(inventory, label, table, image)
    cells = rows[column]
    _refuse_several(cells, column)
    unknown = cells.isin(not_known(cells.dropna().unique()))
    mapping = _mapping(cells[~unknown], classes, column)
    value_to_class = {value.casefold(): name for name, values in mapping.items() for value in values}
    classed = cells.map(lambda cell: value_to_class.get(cell.casefold()) if isinstance(cell, str) else None).mask(unknown, None)
    left_out = _without_class(cells, classed, unknown)
    left_out |= {image: "no label" for image in inventory.images if image not in rows.index}
    kept, contradictory = _one_row_each(rows.assign(**{"class": classed})[classed.notna()])
    left_out |= dict.fromkeys(contradictory, "contradictory labels")
    if every_class:
        _check_classes(kept, mapping, column)
    return Labelled(kept, column, mapping, left_out, without_file, len(contradictory), _count(cells[unknown], left_out))


def _without_class(cells: pd.Series, classed: pd.Series, unknown: pd.Series) -> dict[str, str]:
    """Why a file's row gives no class, for files none of whose rows does."""
    told = set(cells.index[classed.notna()])
    reasons = {LABEL_NOT_KNOWN: unknown, "no label": cells.isna(), OUTSIDE: cells.notna() & ~unknown}
    return {
        str(file): reason for reason, rows in reasons.items() for file in cells.index[rows & classed.isna()] if file not in told
    }


def _count(untold: pd.Series, left_out: Mapping[str, str]) -> dict[str, int]:
    """Files by the value that means “not known”, the most frequent first."""
    once = untold[~untold.index.duplicated()]
    values = Counter(str(value) for file, value in once.items() if left_out.get(str(file)) == LABEL_NOT_KNOWN)
    return dict(values.most_common())


def rows_with(inventory: Inventory, label: str | None, table: str | None, image: str | None) -> tuple[pd.DataFrame, str, int]:
    """Rows by file that hold a column, the column's name (of None the likeliest label), and how many of them name no file.

    Raises
    ------
    BadInput
        There is no such column.
    LabelsDoNotMatch
        It reaches no image.
    """
    column = label or _best_label(inventory)
    if inventory.class_folders is not None and column in (FOLDER, *inventory.levels):
        return folder_rows(inventory), column, 0
    if column == NAME_ENDING and NAME_ENDING in label_candidates(inventory):
        return ending_rows(inventory), column, 0
    chosen = _with_image_column(_table_with(inventory, column, table), image, inventory)
    if not chosen.matched:
        return _joined(inventory, chosen, column), column, 0
    rows = rows_by_file(inventory, chosen)
    without = int((chosen.files.isna() & chosen.frame[column].notna()).sum())
    return rows, column, without


def _joined(inventory: Inventory, chosen: Table, column: str) -> pd.DataFrame:
    """Labels in a table of patients, brought to the images through a table that names both."""
    for other in inventory.image_tables:
        rows = rows_by_file(inventory, other)
        if column in rows.columns and rows[column].notna().any():
            return rows
    raise LabelsDoNotMatch(
        f"The labels in {chosen.name} match none of the {len(inventory.images)} images: "
        "one of its columns has to hold the names of the image files."
    )


def _best_label(inventory: Inventory) -> str:
    candidates = label_candidates(inventory)
    if candidates:
        return candidates[0]
    unmatched = [c.name for table in inventory.tables for c in table.by_role("label")]
    if unmatched:
        return unmatched[0]
    count = len(inventory.images)
    raise LabelsDoNotMatch(f"There are {count} image{'s' * (count != 1)} but no labels, or only one class: {HOW}")


def _table_with(inventory: Inventory, column: str, table: str | None) -> Table:
    having = [t for t in [*inventory.image_tables, *inventory.tables] if column in t.frame.columns and table in (None, t.name)]
    if having:
        return having[0]
    folders = {FOLDER, *inventory.levels} if inventory.class_folders else set()
    known = sorted({str(name) for t in inventory.tables for name in t.frame.columns} | folders)
    raise BadInput(
        f"There is no column {column!r}{f' in {table}' if table else ''}; there are: {', '.join(known) or 'no tables'}."
    )


def _with_image_column(table: Table, image: str | None, inventory: Inventory) -> Table:
    if image is None or image == table.image_column:
        return table
    if image not in table.frame.columns:
        raise BadInput(f"There is no column {image!r} in {table.name}; there are: {', '.join(map(str, table.frame.columns))}.")
    files = table.frame[image].map(file_index(tuple(inventory.images)).find)
    return Table(table.name, table.frame, image, files, table.columns)


def _refuse_several(cells: pd.Series, column: str) -> None:
    several = int(cells.dropna().astype(str).str.contains("|", regex=False).sum())
    if several:
        raise BadInput(
            f"{several} cells of {column} hold several labels (A|B); telling classes apart takes one for each image: "
            "choose one of them, or name another column."
        )


def _mapping(cells: pd.Series, classes: Mapping[str, list[str]] | None, column: str) -> dict[str, list[str]]:
    present = sorted(cells.dropna().unique())
    if classes is None:
        return {str(value): [str(value)] for value in present}
    wanted = {str(value).casefold() for values in classes.values() for value in values}
    unknown = wanted - {str(value).casefold() for value in present}
    if unknown == wanted:
        raise LabelsDoNotMatch(f"None of the classes' labels occurs in {column}; it holds: {', '.join(map(str, present[:20]))}.")
    return {str(name): [str(value) for value in values] for name, values in classes.items()}


def _one_row_each(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Drop files whose rows contradict each other, and all but the first row of the others."""
    times = Counter(rows.index)
    distinct = rows["class"].groupby(level=0).nunique() if max(times.values(), default=1) > 1 else None
    contradictory = [] if distinct is None else [str(file) for file in distinct.index[distinct > 1]]
    kept = rows[~rows.index.duplicated() & ~rows.index.isin(contradictory)]
    return kept.sort_index(), contradictory


def _check_classes(kept: pd.DataFrame, mapping: dict[str, list[str]], column: str) -> None:
    present = set(kept["class"])
    if len(present) < 2:
        only = ", ".join(present) or "none"
        raise LabelsDoNotMatch(
            f"Only one class in {column} ({only}): there is nothing to tell apart; add images of another class."
        )
    absent = [name for name in mapping if name not in present]
    if absent:
        raise LabelsDoNotMatch(f"No image has the class {', '.join(absent)} in {column}: leave it out or correct its labels.")
