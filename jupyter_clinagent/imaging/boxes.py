"""Boxes around findings, in plain numpy: nothing here imports torch.

A box is x_min, y_min, x_max, y_max in pixels from the top left corner, ends exclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

CANDIDATES = 300
"""Boxes of an image that are compared with each other at most; the lowest scores are dropped first."""
OVERLAP = 0.4
"""Two boxes of a class that overlap by more than this (intersection over union) show the same finding."""
SMALLEST_SCORE = 0.02
MOST_BOXES = 20


def _no_boxes() -> np.ndarray:
    return np.empty((0, 4), np.float32)


@dataclass(frozen=True)
class Boxes:
    """Boxes of one image; :meth:`of` builds the true ones.

    Attributes
    ----------
    corners
        float32, shape (n, 4).
    scores
        In 0 … 1, shape (n,); 1 for the truth.
    classes
        Index of the class, int64, shape (n,).
    """

    corners: np.ndarray = field(default_factory=_no_boxes)
    scores: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))
    classes: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.corners)

    def __getitem__(self, chosen: Any) -> Boxes:
        """Those with these indices, or where this mask is true."""
        return Boxes(self.corners[chosen], self.scores[chosen], self.classes[chosen])

    @classmethod
    def of(cls, corners: Any, classes: Any = None, scores: Any = None) -> Boxes:
        """From anything array-like; by default of the first class, with a score of 1."""
        array = np.asarray(corners, np.float32).reshape(-1, 4)
        return cls(
            array,
            np.ones(len(array), np.float32) if scores is None else np.asarray(scores, np.float32).reshape(len(array)),
            np.zeros(len(array), np.int64) if classes is None else np.asarray(classes, np.int64).reshape(len(array)),
        )

    def moved(self, corners: np.ndarray) -> Boxes:
        """The same findings at other places (n, 4)."""
        return Boxes(np.asarray(corners, np.float32).reshape(-1, 4), self.scores, self.classes)

    def mirrored(self, width: int) -> Boxes:
        """As in the horizontally flipped image of this width."""
        return self.moved(
            np.column_stack([width - self.corners[:, 2], self.corners[:, 1], width - self.corners[:, 0], self.corners[:, 3]])
        )


def listed(table: Any, ids: Sequence[str], classes: Sequence[str]) -> list[Boxes]:
    """Boxes of each image in ``ids`` from a table ``image, class, x_min, y_min, x_max, y_max`` (and perhaps ``score``)."""
    index = {name: k for k, name in enumerate(classes)}
    corners = table[["x_min", "y_min", "x_max", "y_max"]].to_numpy(np.float32)
    kinds = np.array([index[name] for name in table["class"]], np.int64)
    scores = table["score"].to_numpy(np.float32) if "score" in table else np.ones(len(table), np.float32)
    rows: dict[str, list[int]] = {}
    for row, image in enumerate(table["image"]):
        rows.setdefault(str(image), []).append(row)
    every = Boxes(corners, scores, kinds)
    return [every[rows[image]] if image in rows else Boxes() for image in ids]


def area(corners: np.ndarray) -> np.ndarray:
    """Square pixels of each box (n, 4)."""
    return np.asarray(np.prod(np.clip(corners[..., 2:] - corners[..., :2], 0, None), axis=-1))


def intersection_over_union(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of every box of ``a`` (n, 4) with every box of ``b`` (m, 4): (n, m)."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    union = area(a)[:, None] + area(b)[None] - common
    return np.asarray(np.divide(common, union, out=np.zeros_like(common), where=union > 0))


def select(corners: np.ndarray, scores: np.ndarray, size: tuple[int, int], smallest: float = SMALLEST_SCORE) -> Boxes:
    """What a detector's raw output says: scores that count, clipped to the image, one box for each finding.

    Parameters
    ----------
    corners, scores
        Boxes of every anchor (anchors, 4) and their score for each class (anchors, classes).
    size
        Width and height of the image in pixels.
    smallest
        Lower scores are dropped.

    Returns
    -------
    Boxes
        At most :data:`MOST_BOXES`, the highest score first, after greedy non-maximum suppression within each class.
    """
    anchors, classes = np.nonzero(scores >= smallest)
    values = scores[anchors, classes]
    order = np.argsort(-values, kind="stable")[:CANDIDATES]
    limit = np.array([size[0], size[1]] * 2, np.float32)
    found = Boxes.of(np.clip(corners[anchors[order]], 0, limit), classes[order], values[order])
    found = found[area(found.corners) >= 1]
    return found[_survivors(found)[:MOST_BOXES]]


def _survivors(found: Boxes) -> np.ndarray:
    """Indices that greedy suppression leaves of boxes in the order of their scores."""
    rivals = intersection_over_union(found.corners, found.corners) > OVERLAP
    rivals &= found.classes[:, None] == found.classes[None]
    alive = np.ones(len(found), bool)
    for k in range(len(found)):
        if alive[k]:
            alive[k + 1 :] &= ~rivals[k, k + 1 :]
    return np.flatnonzero(alive)
