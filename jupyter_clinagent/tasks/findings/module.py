"""The model: a pretrained backbone and, for each finding, a yes or no of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.stages import Stage
from jupyter_clinagent.imaging.target_feeds import TargetFeed, TargetProbeFeed
from jupyter_clinagent.imaging.views import views_of
from jupyter_clinagent.tasks.findings.data import FindingsDataModule
from jupyter_clinagent.tasks.findings.metrics import macro_auroc


class FindingsClassifier(ImageClassifier):
    """Probability of each finding in uint8 RGB images (N, H, W, 3); they need not sum to one.

    Parameters are those of :class:`~jupyter_clinagent.imaging.classifier.ImageClassifier`. What is not known of a training
    image teaches nothing about that finding (masked cross-entropy).
    """

    thresholds: torch.Tensor

    def __init__(self, *arguments: Any, **options: Any) -> None:
        start = options.pop("start", None)
        super().__init__(*arguments, **options)
        self.register_buffer("thresholds", torch.full((len(self.classes),), 0.5))
        self.start_recipe = start.recipe if start else None
        if start:
            self.load_state_dict(start.state_dict())
            self.symmetries, self.closer = start.symmetries, start.closer

    def stages(self, data: CohortDataModule) -> list[Stage]:
        """One: features computed once where only the head learns, else varied images."""
        if not isinstance(data, FindingsDataModule):
            raise ValueError("findings are learnt from a FindingsDataModule")
        score = partial(macro_auroc, counted=data.counted("validation"))
        feed = TargetProbeFeed if self.trainable == "head" else TargetFeed
        return [Stage(self.trainable, partial(feed, self, data, data.findings, score))]

    def read(self, outputs: torch.Tensor) -> torch.Tensor:
        """Probabilities of logits, one finding by itself."""
        return outputs.sigmoid()

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _index: int) -> torch.Tensor:
        """Cross-entropy of each finding that is known, of a batch of images, or of features where only the head is trained."""
        inputs, findings = batch
        return masked_loss(self.head(self.dropout(inputs)) if inputs.ndim == 2 else self(inputs), findings)

    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Sigmoids (N, findings), averaged over the :attr:`symmetries` of the pictures."""
        views = views_of(images, self.symmetries, self.closer)
        return torch.stack([self.read(self(view)) for view in views]).mean(dim=0)

    @torch.inference_mode()
    def predict_images(self, images: np.ndarray, batch_size: int = 64) -> np.ndarray:
        """Probability of each finding (N, findings), float64, of preprocessed uint8 images (N, H, W, 3)."""
        self.eval()
        starts = range(0, len(images), batch_size)
        parts = [
            self.probabilities(torch.from_numpy(np.array(images[k : k + batch_size])).to(self.device)).double().cpu().numpy()
            for k in starts
        ]
        return np.concatenate([np.empty((0, len(self.classes))), *parts])

    @property
    def decision_weights(self) -> np.ndarray | None:
        """Each finding has a threshold of its own instead."""
        return None


def masked_loss(logits: torch.Tensor, findings: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy over entries that are known; ``findings`` (N, F) with NaN where they are not."""
    known = ~torch.isnan(findings)
    each = F.binary_cross_entropy_with_logits(logits, torch.nan_to_num(findings), reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)
