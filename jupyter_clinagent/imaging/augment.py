"""Augmentation that respects anatomy; the only module that knows albumentations.

Each pipeline is a :class:`Transform`: uint8 RGB in, uint8 RGB of the same size out, seeded, with a description for the
recipe and the symmetries under which a picture stays equally plausible (also used at prediction).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import cv2
import numpy as np

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it asks PyPI for news at import otherwise
import albumentations as A

Symmetry = Literal["horizontal", "vertical"]


@dataclass
class Transform:
    """A seeded pipeline; ``spec`` describes it fully, for the recipe's hash."""

    steps: list[Any]
    spec: dict[str, Any]
    symmetries: tuple[Symmetry, ...] = ()
    _pipeline: A.Compose = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._pipeline = A.Compose(self.steps, seed=0)

    def reseed(self, seed: int) -> None:
        """Start the random sequence anew."""
        self._pipeline.set_random_seed(seed)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Draw one variant of a uint8 RGB image."""
        return np.asarray(self._pipeline(image=image)["image"])


def dermoscopy(size: tuple[int, int], strength: float = 1.0) -> Transform:
    """Skin has no upright: flips, any rotation, zoom, and the colour shifts of cameras and light.

    Parameters
    ----------
    size
        Width and height in pixels of the images that come in and go out.
    strength
        Scales zoom and colour shifts; 0 leaves flips and rotations.
    """
    steps = [
        *_flips("horizontal", "vertical"),
        _affine(rotate=180, zoom=(1 - 0.1 * strength, 1 + 0.25 * strength), shift=0.05),
        A.ColorJitter(*[_around(0.12 * strength)] * 3, hue=(-0.02 * strength, 0.02 * strength), p=0.8),
    ]
    return Transform(steps, _spec("dermoscopy", size, strength), ("horizontal", "vertical"))


def radiograph(size: tuple[int, int], strength: float = 1.0) -> Transform:
    """A body part has an up, a left and a right: small rotations, zoom, shift and exposure; never a flip."""
    steps = [
        _affine(rotate=10 * strength, zoom=(1 - 0.1 * strength, 1 + 0.1 * strength), shift=0.05 * strength),
        A.RandomBrightnessContrast(0.15 * strength, 0.2 * strength, p=0.7),
        A.RandomGamma((100 - 20 * strength, 100 + 20 * strength), p=0.3),
    ]
    return Transform(steps, _spec("radiograph", size, strength))


def other(size: tuple[int, int], strength: float = 1.0) -> Transform:
    """Nothing is known of the anatomy: like a radiograph, with a little colour."""
    steps = [
        _affine(rotate=10 * strength, zoom=(1 - 0.1 * strength, 1 + 0.1 * strength), shift=0.05 * strength),
        A.ColorJitter(*[_around(0.1 * strength)] * 3, hue=(0, 0), p=0.7),
    ]
    return Transform(steps, _spec("other", size, strength))


def _flips(*symmetries: Symmetry) -> list[Any]:
    kinds = {"horizontal": A.HorizontalFlip, "vertical": A.VerticalFlip}
    return [kinds[symmetry](p=0.5) for symmetry in symmetries]


def _affine(rotate: float, zoom: Sequence[float], shift: float) -> Any:
    return A.Affine(
        scale=tuple(zoom),
        rotate=(-rotate, rotate),
        translate_percent=(-shift, shift),
        interpolation=cv2.INTER_LINEAR,
        border_mode=cv2.BORDER_REFLECT_101,
        keep_ratio=True,
        p=1.0,
    )


def _around(spread: float) -> tuple[float, float]:
    return (1 - spread, 1 + spread)


def _spec(name: str, size: tuple[int, int], strength: float) -> dict[str, Any]:
    return {"pipeline": name, "size": list(size), "strength": strength, "albumentations": A.__version__}
