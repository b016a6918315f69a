"""What the training on several findings is fed with and judged on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from jupyter_clinagent.imaging.feeds import HEAD_SECONDS, MAX_EPOCHS, PROBE_BATCH, PROBE_EPOCHS, PROBE_IMAGES, features_of
from jupyter_clinagent.tasks.findings.data import FindingsDataModule
from jupyter_clinagent.tasks.findings.metrics import macro_auroc

if TYPE_CHECKING:
    from jupyter_clinagent.tasks.findings.module import FindingsClassifier


class FindingsFeed:
    """Varied images for training, all images of validation for judging."""

    least_seconds, timed = 0.0, True

    def __init__(self, model: FindingsClassifier, data: FindingsDataModule) -> None:
        self.model, self.data = model, data
        model.symmetries = data.symmetries
        self.images, self.truth, self.counted = data.images("validation"), data.findings("validation"), data.counted("validation")
        self.judged = len(self.images)
        self.steps_per_epoch = max(1, len(data.ids("train")) // data.batch_size)
        self.max_steps = MAX_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches, the same for the same seed."""
        return self.data.findings_loader(seed)

    def value(self, metric: str, first: int | None = None) -> float | None:
        """Macro AUROC on validation, or on its first so many images; from one view each, to save time."""
        views, self.model.symmetries = self.model.symmetries, ()
        try:
            return macro_auroc(self.truth[:first], self.model.predict_images(self.images[:first]), self.counted)
        finally:
            self.model.symmetries = views


class FeatureFeed:
    """Features that are computed once: the frozen backbone says the same about an image each time."""

    least_seconds, timed = HEAD_SECONDS, False

    def __init__(self, model: FindingsClassifier, data: FindingsDataModule) -> None:
        self.model = model
        findings = data.findings("train")
        chosen = np.arange(len(findings))
        if len(chosen) > PROBE_IMAGES:
            chosen = np.sort(np.random.default_rng(0).choice(chosen, PROBE_IMAGES, replace=False))
        self.train = TensorDataset(features_of(model, data.images("train"), chosen), torch.from_numpy(findings[chosen]))
        model.symmetries, self.truth = data.symmetries, data.findings("validation")
        self.judged, self.counted = len(self.truth), data.counted("validation")
        self.features = features_of(model, data.images("validation"), np.arange(self.judged))
        self.steps_per_epoch = math.ceil(len(self.train) / PROBE_BATCH)
        self.max_steps = PROBE_EPOCHS * self.steps_per_epoch

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches of features, the same for the same seed."""
        generator = torch.Generator().manual_seed(seed)
        return DataLoader(self.train, batch_size=PROBE_BATCH, shuffle=True, generator=generator)

    @torch.inference_mode()
    def value(self, metric: str, first: int | None = None) -> float | None:
        """Macro AUROC on validation, or on its first so many images."""
        logits = self.model.head(self.features[:first].to(self.model.device))
        return macro_auroc(self.truth[:first], logits.sigmoid().double().cpu().numpy(), self.counted)
