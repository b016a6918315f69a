"""A detector without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from jupyter_clinagent.imaging.boxes import Boxes, select
from jupyter_clinagent.imaging.inference import OnnxModel, pixels_of


class OnnxDetector(OnnxModel):
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
        pixels = pixels_of(image)
        corners, scores = self.run(pixels, ["corners", "scores"])
        found = select(corners, scores, self.preprocessing.size)
        return found.moved(self.preprocessing.to_original(found.corners, pixels.shape[1], pixels.shape[0]))


def load(folder: Path) -> OnnxDetector:
    """The saved detector."""
    return OnnxDetector(folder)


def header(model: OnnxDetector) -> list[str]:
    """A box in pixels of the image."""
    return ["class", "score", "x_min", "y_min", "x_max", "y_max"]


def rows(model: OnnxDetector, pixels: np.ndarray, image: Path, place: Path) -> list[list[str]]:
    """One for each box; a row without a box where there is none."""
    found = model.predict_one(pixels)
    boxes = zip(found.classes, found.scores, found.corners.tolist(), strict=True)
    listed = [[model.classes[kind], f"{score:.6f}", *(f"{side:.2f}" for side in corners)] for kind, score, corners in boxes]
    return listed or [[""] * 6]
