"""An outliner without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from jupyter_clinagent.imaging.inference import OnnxModel, pixels_of

SMALLEST = 5
"""Parts of fewer pixels are specks, no findings; in the truth of a study as in predictions."""
INSIDE = 0.5
"""Probability from which on a pixel counts as inside."""


class OnnxOutliner(OnnxModel):
    """An outliner saved by :func:`jupyter_clinagent.imaging.saving.save`; ``classes`` are its structures."""

    def predict(self, images: Iterable[str | Path | np.ndarray]) -> list[np.ndarray]:
        """Masks of each file or uint8 RGB array, bool (structures, height, width) at its own size.

        Raises
        ------
        UnreadableImage
            For the first file that can't be decoded.
        """
        return [self.predict_one(image) >= INSIDE for image in images]

    def predict_one(self, image: str | Path | np.ndarray) -> np.ndarray:
        """Probabilities of the pixels of one file or uint8 RGB array, float32 (structures, height, width) at its own size."""
        pixels = pixels_of(image)
        (inside,) = self.run(pixels, ["inside"])
        size = (pixels.shape[1], pixels.shape[0])
        return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_LINEAR) for one in inside])


def load(folder: Path) -> OnnxOutliner:
    """The saved outliner."""
    return OnnxOutliner(folder)


def header(model: OnnxOutliner) -> list[str]:
    """A structure, whether and how large it is, how sure the model is, and its mask as COCO's runs down the columns."""
    return ["structure", "found", "area", "score", "height", "width", "runs"]


def rows(model: OnnxOutliner, pixels: np.ndarray) -> list[list[str]]:
    """One for each structure."""
    found = model.predict_one(pixels)
    return [_row(name, one) for name, one in zip(model.classes, found, strict=True)]


def _row(name: str, probability: np.ndarray) -> list[str]:
    inside = probability >= INSIDE
    runs = " ".join(map(str, runs_of(inside)))
    height, width = inside.shape
    area = int(inside.sum())
    return [name, str(area >= SMALLEST).lower(), str(area), f"{probability.max():.6f}", str(height), str(width), runs]


def runs_of(inside: np.ndarray) -> list[int]:
    """Lengths of stretches outside and inside in turn, down the columns, beginning outside."""
    flat = inside.T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat]).astype(np.int8)))
    return [int(length) for length in np.diff(np.concatenate([[0], edges, [flat.size]]))]
