"""Predictions from a saved model with onnxruntime, numpy and cv2 only; nothing here imports torch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from jupyter_clinagent.imaging.boxes import Boxes, select
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.imaging.reading import read_image

ONNX = "model.onnx"
METADATA = "preprocessing.json"


class _Onnx:
    """A saved model: what its ``preprocessing.json`` says, and a session."""

    def __init__(self, folder: str | Path) -> None:
        folder = Path(folder)
        self.metadata: dict[str, Any] = json.loads((folder / METADATA).read_text(encoding="utf-8"))
        self.classes: list[str] = list(self.metadata["classes"])
        self.preprocessing = Preprocessing.from_json(self.metadata)
        self.session = onnxruntime.InferenceSession(str(folder / ONNX), providers=["CPUExecutionProvider"])

    def run(self, pixels: np.ndarray, outputs: list[str]) -> list[np.ndarray]:
        """Raw outputs for one uint8 RGB image of any shape (H, W, 3), without the batch dimension."""
        batch = self.preprocessing.apply(pixels)[None]
        return [np.asarray(output[0]) for output in self.session.run(outputs, {"image": batch})]


class OnnxClassifier(_Onnx):
    """A classifier saved by :func:`jupyter_clinagent.imaging.saving.save`.

    Attributes
    ----------
    classes
        Names, in the order of the outputs.
    decision_weights
        The class with the highest probability times this is named; None: simply the likeliest.
    metadata
        All of ``preprocessing.json``.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        weights = self.metadata.get("decision_weights")
        self.decision_weights = None if weights is None else np.array(weights, dtype=np.float64)

    def predict(self, images: Iterable[str | Path | np.ndarray]) -> np.ndarray:
        """Class probabilities (N, classes), float64, rows summing to 1, of files or uint8 RGB arrays.

        Raises
        ------
        UnreadableImage
            For the first file that can't be decoded.
        """
        rows = [self.predict_one(image) for image in images]
        return np.array(rows).reshape(len(rows), len(self.classes))

    def decide(self, probability: Sequence[float] | np.ndarray) -> str:
        """Name the class for one row of probabilities (classes,)."""
        row = np.asarray(probability)
        weighted = row if self.decision_weights is None else row * self.decision_weights
        return self.classes[int(np.argmax(weighted))]

    def predict_one(self, image: str | Path | np.ndarray) -> np.ndarray:
        """Class probabilities (classes,) of one file or uint8 RGB array (H, W, 3)."""
        probability = self.run(_pixels(image), ["probability"])[0].astype(np.float64)
        return np.asarray(probability / probability.sum())


class OnnxDetector(_Onnx):
    """A detector saved by :func:`jupyter_clinagent.imaging.saving.save`.

    Attributes
    ----------
    classes
        Of the boxes.
    metadata
        All of ``preprocessing.json``.
    """

    def predict(self, images: Iterable[str | Path | np.ndarray]) -> list[Boxes]:
        """Boxes found in each file or uint8 RGB array, in the pixels of the original image, the highest score first.

        Raises
        ------
        UnreadableImage
            For the first file that can't be decoded.
        """
        return [self.predict_one(image) for image in images]

    def predict_one(self, image: str | Path | np.ndarray) -> Boxes:
        """As :meth:`predict`, of one file or uint8 RGB array (H, W, 3)."""
        pixels = _pixels(image)
        corners, scores = self.run(pixels, ["corners", "scores"])
        found = select(corners, scores, self.preprocessing.size)
        return found.moved(self.preprocessing.to_original(found.corners, pixels.shape[1], pixels.shape[0]))


def load_onnx(folder: str | Path) -> OnnxClassifier | OnnxDetector:
    """Whatever was saved there."""
    metadata = json.loads((Path(folder) / METADATA).read_text(encoding="utf-8"))
    return OnnxDetector(folder) if metadata.get("task") == "detection" else OnnxClassifier(folder)


def _pixels(image: str | Path | np.ndarray) -> np.ndarray:
    return image if isinstance(image, np.ndarray) else read_image(image)
