"""Images with boxes for Lightning: positives and negatives in each batch by a plan, boxes in the model's pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, IterableDataset

from jupyter_clinagent.contracts import FINDING, NO_FINDING, BoxedCohortLike, Partition
from jupyter_clinagent.imaging.augment import MOSTLY_VISIBLE, BoxTransform
from jupyter_clinagent.imaging.boxes import Boxes, area, listed
from jupyter_clinagent.imaging.dataset import CohortDataModule

FEWEST_GROUPS = 20
"""Box-free images of fewer groups show a few patients, not what is normal: negatives are cut from box-free regions instead."""
CROP = (0.5, 0.8)
"""Share of width and height that such a region takes."""
TRIES = 40
ROOM_AROUND = 1.25
"""A window is at least so many times as wide and high as the box that it is drawn around."""

Target = tuple[torch.Tensor, torch.Tensor]
"""Corners (n, 4) and classes (n,) of the boxes of an image."""

View = tuple[np.ndarray, Boxes]
"""Pixels (H, W, 3) and the boxes in them."""


class BoxDataModule(CohortDataModule):
    """Loaders over a cohort with boxes. Its :meth:`labels` say whether an image has a finding at all.

    Parameters
    ----------
    cohort
        Table, reader and boxes; see :class:`~jupyter_clinagent.contracts.BoxedCohortLike`.
    size
        Width and height in pixels at which the model works.
    train_transform
        A pipeline that takes boxes along, such as :func:`~jupyter_clinagent.imaging.augment.radiograph_boxes`.
    batch_size
        Images in a training step.
    crop
        Share of width and height kept around the centre before resizing.
    negatives
        Share of box-free images in a batch; None: as often as they come. Where they come from fewer than
        :data:`FEWEST_GROUPS` groups, box-free crops of the other images take their place.
    pseudo_boxes
        Boxes ``image, class, x_min, y_min, x_max, y_max`` for positive training images that have none of their own; without
        them such images teach nothing, and they are never used as negatives.
    window
        Width and height in the model's pixels of the part of an image that a training step sees: around one of its boxes,
        or anywhere where it has none. Small findings on large films are learnt at full detail that way, in a fraction of the
        time that whole images take; predictions are of whole images all the same. None: whole images.
    """

    cohort: BoxedCohortLike

    def __init__(
        self,
        cohort: BoxedCohortLike,
        size: tuple[int, int] = (192, 192),
        train_transform: BoxTransform | None = None,
        batch_size: int = 16,
        *,
        crop: float = 1.0,
        negatives: float | None = 0.5,
        pseudo_boxes: pd.DataFrame | None = None,
        window: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(cohort, size, train_transform, batch_size, crop=crop)
        if window and (window[0] > size[0] or window[1] > size[1]):
            raise ValueError(f"a window must fit into the size {size}, not {window}")
        self.negatives, self.pseudo_boxes, self.window = negatives, pseudo_boxes, window
        self.box_transform = train_transform

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that decides what the model sees, as plain data."""
        window = {"window": list(self.window)} if self.window else {}
        return {**super().recipe, "negatives": self.negatives, "pseudo_boxes": _fingerprint(self.pseudo_boxes), **window}

    @property
    def label_names(self) -> list[str]:
        """What :meth:`labels` count through."""
        return [NO_FINDING, FINDING]

    def targets(self, partition: Partition) -> list[Boxes]:
        """Boxes of each image in the model's pixels; none where they are sealed or not known."""
        ids, (width, height) = self.ids(partition), self.preprocessing.size
        known = listed(self._box_table(partition), ids, self.cohort.classes)
        return [
            boxes.moved(np.clip(self.preprocessing.to_model(boxes.corners, *scale), 0, [width, height, width, height]))
            for boxes, scale in zip(known, self.scales(partition), strict=True)
        ]

    def _box_table(self, partition: Partition) -> pd.DataFrame:
        boxes = self.cohort.boxes
        if partition != "train" or self.pseudo_boxes is None:
            return boxes
        return pd.concat([boxes, self.pseudo_boxes[~self.pseudo_boxes["image"].isin(boxes["image"])]], ignore_index=True)

    def boxed_rows(self, partition: Partition) -> np.ndarray:
        """Rows of the images whose boxes are known."""
        return np.flatnonzero([len(boxes) > 0 for boxes in self.targets(partition)])

    def without_finding(self, partition: Partition) -> np.ndarray:
        """Rows of the images that are known to have no box."""
        return np.flatnonzero(self.labels(partition) == self.label_names.index(NO_FINDING))

    @property
    def few_negatives(self) -> bool:
        """Whether box-free training images come from so few groups that crops take their place."""
        table = self.cohort.table
        rows = (table["partition"] == "train") & (table["label"] == NO_FINDING)
        return bool(table.loc[rows, "group"].nunique() < FEWEST_GROUPS)

    def mixture(self, seed: int) -> Mixture:
        """Endless random draws of training images by the plan."""
        positives, negatives = self.boxed_rows("train"), self.without_finding("train")
        if self.negatives is None:
            return Mixture(np.union1d(positives, negatives), np.empty(0, np.int64), 0.0, self.batch_size, seed)
        if self.few_negatives:
            return Mixture(positives, positives, self.negatives, self.batch_size, seed, crops=True)
        return Mixture(positives, negatives, self.negatives, self.batch_size, seed)

    def plain(self, row: int, images: np.ndarray, targets: list[Boxes], crop: bool, rng: np.random.Generator) -> View:
        """A training image (or window) and its boxes, or a box-free region of it."""
        image, boxes = np.array(images[row]), targets[row]
        if crop:
            return box_free_crop(image, boxes.corners, rng, self.window), Boxes()
        return windowed(image, boxes, self.window, rng) if self.window else (image, boxes)

    def view(self, row: int, images: np.ndarray, targets: list[Boxes], crop: bool, rng: np.random.Generator) -> View:
        """An augmented variant of :meth:`plain`."""
        drawn = self.plain(row, images, targets, crop, rng)
        return self.box_transform.with_boxes(*drawn) if self.box_transform else drawn

    def box_loader(self, seed: int) -> DataLoader[Any]:
        """Endless batches of (uint8 images (N, H, W, 3), one :data:`Target` for each), the same for the same seed."""
        self.seeded(seed)
        return DataLoader(_Augmented(self, seed), batch_size=None)


