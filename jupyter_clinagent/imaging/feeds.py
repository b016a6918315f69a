"""What a training is fed with and judged on, and how long a step of it takes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from copy import deepcopy
from itertools import cycle, islice
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from jupyter_clinagent.imaging.dataset import UNKNOWN, CohortDataModule

if TYPE_CHECKING:
    from jupyter_clinagent.imaging.classifier import ImageClassifier

MAX_EPOCHS = 40
"""More epochs only memorise a small training set, however long the budget."""
HEAD_SECONDS = 6.0
"""A linear probe gets at least this once its features are there, or a slow embedding would leave it untrained."""
PROBE_EPOCHS = 30
PROBE_BATCH = 128
PROBE_IMAGES = 2500
"""At most so many training images are embedded for a linear probe: it is a first look, and the time is worth more later."""


class Feed(Protocol):
    """What one stage of a training needs.

    Attributes
    ----------
    steps_per_epoch, max_steps
        More steps than ``max_steps`` are a waste, however long the budget.
    judged
        Validation images that a look takes into account.
    least_seconds
        The stage gets at least this once it is fed.
    timed
        Whether its steps have to be timed to know how many fit into the budget; the others take :attr:`max_steps`.
    """

    steps_per_epoch: int
    max_steps: int
    judged: int
    least_seconds: float
    timed: bool

    @property
    def model(self) -> Any:
        """What is trained: a LightningModule with ``total_steps``."""
        ...

    def loader(self, seed: int) -> Iterable[Any]:
        """Training batches, the same for the same seed."""
        ...

    def value(self, metric: str, first: int | None = None) -> float | None:
        """The metric on validation, or on its first so many images."""
        ...


class ImageFeed:
    """Augmented images for training, all images of the validation part for judging."""

    least_seconds, timed = 0.0, True

    def __init__(self, model: ImageClassifier, data: CohortDataModule) -> None:
        self.model, self.data = model, data
        self.labels, self.images = data.labels("validation"), data.images("validation")
        self.judged, self.weights = len(self.labels), data.judging_weights()
        model.symmetries = data.symmetries
        model.trained_with(data.class_shares(), data.class_shares(balanced=False))
        self.steps_per_epoch = max(1, len(data.labels("train")) // data.batch_size)
        self.max_steps = MAX_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches, the same for the same seed."""
        return self.data.seeded(seed).train_dataloader()

    def value(self, metric: str, first: int | None = None) -> float | None:
        """The metric on validation, or on its first so many images; from one view each, to save time."""
        views = self.model.symmetries, self.model.closer
        self.model.symmetries, self.model.closer = (), False
        try:
            weights = None if self.weights is None else self.weights[:first]
            return self.model.score(metric, self.labels[:first], self.model.predict_images(self.images[:first]), weights)
        finally:
            self.model.symmetries, self.model.closer = views


class ProbeFeed:
    """Features that are computed once: the frozen backbone says the same about an image each time."""

    least_seconds, timed = HEAD_SECONDS, False

    def __init__(self, model: ImageClassifier, data: CohortDataModule) -> None:
        self.model = model
        labels = data.labels("train")
        chosen = np.flatnonzero(labels != UNKNOWN)
        if len(chosen) > PROBE_IMAGES:
            chosen = np.sort(np.random.default_rng(0).choice(chosen, PROBE_IMAGES, replace=False))
        self.train = TensorDataset(features_of(model, data.images("train"), chosen), torch.from_numpy(labels[chosen]))
        self.labels = data.labels("validation")
        self.judged = len(self.labels)
        model.symmetries, natural = data.symmetries, data.class_shares(balanced=False)
        model.trained_with(natural, natural)
        self.features = features_of(model, data.images("validation"), np.arange(len(self.labels)))
        self.steps_per_epoch = math.ceil(len(self.train) / PROBE_BATCH)
        self.max_steps = PROBE_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches of features, the same for the same seed."""
        generator = torch.Generator().manual_seed(seed)
        return DataLoader(self.train, batch_size=PROBE_BATCH, shuffle=True, generator=generator)

    @torch.inference_mode()
    def value(self, metric: str, first: int | None = None) -> float | None:
        """The metric on validation, or on its first so many images."""
        logits = self.model.head(self.features[:first].to(self.model.device)) - self.model.log_excess
        return self.model.score(metric, self.labels[:first], np.asarray(logits.softmax(dim=1).double().cpu().numpy()))


@torch.inference_mode()
def features_of(model: ImageClassifier, images: np.ndarray, chosen: np.ndarray) -> torch.Tensor:
    """Pooled features (N, channels) of the chosen rows of preprocessed uint8 images, by the backbone as it is."""
    model.eval()
    batches = (torch.from_numpy(images[chosen[k : k + 64]]).to(model.device) for k in range(0, len(chosen), 64))
    return torch.cat([model.embed(batch).cpu() for batch in batches]).clone()


def seconds_per_step(model: Any, batches: Iterable[Any], patience: float, steps: int = 6) -> float:
    """Median time of loading a batch and of a step on a copy of the model: two steps, or more in ``patience`` seconds."""
    copy = deepcopy(model).train()
    optimizer = torch.optim.AdamW([p for p in copy.parameters() if p.requires_grad])
    times: list[float] = []
    started = last = time.monotonic()
    for index, batch in enumerate(islice(cycle(batches), steps + 1)):
        optimizer.zero_grad()
        copy.training_step(batch, index).backward()
        optimizer.step()
        times.append(time.monotonic() - last)
        last = time.monotonic()
        if len(times) > 1 and last - started > patience:
            break
    return median(times[1:])  # the first one allocates


SAMPLE = 32
"""Validation images by which the time of a look is judged."""


def judging_seconds(feed: Feed, metric: str) -> float:
    """Time of one look at the validation set, extrapolated from a part of it."""
    started = time.monotonic()
    seen = min(SAMPLE, feed.judged)
    feed.value(metric, seen)
    return (time.monotonic() - started) * feed.judged / max(seen, 1)
