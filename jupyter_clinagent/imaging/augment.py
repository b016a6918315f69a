"""Augmentation as each kind of image allows (:mod:`jupyter_clinagent.modalities`); the only module that knows albumentations.

Each pipeline is a :class:`Transform`: uint8 RGB in, uint8 RGB of the same size out, seeded, with a description for the
recipe and the symmetries under which a picture stays equally plausible (also used at prediction).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Protocol

import cv2
import numpy as np

from jupyter_clinagent import modalities
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.modalities import Modality, Symmetry, Views

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it asks PyPI for news at import otherwise
import albumentations as A

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


def __getattr__(name: str) -> Callable[..., Transform]:
    """``augment.dermoscopy(size)``: the views of a kind of image; ``augment.radiograph_boxes(size)``: with its boxes."""
    kind = modalities.known().get(name.removesuffix("_boxes"))
    if kind is None:
        raise AttributeError(f"augment has no {name}; there are views of: {', '.join(modalities.known())}")
    return partial(_boxed if name.endswith("_boxes") else _plain, kind)


def _plain(kind: Modality, size: tuple[int, int], strength: float = 1.0, mirrored: bool = True) -> Transform:
    """Views of images of a kind.

    Parameters
    ----------
    size
        Width and height in pixels of the images that come in and go out.
    strength
        Scales everything but flips and the turns of what has no upright.
    mirrored
        Whether a mirror image shows the same; False where left and right are to be told apart.
    """
    views = kind.views if mirrored else kind.views.unmirrored
    return Transform(_steps(views, strength), _spec(kind.name, size, strength, mirrored), views.flips)


def _boxed(kind: Modality, size: tuple[int, int], strength: float = 1.0, mirrored: bool = True) -> BoxTransform:
    """As :func:`_plain`, of images whose findings are marked by boxes; the boxes move along."""
    views = kind.views.boxed if mirrored else kind.views.boxed.unmirrored
    return BoxTransform(_steps(views, strength), _spec(f"{kind.name}_boxes", size, strength, mirrored), views.flips)


def _steps(views: Views, strength: float) -> list[Any]:
    """What has no upright is turned any way and shifted whatever the strength."""
    place = 1.0 if views.rotation >= modalities.ANY_WAY else strength
    zoom = (1 - views.smaller * strength, 1 + views.larger * strength)
    steps = [*_flips(*views.flips), _affine(views.rotation * place, zoom, views.shift * place, views.edge)]
    if views.exposure:
        steps.append(A.RandomBrightnessContrast(*[share * strength for share in views.exposure], p=0.7))
    if views.gamma:
        steps.append(A.RandomGamma((100 - 100 * views.gamma * strength, 100 + 100 * views.gamma * strength), p=0.3))
    if views.colour:
        hue = (-views.hue * strength, views.hue * strength)
        steps.append(A.ColorJitter(*[_around(views.colour * strength)] * 3, hue=hue, p=0.8))
    if views.stain:
        steps.append(_stained(views.stain * strength))
    return steps


def _stained(share: float) -> Any:
    """The amounts of two dyes vary (Tellez 2018), with the colours of Ruifrok (2001): estimated ones fail on an empty patch."""
    amounts = {"intensity_scale_range": _around(share), "intensity_shift_range": (-share / 2, share / 2)}
    return A.HEStain(method="preset", preset="ruifrok", **amounts, p=0.7)


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


def _spec(name: str, size: tuple[int, int], strength: float, mirrored: bool = True) -> dict[str, Any]:
    said = {} if mirrored else {"mirrored": False}
    return {"pipeline": name, "size": list(size), "strength": strength, "albumentations": A.__version__} | said
