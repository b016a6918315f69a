"""Images of a cohort for Lightning: decoded once, kept as uint8 at the working size."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import lightning as L
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from jupyter_clinagent.contracts import CohortLike, Partition
from jupyter_clinagent.imaging.augment import Transform
from jupyter_clinagent.imaging.preprocessing import Preprocessing

IN_MEMORY = 1 << 30
"""Bytes of decoded images of one partition beyond which they are kept in a temporary file instead."""
UNKNOWN = -1
"""Label of a sealed or unlabelled image."""


class CohortDataModule(L.LightningDataModule):
    """Loaders over a cohort.

    Parameters
    ----------
    cohort
        Table and reader; see :class:`~jupyter_clinagent.contracts.CohortLike`.
    size
        Width and height in pixels at which the model works; best near the images' own aspect ratio.
    train_transform
        A pipeline of :mod:`~jupyter_clinagent.imaging.augment` for training images.
    batch_size
        Images in a training step.
    crop
        Share of width and height kept around the centre before resizing.
    balance
        0 draws training images as they come; 1 draws all classes equally often; 0.5 lies between (square root).
    """

    def __init__(
        self,
        cohort: CohortLike,
        size: tuple[int, int] = (128, 96),
        train_transform: Transform | None = None,
        batch_size: int = 32,
        *,
        crop: float = 1.0,
        balance: float = 0.0,
    ) -> None:
        super().__init__()
        self.cohort, self.batch_size, self.balance = cohort, batch_size, balance
        self.preprocessing = Preprocessing(size=(int(size[0]), int(size[1])), crop=crop)
        self.train_transform = train_transform
        self.seed = 0

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that decides what the model sees, as plain data."""
        transform = self.train_transform.spec if self.train_transform else None
        return {
            "preprocessing": self.preprocessing.to_json(),
            "train_transform": transform,
            "batch_size": self.batch_size,
            "balance": self.balance,
        }

    @property
    def symmetries(self) -> tuple[str, ...]:
        """Flips under which these pictures stay equally plausible."""
        return self.train_transform.symmetries if self.train_transform else ()

    def ids(self, partition: Partition) -> list[str]:
        """Image ids of a partition, in the order of every array below."""
        table = self.cohort.table
        return [str(image) for image in table.loc[table["partition"] == partition, "image"]]

    def labels(self, partition: Partition) -> np.ndarray:
        """Class indices, int64, :data:`UNKNOWN` where there is no label."""
        table = self.cohort.table
        index = {name: i for i, name in enumerate(self.cohort.classes)}
        rows = table.loc[table["partition"] == partition, "label"]
        return np.array([index.get(label, UNKNOWN) for label in rows], dtype=np.int64)

    def images(self, partition: Partition) -> np.ndarray:
        """Preprocessed images, uint8 RGB, shape (N, height, width, 3); decoded at the first call."""
        return _cached(self.cohort, self.preprocessing, self.ids(partition))

    def class_shares(self, *, balanced: bool = True) -> np.ndarray:
        """How often each class is drawn in training, or occurs there where not ``balanced``; sums to 1."""
        labels = self.labels("train")
        counts = np.bincount(labels[labels != UNKNOWN], minlength=len(self.cohort.classes)).astype(float)
        shares = np.where(counts > 0, counts, np.nan) ** (1 - self.balance * balanced)
        return np.nan_to_num(shares / np.nansum(shares))

    def seeded(self, seed: int) -> CohortDataModule:
        """Start the order and the augmentation of training images anew."""
        self.seed = seed
        if self.train_transform:
            self.train_transform.reseed(seed)
        return self

    def train_dataloader(self) -> DataLoader[Any]:
        """Endless random batches of (uint8 image, class index)."""
        labels = self.labels("train")
        sampler = _BalancedSampler(labels, self.class_shares(), self.seed)
        dataset = _Images(self.images("train"), labels, self.train_transform)
        return DataLoader(dataset, batch_size=self.batch_size, sampler=sampler, drop_last=len(sampler) >= self.batch_size)

    def val_dataloader(self) -> DataLoader[Any]:
        """Validation images in order."""
        return self._in_order("validation")

    def predict_dataloader(self) -> DataLoader[Any]:
        """Test images in order; their labels are not needed and may be sealed."""
        return self._in_order("test")

    def _in_order(self, partition: Partition) -> DataLoader[Any]:
        return DataLoader(_Images(self.images(partition), self.labels(partition), None), batch_size=64)


