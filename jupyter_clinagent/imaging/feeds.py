"""What a training is fed with and judged on, and how long a step of it takes."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from copy import deepcopy
from itertools import cycle, islice
from statistics import median
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from jupyter_clinagent.imaging.classification import ImageClassifier
from jupyter_clinagent.imaging.dataset import UNKNOWN, CohortDataModule

MAX_EPOCHS = 40
"""More epochs only memorise a small training set, however long the budget."""
PROBE_EPOCHS = 30
PROBE_BATCH = 128
PROBE_IMAGES = 2500
"""At most so many training images are embedded for a linear probe: it is a first look, and the time is worth more later."""


class ImageFeed:
    """Augmented images for training, all images of the validation part for judging."""

    def __init__(self, model: ImageClassifier, data: CohortDataModule) -> None:
        self.model, self.data = model, data
        self.labels, self.shares = data.labels("validation"), data.class_shares()
        self.images = data.images("validation")
        self.steps_per_epoch = max(1, len(data.labels("train")) // data.batch_size)
        self.max_steps = MAX_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches, the same for the same seed."""
        return self.data.seeded(seed).train_dataloader()

    def probabilities(self, first: int | None = None) -> np.ndarray:
        """Of the first so many validation images; one view each, to save time."""
        symmetries, self.model.symmetries = self.model.symmetries, ()
        try:
            return self.model.predict_images(self.images[:first])
        finally:
            self.model.symmetries = symmetries


class ProbeFeed:
    """Features that are computed once: the frozen backbone says the same about an image each time."""

    def __init__(self, model: ImageClassifier, data: CohortDataModule) -> None:
        self.model = model
        labels = data.labels("train")
        chosen = np.flatnonzero(labels != UNKNOWN)
        if len(chosen) > PROBE_IMAGES:
            chosen = np.sort(np.random.default_rng(0).choice(chosen, PROBE_IMAGES, replace=False))
        self.train = TensorDataset(_features(model, data.images("train"), chosen), torch.from_numpy(labels[chosen]))
        self.labels, self.shares = data.labels("validation"), data.class_shares(balanced=False)
        self.features = _features(model, data.images("validation"), np.arange(len(self.labels)))
        self.steps_per_epoch = math.ceil(len(self.train) / PROBE_BATCH)
        self.max_steps = PROBE_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches of features, the same for the same seed."""
        generator = torch.Generator().manual_seed(seed)
        return DataLoader(self.train, batch_size=PROBE_BATCH, shuffle=True, generator=generator)

    @torch.inference_mode()
    def probabilities(self, first: int | None = None) -> np.ndarray:
        """Of the first so many validation images."""
        logits = self.model.head(self.features[:first].to(self.model.device)) - self.model.log_excess
        return np.asarray(logits.softmax(dim=1).double().cpu().numpy())


@torch.inference_mode()
def _features(model: ImageClassifier, images: np.ndarray, chosen: np.ndarray) -> torch.Tensor:
    model.eval()
    batches = (torch.from_numpy(images[chosen[k : k + 64]]).to(model.device) for k in range(0, len(chosen), 64))
    return torch.cat([model.embed(batch).cpu() for batch in batches]).clone()


Feed = ImageFeed | ProbeFeed


def seconds_per_step(model: ImageClassifier, batches: Iterable[Any], patience: float, steps: int = 6) -> float:
    """Median time of loading a batch and of a step on a copy of the model: two steps, or more in ``patience`` seconds."""
    copy = deepcopy(model).train()
    optimizer = torch.optim.AdamW([p for p in copy.parameters() if p.requires_grad])
    times: list[float] = []
    started = last = time.monotonic()
    for index, (inputs, labels) in enumerate(islice(cycle(batches), steps + 1)):
        optimizer.zero_grad()
        copy.training_step((inputs, labels), index).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        times.append(time.monotonic() - last)
        last = time.monotonic()
        if len(times) > 1 and last - started > patience:
            break
    return median(times[1:])  # the first one allocates


def judging_seconds(feed: Feed) -> float:
    """Time of one look at the validation set, extrapolated from a part of it."""
    started = time.monotonic()
    seen = min(128, len(feed.labels))
    feed.probabilities(seen)
    return (time.monotonic() - started) * len(feed.labels) / seen
