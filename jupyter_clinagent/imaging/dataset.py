"""Images of a cohort for Lightning: decoded once, kept as uint8 at the working size."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import lightning as L
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from jupyter_clinagent.contracts import CohortLike, ConfoundedCohortLike, Partition
from jupyter_clinagent.imaging.augment import ImageTransform
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.imaging.reliance import cell_weights

IN_MEMORY = 1 << 30
"""Bytes of decoded images of one partition beyond which they are kept in a temporary file instead."""
UNKNOWN = -1
"""Label of a sealed or unlabelled image."""


class Sampling(Protocol):
    """Draws training images by more than their class."""

    power: float
    """1 draws all strata equally often, 0 as they come."""
    spec: dict[str, Any]

    def strata(self, ids: list[str], labels: np.ndarray) -> np.ndarray:
        """Stratum of each image (N,), int64; a stratum has images of one class."""
        ...


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
    sampling
        Draws by strata instead, such as :class:`~jupyter_clinagent.imaging.debiasing.GroupBalanced`.
    """

    def __init__(
        self,
        cohort: CohortLike,
        size: tuple[int, int] = (128, 96),
        train_transform: ImageTransform | None = None,
        batch_size: int = 32,
        *,
        crop: float = 1.0,
        balance: float = 0.0,
        sampling: Sampling | None = None,
    ) -> None:
        super().__init__()
        self.cohort, self.batch_size, self.balance = cohort, batch_size, balance
        self.preprocessing = Preprocessing(size=(int(size[0]), int(size[1])), crop=crop)
        self.train_transform, self.sampling = train_transform, sampling
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
            **({"sampling": self.sampling.spec} if self.sampling else {}),
        }

    @property
    def debiased(self) -> str | None:
        """The confounder that this training works against, if there is one."""
        found = [part.spec.get("confounder") for part in (self.train_transform, self.sampling) if part]
        return next((str(name) for name in found if name), None)

    @property
    def symmetries(self) -> tuple[str, ...]:
        """Flips under which these pictures stay equally plausible."""
        return self.train_transform.symmetries if self.train_transform else ()

    def judging_weights(self) -> np.ndarray | None:
        """How much each validation image counts when checkpoints are compared, (N,); None: all alike.

        Where training works against a confounder, images with and without it count alike in each class, or the checkpoint
        that relies on it most would win.
        """
        if self.debiased is None or not isinstance(self.cohort, ConfoundedCohortLike):
            return None
        shown = self.cohort.confounder(self.debiased).reindex(self.ids("validation")).fillna(False)
        return cell_weights(self.labels("validation"), shown.to_numpy(dtype=bool))

    @property
    def label_names(self) -> list[str]:
        """What :meth:`labels` count through."""
        return list(self.cohort.classes)

    def ids(self, partition: Partition) -> list[str]:
        """Image ids of a partition, in the order of every array below."""
        table = self.cohort.table
        return [str(image) for image in table.loc[table["partition"] == partition, "image"]]

    def labels(self, partition: Partition) -> np.ndarray:
        """Class indices, int64, :data:`UNKNOWN` where there is no label."""
        table = self.cohort.table
        index = {name: i for i, name in enumerate(self.label_names)}
        rows = table.loc[table["partition"] == partition, "label"]
        return np.array([index.get(label, UNKNOWN) for label in rows], dtype=np.int64)

    def images(self, partition: Partition) -> np.ndarray:
        """Preprocessed images, uint8 RGB, shape (N, height, width, 3); decoded at the first call."""
        return _cached(self.cohort, self.preprocessing, self.ids(partition)).images

    def scales(self, partition: Partition) -> np.ndarray:
        """Width and height of each original image in pixels, int64, shape (N, 2)."""
        return _cached(self.cohort, self.preprocessing, self.ids(partition)).scales

    def class_shares(self, *, balanced: bool = True) -> np.ndarray:
        """How often each class is drawn in training, or occurs there where not ``balanced``; sums to 1."""
        drawn = self._strata() if balanced else _Strata(self.labels("train"), 0.0)
        return np.bincount(drawn.classes, drawn.shares, minlength=len(self.label_names))

    def _strata(self) -> _Strata:
        """What training images are drawn by."""
        labels = self.labels("train")
        if self.sampling is None:
            return _Strata(labels, self.balance)
        return _Strata(labels, self.sampling.power, self.sampling.strata(self.ids("train"), labels))

    def seeded(self, seed: int) -> CohortDataModule:
        """Start the order and the augmentation of training images anew."""
        self.seed = seed
        if self.train_transform:
            self.train_transform.reseed(seed)
        return self

    def train_dataloader(self) -> DataLoader[Any]:
        """Endless random batches of (uint8 image, class index)."""
        sampler = _BalancedSampler(self._strata(), self.seed)
        dataset = _Images(self.images("train"), self.labels("train"), self.train_transform, self.ids("train"))
        return DataLoader(dataset, batch_size=self.batch_size, sampler=sampler, drop_last=len(sampler) >= self.batch_size)

    def val_dataloader(self) -> DataLoader[Any]:
        """Validation images in order."""
        return self._in_order("validation")

    def predict_dataloader(self) -> DataLoader[Any]:
        """Test images in order; their labels are not needed and may be sealed."""
        return self._in_order("test")

    def _in_order(self, partition: Partition) -> DataLoader[Any]:
        return DataLoader(_Images(self.images(partition), self.labels(partition), None, self.ids(partition)), batch_size=64)