class _Images(Dataset[Any]):
    def __init__(self, images: np.ndarray, labels: np.ndarray, transform: Transform | None) -> None:
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = np.array(self.images[index])
        if self.transform:
            image = np.ascontiguousarray(self.transform(image))
        return torch.from_numpy(image), int(self.labels[index])


class _BalancedSampler(Sampler[int]):
    """One epoch: as many draws as there are labelled images, of each class by its share.

    Within a class images come in shuffled rounds, so that rare ones repeat evenly and common ones are all seen in turn.
    """

    def __init__(self, labels: np.ndarray, shares: np.ndarray, seed: int) -> None:
        self.members = [np.flatnonzero(labels == c) for c in range(len(shares))]
        self.total = sum(len(members) for members in self.members)
        self.shares = shares
        self.rng = np.random.default_rng(seed)
        self.rounds = [self._round(members) for members in self.members]

    def __len__(self) -> int:
        return self.total

    def __iter__(self) -> Iterator[int]:
        exact = self.shares * self.total
        draws = np.floor(exact).astype(int)
        rest = self.total - draws.sum()
        draws[self.rng.choice(len(draws), rest, replace=False, p=_share(exact - draws))] += 1
        order = np.repeat(np.arange(len(draws)), draws)
        self.rng.shuffle(order)
        return (int(next(self.rounds[c])) for c in order)

    def _round(self, members: np.ndarray) -> Iterator[int]:
        while True:
            yield from self.rng.permutation(members)


def _share(values: np.ndarray) -> np.ndarray:
    values = values + 1e-9
    return np.asarray(values / values.sum())


class _Cache:
    """Decoded images of one cohort at one working size; another size replaces them, so that memory stays bounded."""

    def __init__(self, preprocessing: Preprocessing) -> None:
        self.preprocessing = preprocessing
        self.arrays: dict[tuple[str, ...], np.ndarray] = {}


_caches: dict[int, _Cache] = {}


def _cached(cohort: CohortLike, preprocessing: Preprocessing, ids: list[str]) -> np.ndarray:
    cache = _caches.get(id(cohort))
    if cache is None:
        weakref.finalize(cohort, _caches.pop, id(cohort), None)
    if cache is None or cache.preprocessing != preprocessing:
        cache = _caches[id(cohort)] = _Cache(preprocessing)
    key = tuple(ids)
    if key not in cache.arrays:
        cache.arrays[key] = _decoded(cohort, preprocessing, ids)
    return cache.arrays[key]


def _decoded(cohort: CohortLike, preprocessing: Preprocessing, ids: list[str]) -> np.ndarray:
    width, height = preprocessing.size
    images = _allocated((len(ids), height, width, 3))

    def decode(row: int) -> None:
        images[row] = preprocessing.apply(cohort.read(ids[row]))

    cv2.setNumThreads(1)  # one image per thread scales better than many threads per image
    with ThreadPoolExecutor(max_workers=max(1, torch.get_num_threads())) as pool:
        for _ in pool.map(decode, range(len(ids))):
            pass
    return images


def _allocated(shape: tuple[int, ...]) -> np.ndarray:
    if np.prod(shape, dtype=np.int64) <= IN_MEMORY:
        return np.empty(shape, dtype=np.uint8)
    with tempfile.NamedTemporaryFile(prefix="clinagent-images-") as file:  # the mapping outlives the name
        return np.memmap(file, dtype=np.uint8, mode="w+", shape=shape)
