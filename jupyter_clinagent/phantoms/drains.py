"""Drawn chest drains: the confounder of the chest phantoms, and one to plant on real radiographs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

_SHIFT = 4
"""Sub-pixel bits of cv2's coordinates."""
SEEN = 0.25
"""From this share of the drain's brightness on a pixel belongs to its mask."""


@dataclass(frozen=True)
class DrainStyle:
    """How a make of drain looks; lengths relative to the image's side, brightness in grey levels of 255.

    Attributes
    ----------
    width, brightness
        Least and most.
    lumen
        How much of the brightness is missing between the walls, 0 (a solid band) to 1.
    dash
        Length of the radiopaque segments; None for an unbroken line.
    bend
        How far the course strays from a smooth arc.
    """

    width: tuple[float, float]
    brightness: tuple[float, float]
    lumen: float = 0.0
    dash: float | None = None
    bend: float = 0.03


STYLES = {
    "tube": DrainStyle(width=(0.018, 0.030), brightness=(45, 75)),
    "double": DrainStyle(width=(0.035, 0.050), brightness=(40, 70), lumen=0.8),
    "dashed": DrainStyle(width=(0.014, 0.024), brightness=(50, 85), dash=0.05),
    "pigtail": DrainStyle(width=(0.010, 0.018), brightness=(55, 95), bend=0.09),
}


class Drain(NamedTuple):
    """What a drain adds to the grey levels, float32 of shape (H, W), and where it is seen, bool of the same shape."""

    light: np.ndarray
    mask: np.ndarray


def draw_drain(shape: tuple[int, int], rng: np.random.Generator, style: str = "tube", side: int | None = None) -> Drain:
    """Draw one drain that enters through the chest wall and runs up into a lung.

    Parameters
    ----------
    shape
        Height and width in pixels.
    style
        One of :data:`STYLES`.
    side
        0 for the image's left, 1 for its right; drawn where None.
    """
    look, height, width = STYLES[style], *shape
    side = int(rng.integers(2)) if side is None else side
    points = _course(rng, side, look.bend) * (width, height)
    thick = max(1.0, rng.uniform(*look.width) * width)
    line = _stroke(shape, points, thick)
    if look.lumen:
        line = line - look.lumen * _stroke(shape, points, max(1.0, thick / 2))
    if look.dash:
        line = line * _dashes(shape, points, look.dash * width, thick)
    line = np.clip(cv2.GaussianBlur(line, (0, 0), max(0.4, 0.004 * width)), 0, 1)
    return Drain((line * rng.uniform(*look.brightness)).astype(np.float32), line > SEEN)


def _course(rng: np.random.Generator, side: int, bend: float) -> np.ndarray:
    """Points (40, 2) of a cubic Bézier curve from the chest wall to the apex, 0 … 1, with a sideways sway."""
    wall, apex = np.array([0.02, rng.uniform(0.55, 0.85)]), np.array([rng.uniform(0.22, 0.36), rng.uniform(0.18, 0.42)])
    first = np.array([rng.uniform(0.10, 0.24), wall[1] - rng.uniform(-0.05, 0.12)])
    second = np.array([rng.uniform(0.20, 0.42), rng.uniform(0.40, 0.62)])
    t = np.linspace(0, 1, 40)[:, None]
    curve = (1 - t) ** 3 * wall + 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t**2 * second + t**3 * apex
    curve[:, :1] += bend * np.sin(rng.uniform(2, 7) * t + rng.uniform(0, 6)) * t
    return np.asarray(curve if side == 0 else curve * (-1, 1) + (1, 0))


def _stroke(shape: tuple[int, int], points: np.ndarray, thick: float) -> np.ndarray:
    layer = np.zeros(shape, np.float32)
    cv2.polylines(layer, [_fixed(points)], False, 1.0, max(1, round(thick)), cv2.LINE_AA, _SHIFT)
    return layer


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * (1 << _SHIFT)).astype(np.int32)


def _dashes(shape: tuple[int, int], points: np.ndarray, length: float, thick: float) -> np.ndarray:
    """Every other stretch of about ``length`` pixels along the course."""
    way = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    at = np.stack([np.interp(np.arange(0, way[-1], 1.0), way, points[:, axis]) for axis in (0, 1)], axis=1)
    layer = np.zeros(shape, np.float32)
    for start in range(0, len(at), max(2, round(2 * length))):
        piece = at[start : start + max(2, round(length))]
        cv2.polylines(layer, [_fixed(piece)], False, 1.0, max(1, round(thick)) + 2, cv2.LINE_AA, _SHIFT)
    return layer


def add_drain(image: np.ndarray, drain: Drain) -> np.ndarray:
    """Lay a drain over an image: uint8 RGB of shape (H, W, 3) in and out."""
    return np.asarray(np.clip(np.round(image + drain.light[..., None]), 0, 255), dtype=np.uint8)


class Planted(NamedTuple):
    """Images with a known confounder.

    Attributes
    ----------
    images
        One uint8 RGB array each, those without a drain unchanged.
    drain
        bool (N,): which ones got a drain.
    masks
        bool (H, W) each, empty where there is no drain.
    """

    images: list[np.ndarray]
    drain: np.ndarray
    masks: list[np.ndarray]


def plant_confounder(
    images: Sequence[np.ndarray],
    labels: Sequence[bool] | np.ndarray,
    rate_positive: float = 0.85,
    rate_negative: float = 0.05,
    seed: int = 0,
    style: str = "tube",
) -> Planted:
    """Draw drains onto real radiographs with a known correlation, so that a shortcut can be measured on real backgrounds.

    Parameters
    ----------
    images
        uint8 RGB of shape (H, W, 3), any size.
    labels
        Whether each image is positive.
    rate_positive, rate_negative
        Probability of a drain on positive and on negative images, 0 … 1.
    seed
        The same seed gives the same drains.
    style
        One of :data:`STYLES`.

    Raises
    ------
    ValueError
        For a rate outside 0 … 1, an unknown style, or as many labels as there are not images.
    """
    if not (0 <= rate_positive <= 1 and 0 <= rate_negative <= 1):
        raise ValueError(f"rates are probabilities, not {rate_positive} and {rate_negative}")
    if style not in STYLES:
        raise ValueError(f"there is no drain style {style!r}; choose from {', '.join(STYLES)}")
    if len(labels) != len(images):
        raise ValueError(f"{len(images)} images need as many labels, not {len(labels)}")
    rates = np.where(np.asarray(labels, dtype=bool), rate_positive, rate_negative)
    given = np.random.default_rng([seed, 0]).random(len(images)) < rates
    drains = [
        _draw_for(image, number, seed, style) if yes else None
        for number, (image, yes) in enumerate(zip(images, given, strict=True))
    ]
    pairs = list(zip(images, drains, strict=True))
    planted = [image if drain is None else add_drain(image, drain) for image, drain in pairs]
    masks = [np.zeros(image.shape[:2], bool) if drain is None else drain.mask for image, drain in pairs]
    return Planted(planted, given, masks)


def _draw_for(image: np.ndarray, number: int, seed: int, style: str) -> Drain:
    height, width = image.shape[:2]
    return draw_drain((height, width), np.random.default_rng([seed, 1, number]), style)
