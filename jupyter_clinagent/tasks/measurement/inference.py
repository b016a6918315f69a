"""Numbers without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from jupyter_clinagent.imaging.inference import OnnxModel, pixels_of


class OnnxMeasurer(OnnxModel):
    """A model that measures, saved by :func:`jupyter_clinagent.imaging.saving.save`; the one of ``classes`` is the measure."""

    @property
    def unit(self) -> str | None:
        """Of the numbers; None where nobody named one."""
        unit: str | None = self.metadata["unit"]
        return unit

    def predict(self, images: Iterable[str | Path | np.ndarray]) -> np.ndarray:
        """The number (N,), float64, of files or uint8 RGB arrays, in :attr:`unit`.

        Raises
        ------
        UnreadableImage
            For the first file that can't be decoded.
        """
        return np.array([self.predict_one(image) for image in images], dtype=np.float64)

    def predict_one(self, image: str | Path | np.ndarray) -> float:
        """The number of one file or uint8 RGB array (H, W, 3)."""
        return float(self.run(pixels_of(image), ["value"])[0][0])


def load(folder: Path) -> OnnxMeasurer:
    """The saved model."""
    return OnnxMeasurer(folder)


def header(model: OnnxMeasurer) -> list[str]:
    """What is measured, the number, and its unit; empty where nobody named one."""
    return ["measure", "value", "unit"]


def scores(model: OnnxMeasurer, pixels: np.ndarray) -> np.ndarray:
    """The number, (1,)."""
    return np.array([model.predict_one(pixels)])


def row(model: OnnxMeasurer, scores: np.ndarray) -> list[str]:
    """What it means."""
    return [model.classes[0], f"{float(scores[0]):.6g}", model.unit or ""]


def rows(model: OnnxMeasurer, pixels: np.ndarray, image: Path, place: Path) -> list[list[str]]:
    """One."""
    return [row(model, scores(model, pixels))]
