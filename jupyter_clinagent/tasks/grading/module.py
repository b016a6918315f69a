"""The model: a pretrained backbone and one output for each step of the scale (CORN)."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from jupyter_clinagent.imaging.classifier import Ensemble, ImageClassifier
from jupyter_clinagent.tasks.grading import calibration, metrics


class GradeHead(nn.Linear):
    """Log-probabilities (N, K) of the grades of pooled features, by one logit for each of the K - 1 steps between them.

    A step's logit says how likely the image lies above it, *given that it lies above the one before* (Shi, Cao & Raschka 2023,
    “Deep neural networks for rank-consistent ordinal regression based on conditional probabilities”, equation 4). Products of
    these never rise from a grade to the next, so the grades are rank-consistent without shared weights.

    Attributes
    ----------
    calibration
        Slope and shift, chosen on validation; see :mod:`~jupyter_clinagent.tasks.grading.calibration`.
    """

    calibration: torch.Tensor

    def __init__(self, channels: int, grades: int) -> None:
        super().__init__(channels, grades - 1)
        nn.init.zeros_(self.weight)
        with torch.no_grad():  # even odds for every grade: of those that are left, one stops here
            self.bias.copy_(torch.arange(grades - 1, 0, -1).double().log())
        self.register_buffer("calibration", torch.tensor([1.0, 0.0]))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Of features (N, channels)."""
        steps = super().forward(features)
        reached = F.pad(F.logsigmoid(steps).cumsum(dim=1), (1, 0))
        return reached + F.pad(F.logsigmoid(-steps), (0, 1))


class GradeClassifier(ImageClassifier):
    """Probability of each grade of uint8 RGB images (N, H, W, 3).

    Parameters are those of :class:`~jupyter_clinagent.imaging.classifier.ImageClassifier`, whose ``classes`` are the grades
    here, ascending. Labels are not smoothed: that would move images to far grades as often as to near ones.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"label_smoothing": 0.0, **options})
        if self.label_smoothing:
            raise ValueError("labels of grades are not smoothed")

    head: GradeHead

    def new_head(self, channels: int) -> GradeHead:
        """See :class:`GradeHead`."""
        return GradeHead(channels, len(self.classes))

    @property
    def directions(self) -> torch.Tensor:
        """How much each feature speaks for having reached each grade: the steps up to it; for the lowest, against the first."""
        steps = self.head.weight
        return torch.cat([-steps[:1], steps.cumsum(dim=0)])

    def calibrate(self, labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Choose the calibration on validation from its uncalibrated probabilities (N, K); returns the calibrated ones."""
        chosen = calibration.fitted(labels, probabilities)
        self.head.calibration.copy_(torch.tensor(chosen))
        return calibration.recalibrated(probabilities, chosen)

    def uncalibrated(self) -> None:
        """Forget what was chosen on validation."""
        self.head.calibration.copy_(torch.tensor([1.0, 0.0]))

    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Of the grades (N, K), calibrated; :func:`~jupyter_clinagent.tasks.grading.calibration.recalibrated` in torch."""
        above = (1 - super().probabilities(images).cumsum(dim=1)[:, :-1]).clamp(calibration.EDGE, 1 - calibration.EDGE)
        slope, shift = self.head.calibration
        reached = (slope * (above.log() - (1 - above).log()) + shift).sigmoid()
        return F.pad(reached, (1, 0), value=1.0) - F.pad(reached, (0, 1))

    def _loss(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return corn_loss(logits, labels, self.class_weights)

    def score(
        self, metric: str, labels: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
    ) -> float | None:
        """A figure of the grade named, calibrated on the images that it is watched on."""
        known = calibration.recalibrated(probabilities, calibration.fitted(labels, probabilities))
        return metrics.score(metric, labels, known, weights)


class GradeEnsemble(Ensemble, GradeClassifier):
    """Several trained models asked together; see :class:`~jupyter_clinagent.imaging.classifier.Ensemble`."""


def corn_loss(log_grades: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """The CORN loss (Shi, Cao & Raschka 2023, equation 8) of log-probabilities (N, K) from conditional steps.

    Each step is a yes or no over the images that lie above the step before. For one image these terms add up to the
    log-probability of its grade, so only the number of terms is left to be counted: the step behind its grade too, if any.

    Parameters
    ----------
    weights
        Of each grade (K,); all alike by default.
    """
    each = torch.ones_like(log_grades[:, 0]) if weights is None else weights[labels]
    terms = (labels + 1).clamp(max=log_grades.shape[1] - 1)
    return -(each * log_grades.gather(1, labels[:, None])[:, 0]).sum() / (each * terms).sum()
