"""A trained detector on disk.

Its ONNX model returns ``corners`` (N, anchors, 4) and ``scores`` (N, anchors, classes) before non-maximum suppression, which
:func:`~jupyter_clinagent.imaging.boxes.select` does in plain numpy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.inference import read_metadata
from jupyter_clinagent.imaging.saving import read_weights, write_model
from jupyter_clinagent.tasks.detection import TASK
from jupyter_clinagent.tasks.detection.module import FindingDetector


def save(model: FindingDetector, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """See :func:`~jupyter_clinagent.imaging.saving.write_model`."""
    details = {"recipe": model.recipe, **(extra or {})}
    return write_model(folder, TASK.name, model, data, model, ["corners", "scores"], details)


def load(folder: str | Path, weights_file: str | Path | None = None) -> FindingDetector:
    """Rebuild a detector."""
    metadata = read_metadata(folder)
    recipe = metadata["recipe"]
    model = FindingDetector(metadata["classes"], recipe["backbone"], recipe["trainable"], weights_file=weights_file)
    loaded: FindingDetector = read_weights(model, folder)
    return loaded
