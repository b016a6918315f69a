"""A trained classifier on disk, whichever task has one.

Its ONNX model returns ``probability`` (N, classes) exactly as :meth:`ImageClassifier.predict_proba`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_clinagent.imaging.classifier import Ensemble, ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.inference import read_metadata
from jupyter_clinagent.imaging.saving import Probabilities, read_weights, write_model


def save_for(task: str, model: ImageClassifier, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None) -> Path:
    """The classifier of whichever task has one."""
    details = {**_details(model), "recipe": model.recipe, **(extra or {})}
    return write_model(folder, task, model, data, Probabilities(model), ["probability"], details)


def load(
    folder: str | Path,
    weights_file: str | Path | None = None,
    kind: type[ImageClassifier] = ImageClassifier,
    together: type[Ensemble] = Ensemble,
) -> ImageClassifier:
    """Rebuild a classifier of this kind, or several asked together."""
    metadata = read_metadata(folder)
    recipes = metadata["recipe"].get("members", [metadata["recipe"]])
    models = [_member(kind, metadata["classes"], recipe, weights_file) for recipe in recipes]
    model = models[0] if len(models) == 1 else together(models, weights_file)
    model.symmetries, model.closer = tuple(metadata["symmetries"]), metadata.get("closer", False)
    loaded: ImageClassifier = read_weights(model, folder)
    return loaded


def _member(
    kind: type[ImageClassifier], classes: list[str], recipe: dict[str, Any], weights_file: str | Path | None
) -> ImageClassifier:
    equal = recipe["equal_prevalence"]
    return kind(classes, recipe["backbone"], recipe["trainable"], equal_prevalence=equal, weights_file=weights_file)


def _details(model: ImageClassifier) -> dict[str, Any]:
    weights = None if model.decision_weights is None else model.decision_weights.tolist()
    return {"symmetries": list(model.symmetries), "closer": model.closer, "decision_weights": weights}