class Mixture:
    """Which images make up a batch: rows, and for each whether a box-free crop of it is meant.

    Positives and negatives come each in shuffled rounds, so that all are seen equally often.
    """

    def __init__(
        self, positives: np.ndarray, negatives: np.ndarray, share: float, batch_size: int, seed: int, *, crops: bool = False
    ) -> None:
        self.positives, self.negatives, self.crops = positives, negatives, crops
        self.negative = round(share * batch_size) if len(negatives) else 0
        self.positive, self.rng = batch_size - self.negative, np.random.default_rng(seed)

    @property
    def batches(self) -> int:
        """Batches in which every positive image is seen once."""
        return max(1, len(self.positives) // max(self.positive, 1))

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        first, second = self._rounds(self.positives), self._rounds(self.negatives)
        crop = np.arange(self.positive + self.negative) >= self.positive
        while True:
            rows = [next(first) for _ in range(self.positive)] + [next(second) for _ in range(self.negative)]
            yield np.array(rows), crop & self.crops

    def _rounds(self, members: np.ndarray) -> Iterator[int]:
        while True:
            yield from self.rng.permutation(members)


class _Augmented(IterableDataset[Any]):
    def __init__(self, data: BoxDataModule, seed: int) -> None:
        self.data, self.seed = data, seed
        self.images, self.targets = data.images("train"), data.targets("train")

    def __iter__(self) -> Iterator[tuple[torch.Tensor, list[Target]]]:
        rng = np.random.default_rng(self.seed)
        for rows, crops in self.data.mixture(self.seed):
            pairs = zip(rows, crops, strict=True)
            views = [self.data.view(row, self.images, self.targets, crop, rng) for row, crop in pairs]
            yield torch.from_numpy(np.stack([image for image, _ in views])), [as_target(boxes) for _, boxes in views]


def as_target(boxes: Boxes) -> Target:
    """The boxes of an image for the loss."""
    return torch.from_numpy(boxes.corners), torch.from_numpy(boxes.classes)


def box_free_crop(
    image: np.ndarray, corners: np.ndarray, rng: np.random.Generator, window: tuple[int, int] | None = None
) -> np.ndarray:
    """A random region of the image (H, W, 3) that touches no box (n, 4); grey where boxes leave no room.

    It is :data:`CROP` of the image and enlarged to its size, or a window of this width and height.
    """
    height, width = image.shape[:2]
    out = window or (width, height)
    for attempt in range(TRIES):
        share = rng.uniform(*CROP) if window is None else 1.0
        share *= 1 - 0.75 * attempt / TRIES  # a smaller one fits more easily
        w, h = min(int(share * out[0]), width), min(int(share * out[1]), height)
        x, y = int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1))
        apart = (corners[:, 0] >= x + w) | (corners[:, 2] <= x) | (corners[:, 1] >= y + h) | (corners[:, 3] <= y)
        if apart.all():
            return np.asarray(cv2.resize(image[y : y + h, x : x + w], out, interpolation=cv2.INTER_LINEAR))
    return np.full((out[1], out[0], 3), int(image.mean()), np.uint8)


def windowed(image: np.ndarray, boxes: Boxes, window: tuple[int, int], rng: np.random.Generator) -> View:
    """A window of this width and height out of an image (H, W, 3): around one of its boxes, or anywhere.

    A box that doesn't fit is shown smaller. Of other boxes in sight, those with less than :data:`MOSTLY_VISIBLE` inside are
    left out.
    """
    size, whole = np.array(window), np.array(image.shape[1::-1])
    if len(boxes):
        one = boxes.corners[rng.integers(len(boxes))]
        fitting = np.max((one[2:] - one[:2]) * ROOM_AROUND / size)
        part = np.minimum(size * max(1.0, fitting), whole).astype(int)
        start = (one[:2] + one[2:]) / 2 - part * rng.uniform(0.2, 0.8, 2)
    else:
        part = size
        start = rng.uniform(0, 1, 2) * (whole - part + 1)
    x, y = np.clip(start, 0, whole - part).astype(int)
    moved = (boxes.corners - np.tile((x, y), 2)) * np.tile(size / part, 2)
    inside = np.clip(moved, 0, np.tile(size, 2))
    shown = area(inside) >= np.maximum(MOSTLY_VISIBLE * area(moved), 1)
    pixels = image[y : y + part[1], x : x + part[0]]
    pixels = pixels if (part == size).all() else cv2.resize(pixels, window, interpolation=cv2.INTER_AREA)
    return pixels, boxes[shown].moved(inside[shown])


def _fingerprint(boxes: pd.DataFrame | None) -> str | None:
    if boxes is None:
        return None
    return hashlib.sha256(boxes.round(3).to_csv(index=False).encode()).hexdigest()
