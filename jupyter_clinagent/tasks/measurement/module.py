"""The model: a pretrained backbone and one linear layer that gives a number."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from jupyter_clinagent.imaging.agreement import mean_absolute_error
from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.stages import Stage
from jupyter_clinagent.imaging.target_feeds import TargetFeed, TargetProbeFeed
from jupyter_clinagent.imaging.views import views_of
from jupyter_clinagent.tasks.measurement.data import MeasurementDataModule

BETA = 0.5
"""Errors below so many standard deviations of the training values count by their square, others by their size (Huber 1964)."""

PEAK_RATES = {"head": 3e-3, "half": 3e-4, "all": 2e-4}
"""Lower than a classifier's, and normalisation layers keep their statistics: a number, unlike a rank, is off by whatever shifts
the features. Mean absolute error on the validation part of 600 hard phantoms (128 pixels, one thread, one seed; best of four
looks) after 60 steps of the later half, from a linear probe with 11.3 months: 9.6 so; 12.6 at 1e-3; 19.0 at 3e-4 and 11.9 at 1e-3
with the statistics of each batch; 22.1 (from a probe with 12.2) with a fifth of the features dropped, too, as classifiers do."""


class Measurer(ImageClassifier):
    """A number for each of uint8 RGB images (N, H, W, 3), in the unit of the values that it learnt from.

    Parameters are those of :class:`~jupyter_clinagent.imaging.classifier.ImageClassifier`; ``classes`` is the measure alone. The
    network learns values of mean 0 and standard deviation 1; :attr:`centre` and :attr:`scale` are those of the training part.
    """

    centre: torch.Tensor
    scale: torch.Tensor

    def __init__(self, *arguments: Any, **options: Any) -> None:
        start, rate = options.pop("start", None), options.pop("learning_rate", None)
        super().__init__(*arguments, **{"dropout": 0.0, **options})
        self.learning_rate = rate or PEAK_RATES[self.trainable]
        self.register_buffer("centre", torch.zeros(1))
        self.register_buffer("scale", torch.ones(1))
        self.start_recipe = start.recipe if start else None
        if start:
            self.load_state_dict(start.state_dict())
            self.symmetries = start.symmetries

    def stages(self, data: CohortDataModule) -> list[Stage]:
        """One: features computed once where only the head learns, else varied images."""
        if not isinstance(data, MeasurementDataModule):
            raise ValueError("numbers are learnt from a MeasurementDataModule")
        train = data.values("train").astype(np.float64)
        self.centre.fill_(float(train.mean()))
        self.scale.fill_(max(float(train.std()), 1e-6))
        feed = TargetProbeFeed if self.trainable == "head" else TargetFeed
        return [Stage(self.trainable, partial(feed, self, data, data.values, mean_absolute_error))]

    def read(self, outputs: torch.Tensor) -> torch.Tensor:
        """Numbers (N, 1) in their unit from outputs of the head."""
        return self.centre + self.scale * outputs

    def train(self, mode: bool = True) -> Measurer:
        """As of a classifier; normalisation layers keep the statistics that they came with."""
        super().train(mode)
        for layer in self.backbone.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        return self

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _index: int) -> torch.Tensor:
        """Smooth L1 of the standardised numbers, of a batch of images, or of features where only the head is trained."""
        inputs, values = batch
        outputs = self.head(self.dropout(inputs)) if inputs.ndim == 2 else self(inputs)
        return F.smooth_l1_loss(outputs, (values - self.centre) / self.scale, beta=BETA)

    def values(self, images: torch.Tensor) -> torch.Tensor:
        """Numbers (N, 1), averaged over the :attr:`symmetries` of the pictures."""
        views = views_of(images, self.symmetries, self.closer)
        return torch.stack([self.read(self(view)) for view in views]).mean(dim=0)

    @torch.inference_mode()
    def predict_images(self, images: np.ndarray, batch_size: int = 64) -> np.ndarray:
        """Numbers (N, 1), float64, of preprocessed uint8 images (N, H, W, 3)."""
        self.eval()
        batches = (torch.from_numpy(np.array(images[k : k + batch_size])) for k in range(0, len(images), batch_size))
        parts = [self.values(batch.to(self.device)).double().cpu().numpy() for batch in batches]
        return np.concatenate([np.empty((0, 1)), *parts])

    @property
    def decision_weights(self) -> np.ndarray | None:
        """No class is named."""
        return None
