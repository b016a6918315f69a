"""Several findings without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from jupyter_clinagent.imaging.inference import OnnxModel, pixels_of


class OnnxFindings(OnnxModel):
    """A model of several findings saved by :func:`jupyter_clinagent.imaging.saving.save`; ``classes`` are the findings."""

    @property
    def thresholds(self) -> np.ndarray:
        """From which on each finding is called, (findings,)."""
        return np.array(self.metadata["thresholds"], dtype=np.float64)

    def predict(self, images: Iterable[str | Path | np.ndarray]) -> np.ndarray:
        """Probability of each finding (N, findings), float64, of files or uint8 RGB arrays.

        Raises
        ------
        UnreadableImage
            For the first file that can't be decoded.
        """
        rows = [self.predict_one(image) for image in images]
        return np.array(rows).reshape(len(rows), len(self.classes))

    def predict_one(self, image: str | Path | np.ndarray) -> np.ndarray:
        """Probability of each finding (findings,) of one file or uint8 RGB array (H, W, 3)."""
        return np.asarray(self.run(pixels_of(image), ["probability"])[0], dtype=np.float64)


def load(folder: Path) -> OnnxFindings:
    """The saved model."""
    return OnnxFindings(folder)


def header(model: OnnxFindings) -> list[str]:
    """The score of each finding, and whether it is called."""
    return [*(f"score_{name}" for name in model.classes), *(f"above_{name}" for name in model.classes)]


def scores(model: OnnxFindings, pixels: np.ndarray) -> np.ndarray:
    """Probabilities (findings,)."""
    return model.predict_one(pixels)


def row(model: OnnxFindings, scores: np.ndarray) -> list[str]:
    """What they mean."""
    called = scores >= model.thresholds
    return [*(f"{score:.6f}" for score in scores), *(str(bool(yes)).lower() for yes in called)]


def rows(model: OnnxFindings, pixels: np.ndarray, image: Path, place: Path) -> list[list[str]]:
    """One."""
    return [row(model, scores(model, pixels))]
