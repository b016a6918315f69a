"""A trained outliner on disk.

Its ONNX model returns ``inside`` (N, structures, H, W): the probability of each pixel at the working size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.inference import read_metadata
from jupyter_clinagent.imaging.saving import Probabilities, read_weights, write_model
from jupyter_clinagent.tasks.segmentation import TASK
from jupyter_clinagent.tasks.segmentation.module import Outliner


def save(model: Outliner, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """See :func:`~jupyter_clinagent.imaging.saving.write_model`."""
    details = {"symmetries": list(model.symmetries), "exclusive": model.exclusive, "recipe": model.recipe, **(extra or {})}
    return write_model(folder, TASK.name, model, data, Probabilities(model), ["inside"], details)


def load(folder: str | Path, weights_file: str | Path | None = None) -> Outliner:
    """Rebuild an outliner."""
    metadata = read_metadata(folder)
    recipe = metadata["recipe"]
    model = Outliner(metadata["classes"], recipe["backbone"], recipe["trainable"], weights_file=weights_file)
    model.symmetries, model.exclusive = tuple(metadata["symmetries"]), metadata.get("exclusive", False)
    loaded: Outliner = read_weights(model, folder)
    return loaded
