"""A classifier without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier


def load(folder: Path) -> OnnxClassifier:
    """The saved classifier."""
    return OnnxClassifier(folder)


def header(model: OnnxClassifier) -> list[str]:
    """The class named, the score of each, and whether the operating point is reached."""
    return ["predicted", *(f"score_{name}" for name in model.classes), "above_operating_point"]


def scores(model: OnnxClassifier, pixels: np.ndarray) -> np.ndarray:
    """Probabilities (classes,)."""
    return model.predict_one(pixels)


def row(model: OnnxClassifier, scores: np.ndarray) -> list[str]:
    """What they mean."""
    return [model.decide(scores), *(f"{score:.6f}" for score in scores), model.above(scores)]


def rows(model: OnnxClassifier, pixels: np.ndarray, image: Path, place: Path) -> list[list[str]]:
    """One."""
    return [row(model, scores(model, pixels))]
