"""A trained model on disk: safetensors for torch, ONNX for everything else, and its preprocessing as JSON."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from jupyter_clinagent.imaging.classifier import Ensemble, ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.tasks.detection.module import FindingDetector
from jupyter_clinagent.imaging.inference import METADATA, ONNX

WEIGHTS = "weights.safetensors"
OPSET = 17


def save(
    model: ImageClassifier | FindingDetector, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None
) -> Path:
    """Write ``weights.safetensors``, ``model.onnx`` and ``preprocessing.json``.

    The ONNX model takes uint8 RGB ``image`` (N, H, W, 3) as :class:`Preprocessing` gives it; normalisation and test-time
    flips are inside. A classifier's returns ``probability`` (N, classes) exactly as :meth:`ImageClassifier.predict_proba`;
    a detector's ``corners`` (N, anchors, 4) and ``scores`` (N, anchors, classes) before non-maximum suppression, which
    :func:`~jupyter_clinagent.imaging.boxes.select` does in plain numpy.

    Parameters
    ----------
    extra
        More for ``preprocessing.json``, such as the operating point.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder / WEIGHTS)
    if isinstance(model, FindingDetector):
        task, details = "detection", {}
        _export(model, data.preprocessing.size, ["corners", "scores"], folder / ONNX)
    else:
        task, details = "classification", _of_classifier(model)
        _export(_Probabilities(model), data.preprocessing.size, ["probability"], folder / ONNX)
    metadata = {
        "schema": 1,
        "task": task,
        "classes": model.classes,
        **data.preprocessing.to_json(),
        **details,
        "recipe": model.recipe,
        **(extra or {}),
    }
    (folder / METADATA).write_text(json.dumps(metadata, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


def load(folder: str | Path, weights_file: str | Path | None = None) -> ImageClassifier | FindingDetector:
    """Rebuild a model from :func:`save`; only another backbone than the default needs its ``weights_file`` again."""
    folder = Path(folder)
    metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    model = _detector(metadata, weights_file) if metadata.get("task") == "detection" else _classifier(metadata, weights_file)
    model.load_state_dict(load_file(folder / WEIGHTS))
    return model.eval()


def _detector(metadata: dict[str, Any], weights_file: str | Path | None) -> FindingDetector:
    recipe = metadata["recipe"]
    return FindingDetector(metadata["classes"], recipe["backbone"], recipe["trainable"], weights_file=weights_file)


def _classifier(metadata: dict[str, Any], weights_file: str | Path | None) -> ImageClassifier:
    recipes = metadata["recipe"].get("members", [metadata["recipe"]])
    models = [
        ImageClassifier(
            metadata["classes"],
            recipe["backbone"],
            recipe["trainable"],
            equal_prevalence=recipe["equal_prevalence"],
            weights_file=weights_file,
        )
        for recipe in recipes
    ]
    model = models[0] if len(models) == 1 else Ensemble(models, weights_file)
    model.symmetries, model.closer = tuple(metadata["symmetries"]), metadata.get("closer", False)
    return model


def _of_classifier(model: ImageClassifier) -> dict[str, Any]:
    weights = None if model.decision_weights is None else model.decision_weights.tolist()
    return {"symmetries": list(model.symmetries), "closer": model.closer, "decision_weights": weights}


class _Probabilities(nn.Module):
    def __init__(self, model: ImageClassifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.model.probabilities(image)


def _export(model: nn.Module, size: tuple[int, int], outputs: list[str], path: Path) -> None:
    example = torch.zeros((2, size[1], size[0], 3), dtype=torch.uint8)
    with warnings.catch_warnings():  # the TorchScript exporter is called old; it is 20 times faster and has no gaps here
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["image"],
            output_names=outputs,
            dynamic_axes={name: {0: "n"} for name in ["image", *outputs]},
        )
