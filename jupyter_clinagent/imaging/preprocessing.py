"""The torch-free way from any image to the model's input; training, ONNX and ``predict`` all go through here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np


@dataclass(frozen=True)
class Preprocessing:
    """Cut out the middle and resize.

    Attributes
    ----------
    size
        Width and height of the model's input in pixels.
    crop
        Share of width and height kept around the centre, in (0, 1].
    """

    size: tuple[int, int]
    crop: float = 1.0

    def __post_init__(self) -> None:
        if min(self.size) < 32 or not 0 < self.crop <= 1:
            raise ValueError(f"size must be at least 32x32 and crop in (0, 1], not {self.size} and {self.crop}")

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Turn uint8 RGB of any shape (H, W, 3) into uint8 RGB of shape (size[1], size[0], 3).

        The aspect ratio is not kept: a training set has one, and heat maps are stretched back by the same rule.
        """
        left, top, inner_w, inner_h = self.window(image.shape[1], image.shape[0])
        middle = image[top : top + inner_h, left : left + inner_w]
        shrinks = inner_w >= self.size[0] and inner_h >= self.size[1]
        return cv2.resize(middle, self.size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)

    def window(self, width: int, height: int) -> tuple[int, int, int, int]:
        """What is kept of an image of this width and height: left, top, width and height in its pixels."""
        inner_w, inner_h = max(1, round(width * self.crop)), max(1, round(height * self.crop))
        return (width - inner_w) // 2, (height - inner_h) // 2, inner_w, inner_h

    def to_model(self, corners: np.ndarray, width: int, height: int) -> np.ndarray:
        """Boxes (n, 4) of an image of this width and height in the pixels of what :meth:`apply` gives."""
        left, top, inner_w, inner_h = self.window(width, height)
        scale = np.array([self.size[0] / inner_w, self.size[1] / inner_h] * 2)
        return np.asarray((corners - np.array([left, top] * 2)) * scale)

    def to_original(self, corners: np.ndarray, width: int, height: int) -> np.ndarray:
        """The inverse of :meth:`to_model`."""
        left, top, inner_w, inner_h = self.window(width, height)
        scale = np.array([inner_w / self.size[0], inner_h / self.size[1]] * 2)
        return np.asarray(corners * scale + np.array([left, top] * 2))

    def to_json(self) -> dict[str, Any]:
        """As plain data, for ``preprocessing.json`` and the recipe."""
        return {**asdict(self), "size": list(self.size), "interpolation": "area to shrink, linear to enlarge", "channels": "RGB"}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Preprocessing:
        """Rebuild from :meth:`to_json`."""
        return cls(size=(int(data["size"][0]), int(data["size"][1])), crop=float(data["crop"]))
