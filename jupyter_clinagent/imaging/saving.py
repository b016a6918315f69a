"""A trained model on disk: safetensors for torch, ONNX for everything else, and its preprocessing as JSON.

Each task has its own ``saving.py``, which says what the ONNX model returns; what they have in common is here.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from jupyter_clinagent import versions
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.inference import METADATA, ONNX, read_metadata
from jupyter_clinagent.tasks import registry

WEIGHTS = "weights.safetensors"
OPSET = 17


class Probabilities(nn.Module):
    """A model whose forward pass is its ``probabilities``, averaged over views and all: what ONNX takes along."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Of uint8 images (N, H, W, 3)."""
        found: torch.Tensor = self.model.probabilities(image)
        return found


def write_model(
    folder: str | Path,
    task: str,
    model: Any,
    data: CohortDataModule,
    exported: nn.Module,
    outputs: list[str],
    details: Mapping[str, Any],
) -> Path:
    """Write ``weights.safetensors``, ``model.onnx`` and ``preprocessing.json``.

    The ONNX model takes uint8 RGB ``image`` (N, H, W, 3) as :class:`Preprocessing` gives it; normalisation and test-time
    flips are inside.

    Parameters
    ----------
    exported
        What is written as ONNX; its ``outputs`` have the images as their first dimension.
    details
        More for ``preprocessing.json``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, folder / WEIGHTS)
    _export(exported, data.preprocessing.size, outputs, folder / ONNX)
    metadata = {"schema": versions.MODEL, "task": task, "classes": model.classes, **data.preprocessing.to_json(), **details}
    (folder / METADATA).write_text(json.dumps(metadata, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


def read_weights(model: Any, folder: str | Path) -> Any:
    """Fill a rebuilt model with the weights that :func:`write_model` left; in evaluation mode."""
    model.load_state_dict(load_file(Path(folder) / WEIGHTS))
    return model.eval()


def save(task: str, model: Any, data: CohortDataModule, folder: str | Path, extra: dict[str, Any] | None = None) -> Path:
    """Save a model as its task does it; ``extra`` goes into ``preprocessing.json``, such as the operating point."""
    return registry.find(task).saving.save(model, data, folder, extra)


def load(folder: str | Path, weights_file: str | Path | None = None) -> Any:
    """Rebuild a model from :func:`save`; only another backbone than the default needs its ``weights_file`` again."""
    return registry.find(read_metadata(folder)["task"]).saving.load(folder, weights_file)


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
