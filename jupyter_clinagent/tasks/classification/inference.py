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


def rows(model: OnnxClassifier, pixels: np.ndarray, image: Path, place: Path) -> list[list[str]]:
    """One."""
    scores = [float(score) for score in model.predict_one(pixels)]
    return [[model.decide(scores), *(f"{score:.6f}" for score in scores), _above(scores, model)]]


def _above(scores: list[float], model: OnnxClassifier) -> str:
    """Whether the score, or the sum of those held together, reaches the study's threshold; empty where the study has none."""
    threshold, positive = model.metadata.get("threshold"), model.metadata.get("positive_class")
    if threshold is None or positive is None:
        return ""
    together = [positive] if isinstance(positive, str) else positive  # `contracts` needs pydantic, which may not be here
    return str(bool(sum(scores[model.classes.index(name)] for name in together) >= threshold)).lower()
