"""Augmentation that respects anatomy; the only module that knows albumentations.

Each pipeline is a :class:`Transform`: uint8 RGB in, uint8 RGB of the same size out, seeded, with a description for the
recipe and the symmetries under which a picture stays equally plausible (also used at prediction).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import cv2
import numpy as np

from jupyter_clinagent.imaging.boxes import Boxes

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it asks PyPI for news at import otherwise
import albumentations as A

Symmetry = Literal["horizontal", "vertical"]
MOSTLY_VISIBLE = 0.4
"""Share of a box that must stay in the picture for the finding to count as shown."""


class ImageTransform(Protocol):
    """What changes training images at random: a :class:`Transform`, or one that depends on the image's id as well."""

    spec: dict[str, Any]

    @property
    def symmetries(self) -> tuple[Symmetry, ...]:
        """Flips under which a picture stays equally plausible."""
        ...

    def reseed(self, seed: int) -> None:
        """Start the random sequence anew."""
        ...

    def __call__(self, image: np.ndarray, image_id: str = "") -> np.ndarray:
        """Draw one variant of a uint8 RGB image."""
        ...


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

    def __call__(self, image: np.ndarray, image_id: str = "") -> np.ndarray:
        """Draw one variant of a uint8 RGB image, whichever it is."""
        return np.asarray(self._pipeline(image=image)["image"])

    def with_masks(self, image: np.ndarray, masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Draw one variant of a uint8 RGB image and of its masks, uint8 (H, W, structures)."""
        drawn = self._pipeline(image=image, mask=masks)
        return np.asarray(drawn["image"]), np.asarray(drawn["mask"])


@dataclass
class BoxTransform(Transform):
    """A pipeline that takes the boxes along."""

    _boxed: A.Compose = field(init=False, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        inside = A.BboxParams("pascal_voc", label_fields=["index"], clip=True, min_area=4, min_visibility=MOSTLY_VISIBLE)
        self._boxed = A.Compose(deepcopy(self.steps), bbox_params=inside, seed=0)

    def reseed(self, seed: int) -> None:
        """Start the random sequence anew."""
        super().reseed(seed)
        self._boxed.set_random_seed(seed)

    def with_boxes(self, image: np.ndarray, boxes: Boxes) -> tuple[np.ndarray, Boxes]:
        """Draw one variant of a uint8 RGB image and its boxes; boxes that leave the picture are cut or dropped."""
        height, width = image.shape[:2]
        corners = np.clip(boxes.corners, 0, [width, height, width, height])
        drawn = self._boxed(image=image, bboxes=corners, index=np.arange(len(boxes)))
        kept = boxes[np.asarray(drawn["index"], dtype=np.int64)]
        return np.asarray(drawn["image"]), kept.moved(drawn["bboxes"])


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


def radiograph_boxes(size: tuple[int, int], strength: float = 1.0) -> BoxTransform:
    """For findings marked by boxes on radiographs of limbs: as :func:`radiograph`, and mirrored, for left is like right.

    Beyond the edge it is black, as on a film: a mirrored edge would show findings that no box marks.
    """
    steps = [
        *_flips("horizontal"),
        _affine(rotate=8 * strength, zoom=(1 - 0.1 * strength, 1 + 0.1 * strength), shift=0.04 * strength, edge="black"),
        A.RandomBrightnessContrast(0.15 * strength, 0.2 * strength, p=0.7),
        A.RandomGamma((100 - 20 * strength, 100 + 20 * strength), p=0.3),
    ]
    return BoxTransform(steps, _spec("radiograph_boxes", size, strength), ("horizontal",))


def outlines(size: tuple[int, int], strength: float = 1.0) -> Transform:
    """For outlines: they move with their image, so flips and rotations harm nothing even where a body has an up."""
    steps = [*_flips("horizontal", "vertical"), *_moved_and_coloured(strength)]
    return Transform(steps, _spec("outlines", size, strength), ("horizontal",))


def sided_outlines(size: tuple[int, int], strength: float = 1.0) -> Transform:
    """As :func:`outlines`, never a flip: mirrored, a left lung would be learnt as the right one."""
    return Transform(_moved_and_coloured(strength), _spec("sided_outlines", size, strength))


def _moved_and_coloured(strength: float) -> list[Any]:
    return [
        _affine(rotate=30 * strength, zoom=(1 - 0.15 * strength, 1 + 0.25 * strength), shift=0.06 * strength),
        A.ColorJitter(*[_around(0.15 * strength)] * 3, hue=(-0.02 * strength, 0.02 * strength), p=0.8),
    ]


def other(size: tuple[int, int], strength: float = 1.0) -> Transform:
    """Nothing is known of the anatomy: like a radiograph, with a little colour."""
    steps = [
        _affine(rotate=10 * strength, zoom=(1 - 0.1 * strength, 1 + 0.1 * strength), shift=0.05 * strength),
        A.ColorJitter(*[_around(0.1 * strength)] * 3, hue=(0, 0), p=0.7),
    ]
    return Transform(steps, _spec("other", size, strength))


def true_to_scale(size: tuple[int, int], strength: float = 1.0) -> Transform:
    """For sizes that are measured: never larger, smaller or mirrored; small rotations, shift and exposure."""
    steps = [
        _affine(rotate=10 * strength, zoom=(1.0, 1.0), shift=0.05 * strength),
        A.RandomBrightnessContrast(0.15 * strength, 0.2 * strength, p=0.7),
    ]
    return Transform(steps, _spec("true_to_scale", size, strength))


def _flips(*symmetries: Symmetry) -> list[Any]:
    kinds = {"horizontal": A.HorizontalFlip, "vertical": A.VerticalFlip}
    return [kinds[symmetry](p=0.5) for symmetry in symmetries]


def _affine(rotate: float, zoom: Sequence[float], shift: float, edge: Literal["mirrored", "black"] = "mirrored") -> Any:
    return A.Affine(
        scale=tuple(zoom),
        rotate=(-rotate, rotate),
        translate_percent=(-shift, shift),
        interpolation=cv2.INTER_LINEAR,
        border_mode=cv2.BORDER_REFLECT_101 if edge == "mirrored" else cv2.BORDER_CONSTANT,
        rotate_method="ellipse",
        keep_ratio=True,
        p=1.0,
    )


def _around(spread: float) -> tuple[float, float]:
    return (1 - spread, 1 + spread)


def _spec(name: str, size: tuple[int, int], strength: float) -> dict[str, Any]:
    return {"pipeline": name, "size": list(size), "strength": strength, "albumentations": A.__version__}
