"""What every box format is read into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from jupyter_clinagent.study.data.spellings import say, usual_spellings

CORNERS = ["x_min", "y_min", "x_max", "y_max"]
COLUMNS = ["image", "class", *CORNERS]
_WITH_SIZE = [*COLUMNS, "width", "height"]
UNNAMED = "finding"
"""Class of boxes that come without one."""

UNREAD, PARTLY = "the file with its boxes can't be read", "only some of its boxes can be read"
"""Why nobody knows whether an image shows a finding, or where all of them are."""
MOST_PART = 1.5
"""No finding ends within so few pixels of the image's corner: such corners are parts of the image, at most a little over it."""

BoxLayout = Literal["coco", "voc", "yolo", "cvat", "via", "table"]
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
    unread
        Images of which an annotation can't be read, or not in full, with the reason: :data:`UNREAD` or :data:`PARTLY`.
    said
        What was assumed while reading them.
    """

    layout: BoxLayout
    rows: pd.DataFrame
    strangers: list[str]
    files: list[str]
    relative: bool = False
    class_column: str | None = None
    unread: dict[str, str] = field(default_factory=dict)
    said: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows) + len(self.strangers)

    @property
    def images(self) -> set[str]:
        """Images with at least one box."""
        return set(self.rows["image"])

    @property
    def doubtful(self) -> list[str]:
        """Images with boxes that can't be read, or whose corners are not four numbers."""
        finite = np.isfinite(self.rows[CORNERS].to_numpy(dtype=float)).all(axis=1)
        return sorted(self.unread.keys() | set(self.rows["image"][~finite]))

    @property
    def in_parts(self) -> pd.Series:
        """Whether the corners of each box are parts of its image (0 to 1) rather than pixels, whatever the format prescribes."""
        corners = self.rows[CORNERS].to_numpy(dtype=float)
        whole = np.isfinite(corners).all(axis=1)
        small = (np.abs(corners) <= MOST_PART).all(axis=1)
        fraction = (corners != np.round(corners)).any(axis=1)
        everywhere = self.relative or bool(small[whole].all() and fraction[whole].any())
        return pd.Series(small & (fraction | everywhere) | self.relative, index=self.rows.index)


def gather(
    layout: BoxLayout,
    named: Iterable[tuple[str, Row]],
    files: Sequence[str],
    relative: bool = False,
    class_column: str | None = None,
    unread: dict[str, str] | None = None,
    assumed: Sequence[str] = (),
) -> AnnotatedBoxes | None:
    """Boxes of known images as a table, the names of unknown ones apart; None where there is no box, readable or not."""
    listed = list(named)
    if not listed and not unread:
        return None
    strangers = [name for name, row in listed if row[0] is None]
    rows = pd.DataFrame([row for _, row in listed if row[0] is not None], columns=_WITH_SIZE)
    numbers = rows[_WITH_SIZE[2:]].apply(pd.to_numeric, errors="coerce").astype(float)
    usual = usual_spellings(rows["class"])
    known = rows[["image", "class"]].replace({"class": usual}).join(numbers)
    said = (f"Classes of boxes: {say(usual)}.",) if usual else ()
    return AnnotatedBoxes(layout, known, strangers, list(files), relative, class_column, unread or {}, (*said, *assumed))


def number(value: object) -> float:
    """A number as annotation files write it; NaN for anything else."""
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


def around(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float, float]:
    """The corners of the box around points; NaN where there are none, or one can't be read."""
    points = np.array([*x, *y], dtype=float)
    if not len(x) or len(x) != len(y) or not np.isfinite(points).all():
        return (float("nan"),) * 4
    return min(x), min(y), max(x), max(y)
