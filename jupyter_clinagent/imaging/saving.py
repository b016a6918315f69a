"""A trained classifier on disk: safetensors for torch, ONNX for everything else, and its preprocessing as JSON."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from jupyter_clinagent.imaging.classification import ImageClassifier
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.inference import METADATA, ONNX

WEIGHTS = "weights.safetensors"
OPSET = 17


def save(model: ImageClassifier, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """Write ``weights.safetensors``, ``model.onnx`` and ``preprocessing.json``.

    The ONNX model takes uint8 RGB ``image`` (N, H, W, 3) as :class:`Preprocessing` gives it and returns ``probability``
    (N, classes) exactly as :meth:`ImageClassifier.predict_proba`: normalisation and test-time flips are inside.

    Parameters
    ----------
    extra
        More for ``preprocessing.json``, such as the operating point.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model = model.eval()
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder / WEIGHTS)
    _export(model, data.preprocessing.size, folder / ONNX)
    metadata = {
        "schema": 1,
        "classes": model.classes,
        **data.preprocessing.to_json(),
        "symmetries": list(model.symmetries),
        "decision_weights": None if model.decision_weights is None else model.decision_weights.tolist(),
        "recipe": model.recipe,
        **(extra or {}),
    }
    (folder / METADATA).write_text(json.dumps(metadata, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


def load(folder: str | Path, weights_file: str | Path | None = None) -> ImageClassifier:
    """Rebuild a classifier from :func:`save`; only another backbone than the default needs its ``weights_file`` again."""
    folder = Path(folder)
    metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    recipe = metadata["recipe"]
    model = ImageClassifier(
        metadata["classes"],
        recipe["backbone"],
        recipe["trainable"],
        equal_prevalence=recipe["equal_prevalence"],
        weights_file=weights_file,
    )
    model.load_state_dict(load_file(folder / WEIGHTS))
    model.symmetries = tuple(metadata["symmetries"])
    return model.eval()


class _Probabilities(nn.Module):
    def __init__(self, model: ImageClassifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.model.probabilities(image)


def _export(model: ImageClassifier, size: tuple[int, int], path: Path) -> None:
    example = torch.zeros((2, size[1], size[0], 3), dtype=torch.uint8)
    with warnings.catch_warnings():  # the TorchScript exporter is called old; it is 20 times faster and has no gaps here
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Probabilities(model),
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["image"],
            output_names=["probability"],
            dynamic_axes={"image": {0: "n"}, "probability": {0: "n"}},
        )