class _Images(Dataset[Any]):
    def __init__(self, images: np.ndarray, labels: np.ndarray, transform: ImageTransform | None, ids: list[str]) -> None:
        self.images, self.labels, self.transform, self.ids = images, labels, transform, ids

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = np.array(self.images[index])
        if self.transform:
            image = np.ascontiguousarray(self.transform(image, self.ids[index]))
        return torch.from_numpy(image), int(self.labels[index])


class _Strata:
    """Labelled training images in strata of one class each, and the share of the draws that each stratum gets.

    Attributes
    ----------
    members
        Row numbers of each stratum.
    classes, shares
        Class and share (sum 1) of each stratum.
    """

    def __init__(self, labels: np.ndarray, power: float, strata: np.ndarray | None = None) -> None:
        codes = labels if strata is None else strata
        self.members = [np.flatnonzero((codes == code) & (labels != UNKNOWN)) for code in np.unique(codes[labels != UNKNOWN])]
        self.classes = np.array([labels[members[0]] for members in self.members], dtype=np.int64)
        sizes = np.array([len(members) for members in self.members], dtype=float) ** (1 - power)
        self.shares = sizes / sizes.sum()


class _BalancedSampler(Sampler[int]):
    """One epoch: as many draws as there are labelled images, of each stratum by its share.

    Within a stratum images come in shuffled rounds, so that rare ones repeat evenly and common ones are all seen in turn.
    """

    def __init__(self, strata: _Strata, seed: int) -> None:
        self.members, self.shares = strata.members, strata.shares
        self.total = sum(len(members) for members in self.members)
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


@dataclass(frozen=True)
class _Decoded:
    """Preprocessed images (N, H, W, 3), and width and height of the originals (N, 2)."""

    images: np.ndarray
    scales: np.ndarray


class _Cache:
    """Decoded images of one cohort at one working size; another size replaces them, so that memory stays bounded."""

    def __init__(self, preprocessing: Preprocessing) -> None:
        self.preprocessing = preprocessing
        self.parts: dict[tuple[str, ...], _Decoded] = {}


_caches: dict[int, _Cache] = {}


def _cached(cohort: CohortLike, preprocessing: Preprocessing, ids: list[str]) -> _Decoded:
    cache = _caches.get(id(cohort))
    if cache is None:
        weakref.finalize(cohort, _caches.pop, id(cohort), None)
    if cache is None or cache.preprocessing != preprocessing:
        cache = _caches[id(cohort)] = _Cache(preprocessing)
    key = tuple(ids)
    if key not in cache.parts:
        cache.parts[key] = _decoded(cohort, preprocessing, ids)
    return cache.parts[key]


def _decoded(cohort: CohortLike, preprocessing: Preprocessing, ids: list[str]) -> _Decoded:
    width, height = preprocessing.size
    decoded = _Decoded(_allocated((len(ids), height, width, 3)), np.empty((len(ids), 2), np.int64))

    def decode(row: int) -> None:
        image = cohort.read(ids[row])
        decoded.images[row], decoded.scales[row] = preprocessing.apply(image), (image.shape[1], image.shape[0])

    cv2.setNumThreads(1)  # one image per thread scales better than many threads per image
    with ThreadPoolExecutor(max_workers=max(1, torch.get_num_threads())) as pool:
        for _ in pool.map(decode, range(len(ids))):
            pass
    return decoded


def _allocated(shape: tuple[int, ...]) -> np.ndarray:
    if np.prod(shape, dtype=np.int64) <= IN_MEMORY:
        return np.empty(shape, dtype=np.uint8)
    with tempfile.NamedTemporaryFile(prefix="clinagent-images-") as file:  # the mapping outlives the name
        return np.memmap(file, dtype=np.uint8, mode="w+", shape=shape)
