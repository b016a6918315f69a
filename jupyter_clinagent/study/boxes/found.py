"""What every box format is read into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

CORNERS = ["x_min", "y_min", "x_max", "y_max"]
COLUMNS = ["image", "class", *CORNERS]
_WITH_SIZE = [*COLUMNS, "width", "height"]
UNNAMED = "finding"
"""Class of boxes that come without one."""

BoxLayout = Literal["coco", "voc", "yolo", "table"]
Row = tuple[str | None, str, float, float, float, float, float | None, float | None]
"""Image (None where no file bears the name), class, corners, and the image size that the annotation was made for."""


@dataclass(frozen=True)
class AnnotatedBoxes:
    """Boxes as they were found, before anything is mended.

    Attributes
    ----------
    rows
        ``image, class, x_min, y_min, x_max, y_max`` in pixels (in parts of the image where ``relative``), and ``width,
        height`` of the image that they were drawn on (missing where the format doesn't say).
    strangers
        Names of images that have boxes but no file, as often as they have boxes.
    files
        The annotation files, relative to the data folder.
    class_column
        Of boxes in a table: the column with their classes.
    """

    layout: BoxLayout
    rows: pd.DataFrame
    strangers: list[str]
    files: list[str]
    relative: bool = False
    class_column: str | None = None

    def __len__(self) -> int:
        return len(self.rows) + len(self.strangers)

    @property
    def images(self) -> set[str]:
        """Images with at least one box."""
        return set(self.rows["image"])


def gather(
    layout: BoxLayout,
    named: Iterable[tuple[str, Row]],
    files: Sequence[str],
    relative: bool = False,
    class_column: str | None = None,
) -> AnnotatedBoxes | None:
    """Boxes of known images as a table, the names of unknown ones apart; None where there is no box at all."""
    listed = list(named)
    if not listed:
        return None
    strangers = [name for name, row in listed if row[0] is None]
    rows = pd.DataFrame([row for _, row in listed if row[0] is not None], columns=_WITH_SIZE)
    numbers = rows[_WITH_SIZE[2:]].apply(pd.to_numeric, errors="coerce").astype(float)
    return AnnotatedBoxes(layout, rows[["image", "class"]].join(numbers), strangers, list(files), relative, class_column)
