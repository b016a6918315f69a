"""Boxes against the images they lie on: repaired where that is unambiguous, refused otherwise, every one with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from jupyter_clinagent.study.data.boxes.found import COLUMNS, CORNERS, AnnotatedBoxes

SLACK = 1.0
"""Pixels by which a box may reach over its image for rounding alone."""
IN_PARTS = "given in parts of its image: brought to pixels"
RESCALED = "drawn on the image at another size: rescaled"
SWAPPED = "corners swapped: put in order"
CLIPPED = "partly outside its image: clipped"
NOT_NUMBERS = "its corners are not four numbers"
OTHER_SIZE = "drawn for an image of another size and shape"
NO_AREA = "has no area"
OUTSIDE = "lies outside its image"
REPEATED = "repeats another box"
INCOMPLETE = "lies on an image of which other boxes can't be read"


@dataclass(frozen=True)
class MendedBoxes:
    """Boxes that can be used, and what was done to the others.

    Attributes
    ----------
    boxes
        ``image, class, x_min, y_min, x_max, y_max`` in pixels of the images as they are.
    notes
        One row for each box that was touched: ``image, class, done`` (repaired | refused) and ``reason``.
    """

    boxes: pd.DataFrame
    notes: pd.DataFrame

    def counts(self, done: str) -> dict[str, int]:
        """How many were ``"repaired"`` or ``"refused"``, by reason."""
        reasons = self.notes.loc[self.notes["done"] == done, "reason"]
        return {str(reason): count for reason, count in sorted(Counter(reasons).items())}

    @property
    def bereft(self) -> dict[str, str]:
        """Images that lost every box, with the reason of the first one."""
        refused = self.notes[(self.notes["done"] == "refused") & ~self.notes["image"].isin(self.boxes["image"])]
        first = refused.drop_duplicates("image")
        return dict(zip(first["image"], first["reason"], strict=True))

    @property
    def partly(self) -> set[str]:
        """Images that kept a box although the corners of another one can't be read."""
        return set(self.notes["image"][self.notes["reason"] == NOT_NUMBERS]) & set(self.boxes["image"])

    def without(self, images: Collection[str]) -> MendedBoxes:
        """Refuse the boxes of images that are not boxed in full: what lies beside them would count as healthy."""
        out = self.boxes["image"].isin(list(images))
        refused = self.boxes.loc[out, ["image", "class"]].assign(done="refused", reason=INCOMPLETE)
        notes = pd.concat([self.notes, refused], ignore_index=True).sort_values("image", kind="stable", ignore_index=True)
        return MendedBoxes(self.boxes[~out].reset_index(drop=True), notes) if out.any() else self


class _Bench:
    """The boxes under repair; each step looks only at those that are still whole."""

    def __init__(self, rows: pd.DataFrame, sizes: pd.DataFrame) -> None:
        self.rows = rows.reset_index(drop=True)
        self.real = sizes.loc[self.rows["image"], ["width", "height"]].to_numpy(dtype=float)
        self.corners = self.rows[CORNERS].to_numpy(dtype=float)
        self.good = np.ones(len(self.rows), bool)
        self.notes: list[pd.DataFrame] = []

    def refuse(self, bad: np.ndarray, reason: str) -> None:
        self._note(bad & self.good, "refused", reason)
        self.good &= ~bad

    def repair(self, which: np.ndarray, corners: np.ndarray, reason: str) -> None:
        self._note(which & self.good, "repaired", reason)
        self.corners = np.where(self.good[:, None], corners, self.corners)

    def _note(self, which: np.ndarray, done: str, reason: str) -> None:
        self.notes.append(self.rows.loc[which, ["image", "class"]].assign(done=done, reason=reason))

    def finished(self) -> MendedBoxes:
        boxes = self.rows[["image", "class"]].join(pd.DataFrame(self.corners, columns=CORNERS))[COLUMNS]
        notes = pd.concat(self.notes, ignore_index=True)
        kept = boxes[self.good].sort_values(COLUMNS, kind="stable", ignore_index=True)
        return MendedBoxes(kept, notes.sort_values("image", kind="stable", ignore_index=True))


def mend_boxes(found: AnnotatedBoxes, rows: pd.DataFrame, sizes: pd.DataFrame) -> MendedBoxes:
    """Repair or refuse boxes.

    A box in parts of its image is brought to pixels. One drawn for another image size is rescaled where both sizes have
    the same proportions, and refused where they have not: nobody can say then which part was cut off.

    Parameters
    ----------
    found
        Where the boxes come from.
    rows
        Those of its rows that lie on readable images.
    sizes
        Real ``width`` and ``height`` by image.
    """
    bench = _Bench(rows, sizes)
    bench.refuse(~np.isfinite(bench.corners).all(axis=1), NOT_NUMBERS)
    parts = found.in_parts.loc[rows.index].to_numpy()
    _from_parts(bench, parts, said=not found.relative)
    _to_real_pixels(bench, ~parts)
    _order_corners(bench)
    _keep_inside(bench)
    repeated = bench.rows[["image", "class"]].join(pd.DataFrame(bench.corners)).duplicated().to_numpy()
    bench.refuse(repeated, REPEATED)
    return bench.finished()


def _from_parts(bench: _Bench, parts: np.ndarray, *, said: bool) -> None:
    """Parts of the image become pixels; where the format prescribes pixels, that is a repair."""
    corners = np.where(parts[:, None], bench.corners * np.tile(bench.real, 2), bench.corners)
    if said:
        bench.repair(parts, corners, IN_PARTS)
    else:
        bench.corners = corners


def _to_real_pixels(bench: _Bench, pixels: np.ndarray) -> None:
    made_for = bench.rows[["width", "height"]].to_numpy(dtype=float)
    known = (np.isfinite(made_for) & (made_for > 0)).all(axis=1) & pixels
    scale = np.divide(bench.real, made_for, out=np.ones_like(made_for), where=known[:, None])
    other = known & (made_for != bench.real).any(axis=1)
    # Sizes are whole pixels, so that the same proportions may differ by a pixel's rounding.
    rounding = 1.5 / np.minimum(bench.real, np.where(known[:, None], made_for, bench.real)).min(axis=1)
    same_shape = np.abs(scale[:, 0] / scale[:, 1] - 1) <= rounding
    bench.refuse(other & ~same_shape, OTHER_SIZE)
    bench.repair(other & same_shape, bench.corners * np.tile(scale, 2), RESCALED)


def _order_corners(bench: _Bench) -> None:
    low, high = (
        np.minimum(bench.corners[:, :2], bench.corners[:, 2:]),
        np.maximum(bench.corners[:, :2], bench.corners[:, 2:]),
    )
    swapped = (bench.corners[:, 2:] < bench.corners[:, :2]).any(axis=1)
    bench.refuse((low == high).any(axis=1), NO_AREA)
    bench.repair(swapped, np.hstack([low, high]), SWAPPED)


def _keep_inside(bench: _Bench) -> None:
    limit = np.tile(bench.real, 2)
    inside = np.clip(bench.corners, 0, limit)
    bench.refuse((inside[:, 2:] <= inside[:, :2]).any(axis=1), OUTSIDE)
    over = np.abs(inside - bench.corners).max(axis=1, initial=0) > SLACK
    bench.repair(over, inside, CLIPPED)
