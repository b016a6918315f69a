"""A classifier without torch: onnxruntime, numpy and cv2 only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from jupyter_clinagent.imaging.inference import OnnxModel, pixels_of


class OnnxClassifier(OnnxModel):
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
        probability = self.run(pixels_of(image), ["probability"])[0].astype(np.float64)
        return np.asarray(probability / probability.sum())

    def above(self, probability: Sequence[float] | np.ndarray) -> str:
        """Whether the score, or the sum of those held together, reaches the study's threshold; empty where it has none."""
        threshold, positive = self.metadata.get("threshold"), self.metadata.get("positive_class")
        if threshold is None or positive is None:
            return ""
        together = [positive] if isinstance(positive, str) else positive  # `contracts` needs pydantic, which may not be here
        return str(bool(sum(probability[self.classes.index(name)] for name in together) >= threshold)).lower()
