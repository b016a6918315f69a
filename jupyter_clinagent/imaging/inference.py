"""Predictions from a saved model with onnxruntime, numpy and cv2 only; nothing here imports torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from jupyter_clinagent import versions
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.tasks import registry

ONNX = "model.onnx"
METADATA = "preprocessing.json"
_ALWAYS = {"task": str, "classes": list, "size": list, "crop": float | int}


class Metadata(dict[str, Any]):
    """``preprocessing.json`` of a saved model; a field that is missing is explained where it is asked for, not a ``KeyError``."""

    def __missing__(self, field: str) -> Any:
        raise versions.other_release(f"The model's {METADATA}", [field], versions.schema_of(self), versions.MODEL)


def read_metadata(folder: str | Path) -> Metadata:
    """What a saved model says of itself.

    Raises
    ------
    OtherRelease
        What every task needs is missing or unclear.
    """
    written = json.loads((Path(folder) / METADATA).read_text(encoding="utf-8"))
    return Metadata(versions.needed(written, _ALWAYS, f"The model's {METADATA}", versions.MODEL))


class OnnxModel:
    """A saved model: what its ``preprocessing.json`` says, and a session."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = folder = Path(folder)
        self.metadata = read_metadata(folder)
        self.classes: list[str] = list(self.metadata["classes"])
        self.preprocessing = Preprocessing.from_json(self.metadata)
        self.session = onnxruntime.InferenceSession(str(folder / ONNX), providers=["CPUExecutionProvider"])

    def run(self, pixels: np.ndarray, outputs: list[str]) -> list[np.ndarray]:
        """Raw outputs for one uint8 RGB image of any shape (H, W, 3), without the batch dimension."""
        batch = self.preprocessing.apply(pixels)[None]
        return [np.asarray(output[0]) for output in self.session.run(outputs, {"image": batch})]


def load_onnx(folder: str | Path) -> OnnxModel:
    """Whatever was saved there, as its task predicts with it.

    Raises
    ------
    OutOfScope
        The package of its task isn't installed.
    OtherRelease
        See :func:`read_metadata`.
    """
    return registry.find(read_metadata(folder)["task"]).inference.load(Path(folder))


def pixels_of(image: str | Path | np.ndarray) -> np.ndarray:
    """uint8 RGB (H, W, 3) of a file or an array."""
    return image if isinstance(image, np.ndarray) else read_image(image)
