"""A model that grades without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier
from jupyter_clinagent.tasks.grading.metrics import median_grade


class OnnxGrader(OnnxClassifier):
    """A model that grades, saved by :func:`jupyter_clinagent.imaging.saving.save`; ``classes`` are the grades, ascending."""

    def grade(self, scores: np.ndarray) -> str:
        """The grade that is named for probabilities (grades,)."""
        return self.classes[int(median_grade(scores[None, :])[0])]


def load(folder: Path) -> OnnxGrader:
    """The saved model."""
    return OnnxGrader(folder)


def header(model: OnnxGrader) -> list[str]:
    """The grade named, the probability of each, that of each or a higher one, and whether the operating point is reached."""
    above = [f"at_or_above_{name}" for name in model.classes[1:]]
    return ["grade", *(f"score_{name}" for name in model.classes), *above, "above_operating_point"]


def scores(model: OnnxGrader, pixels: np.ndarray) -> np.ndarray:
    """Probabilities (grades,)."""
    return model.predict_one(pixels)


def row(model: OnnxGrader, scores: np.ndarray) -> list[str]:
    """What they mean."""
    above = scores[::-1].cumsum()[::-1][1:]
    return [model.grade(scores), *(f"{score:.6f}" for score in [*scores, *above]), model.above(scores)]


def rows(model: OnnxGrader, pixels: np.ndarray, image: Path, place: Path) -> list[list[str]]:
    """One."""
    return [row(model, scores(model, pixels))]
