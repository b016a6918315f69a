"""A model of several findings on disk.

Its ONNX model returns ``probability`` (N, findings); the thresholds stand in ``preprocessing.json``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.inference import read_metadata
from jupyter_clinagent.imaging.saving import Probabilities, read_weights, write_model
from jupyter_clinagent.tasks.findings import TASK
from jupyter_clinagent.tasks.findings.module import FindingsClassifier


def save(model: FindingsClassifier, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """See :func:`~jupyter_clinagent.imaging.saving.write_model`."""
    cuts = [float(value) for value in model.thresholds]
    details = {"symmetries": list(model.symmetries), "thresholds": cuts, "recipe": model.recipe, **(extra or {})}
    return write_model(folder, TASK.name, model, data, Probabilities(model), ["probability"], details)


def load(folder: str | Path, weights_file: str | Path | None = None) -> FindingsClassifier:
    """Rebuild a model of several findings."""
    metadata = read_metadata(folder)
    recipe = metadata["recipe"]
    model = FindingsClassifier(metadata["classes"], recipe["backbone"], recipe["trainable"], weights_file=weights_file)
    model.symmetries = tuple(metadata["symmetries"])
    loaded: FindingsClassifier = read_weights(model, folder)
    return loaded
