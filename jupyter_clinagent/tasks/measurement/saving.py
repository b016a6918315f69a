"""A model that measures, on disk.

Its ONNX model returns ``value`` (N, 1), the number in the unit that stands in ``preprocessing.json``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.inference import read_metadata
from jupyter_clinagent.imaging.saving import read_weights, write_model
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.data import MeasurementDataModule
from jupyter_clinagent.tasks.measurement.module import Measurer


class Values(nn.Module):
    """A model whose forward pass are its numbers, averaged over views and all: what ONNX takes along."""

    def __init__(self, model: Measurer) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Of uint8 images (N, H, W, 3)."""
        return self.model.values(image)


def save(model: Measurer, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """See :func:`~jupyter_clinagent.imaging.saving.write_model`."""
    assert isinstance(data, MeasurementDataModule)
    known = {"unit": data.cohort.facts.details["unit"], "training_median": float(np.median(data.values("train")))}
    details = {"symmetries": list(model.symmetries), **known, "recipe": model.recipe, **(extra or {})}
    return write_model(folder, TASK.name, model, data, Values(model), ["value"], details)


def load(folder: str | Path, weights_file: str | Path | None = None) -> Measurer:
    """Rebuild a model that measures."""
    metadata = read_metadata(folder)
    recipe = metadata["recipe"]
    model = Measurer(metadata["classes"], recipe["backbone"], recipe["trainable"], weights_file=weights_file)
    model.symmetries = tuple(metadata["symmetries"])
    loaded: Measurer = read_weights(model, folder)
    return loaded
