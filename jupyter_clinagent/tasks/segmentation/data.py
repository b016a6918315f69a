"""Images with their outlines for Lightning, at the working size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Partition
from jupyter_clinagent.imaging.augment import Transform
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.tasks.segmentation.truth import HALF, true_masks


class OutlineDataModule(CohortDataModule):
    """Loaders over a cohort with outlines. Its :meth:`labels` say whether an image shows anything that is outlined.

    Parameters
    ----------
    cohort
        Of a segmentation.
    size
        Width and height in pixels at which the model works.
    train_transform
        A pipeline of :mod:`~jupyter_clinagent.imaging.augment`; it moves images and outlines alike.
    batch_size
        Images in a training step.
    """

    cohort: Cohort

    def __init__(
        self, cohort: Cohort, size: tuple[int, int] = (128, 128), train_transform: Transform | None = None, batch_size: int = 16
    ) -> None:
        super().__init__(cohort, size, train_transform, batch_size)
        self.moving = train_transform
        self._masks: dict[str, np.ndarray] = {}

    @property
    def label_names(self) -> list[str]:
        """What :meth:`labels` count through."""
        return [NO_FINDING, FINDING]

    @property
    def exclusive(self) -> bool:
        """Whether a pixel belongs to one structure at most."""
        return bool(self.cohort.facts.details.get("exclusive"))

    def masks(self, partition: Partition) -> np.ndarray:
        """Outlines at the working size, uint8 0 or 1, (N, height, width, structures); of the test part after its opening."""
        if partition not in self._masks:
            ids, (width, height) = self.ids(partition), self.preprocessing.size
            sizes = [(int(h), int(w)) for w, h in self.scales(partition)]
            whole = np.zeros((len(ids), height, width, len(self.cohort.classes)), np.uint8)
            for row, (image, size) in enumerate(zip(ids, sizes, strict=True)):
                (known,) = true_masks(self.cohort, [image], [size])
                for number, mask in enumerate(known):
                    small = cv2.resize(mask.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_AREA)
                    whole[row, :, :, number] = small > HALF
            self._masks[partition] = whole
        return self._masks[partition]

    def outline_loader(self, seed: int) -> DataLoader[Any]:
        """Endless training batches of images (N, H, W, 3), uint8, and outlines (N, structures, H, W), the same for a seed."""
        self.seeded(seed)
        return DataLoader(_Batches(self, seed), batch_size=None)


class _Batches(IterableDataset[Any]):
    def __init__(self, data: OutlineDataModule, seed: int) -> None:
        self.data, self.seed = data, seed

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        images, masks, rng = self.data.images("train"), self.data.masks("train"), np.random.default_rng(self.seed)
        order: list[int] = []
        while True:
            while len(order) < self.data.batch_size:
                order += rng.permutation(len(images)).tolist()
            rows, order = order[: self.data.batch_size], order[self.data.batch_size :]
            drawn = [self._variant(np.array(images[row]), masks[row]) for row in rows]
            pixels = np.stack([image for image, _ in drawn])
            inside = np.stack([mask for _, mask in drawn]).transpose(0, 3, 1, 2)
            yield torch.from_numpy(pixels), torch.from_numpy(np.ascontiguousarray(inside, dtype=np.float32))

    def _variant(self, image: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if self.data.moving is None:
            return image, masks
        moved, inside = self.data.moving.with_masks(image, masks)
        return moved, inside.reshape(masks.shape)
