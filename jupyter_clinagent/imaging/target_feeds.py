"""What a training on targets of any kind (several findings, a number) is fed with and judged on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.feeds import HEAD_SECONDS, MAX_EPOCHS, PROBE_BATCH, PROBE_EPOCHS, PROBE_IMAGES, features_of

Targets = Callable[[Partition], np.ndarray]
"""Targets (N, outputs), float32, of a partition, in the order of its images."""
Score = Callable[[np.ndarray, np.ndarray], float | None]
"""The metric, from targets (N, outputs) and what the model says of them, both whole or both their first rows."""


class TargetFeed:
    """Varied images for training, all images of validation for judging."""

    least_seconds, timed = 0.0, True

    def __init__(self, model: Any, data: CohortDataModule, targets: Targets, score: Score) -> None:
        self.model, self.data, self.targets, self.score = model, data, targets, score
        model.symmetries = data.symmetries
        self.images, self.truth = data.images("validation"), targets("validation")
        self.judged = len(self.images)
        self.steps_per_epoch = max(1, len(data.ids("train")) // data.batch_size)
        self.max_steps = MAX_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Endless batches of images (N, H, W, 3), uint8, and targets (N, outputs), the same for the same seed."""
        self.data.seeded(seed)
        return DataLoader(TargetBatches(self.data, self.targets("train"), seed), batch_size=None)

    def value(self, metric: str, first: int | None = None) -> float | None:
        """The metric on validation, or on its first so many images; from one view each, to save time."""
        views, self.model.symmetries = self.model.symmetries, ()
        try:
            return self.score(self.truth[:first], self.model.predict_images(self.images[:first]))
        finally:
            self.model.symmetries = views


class TargetProbeFeed:
    """Features that are computed once: the frozen backbone says the same about an image each time.

    The model is a classifier's network with a method ``read``: what outputs (N, outputs) of its head say.
    """

    least_seconds, timed = HEAD_SECONDS, False

    def __init__(self, model: Any, data: CohortDataModule, targets: Targets, score: Score) -> None:
        self.model, self.score = model, score
        known = targets("train")
        chosen = np.arange(len(known))
        if len(chosen) > PROBE_IMAGES:
            chosen = np.sort(np.random.default_rng(0).choice(chosen, PROBE_IMAGES, replace=False))
        self.train = TensorDataset(features_of(model, data.images("train"), chosen), torch.from_numpy(known[chosen]))
        model.symmetries, self.truth = data.symmetries, targets("validation")
        self.judged = len(self.truth)
        self.features = features_of(model, data.images("validation"), np.arange(self.judged))
        self.steps_per_epoch = math.ceil(len(self.train) / PROBE_BATCH)
        self.max_steps = PROBE_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches of features, the same for the same seed."""
        generator = torch.Generator().manual_seed(seed)
        return DataLoader(self.train, batch_size=PROBE_BATCH, shuffle=True, generator=generator)

    @torch.inference_mode()
    def value(self, metric: str, first: int | None = None) -> float | None:
        """The metric on validation, or on its first so many images."""
        outputs = self.model.head(self.features[:first].to(self.model.device))
        return self.score(self.truth[:first], self.model.read(outputs).double().cpu().numpy())


class TargetBatches(IterableDataset[Any]):
    """Endless training batches of varied images and their targets (N, outputs)."""

    def __init__(self, data: CohortDataModule, targets: np.ndarray, seed: int) -> None:
        self.data, self.targets, self.seed = data, targets, seed

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        images, ids = self.data.images("train"), self.data.ids("train")
        for rows in shuffled_rows(len(images), self.data.batch_size, self.seed):
            pixels = np.stack([self._variant(np.array(images[row]), ids[row]) for row in rows])
            yield torch.from_numpy(pixels), torch.from_numpy(self.targets[rows])

    def _variant(self, image: np.ndarray, name: str) -> np.ndarray:
        transform = self.data.train_transform
        return np.ascontiguousarray(transform(image, name)) if transform else image


def shuffled_rows(number: int, batch: int, seed: int) -> Iterator[list[int]]:
    """Endless batches of row numbers, each row once before any comes again."""
    rng, order = np.random.default_rng(seed), list[int]()
    while True:
        while len(order) < batch:
            order += rng.permutation(number).tolist()
        rows, order = order[:batch], order[batch:]
        yield rows
