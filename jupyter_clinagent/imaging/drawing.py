"""Shapes like tubes, rulers and ink, drawn over a picture so that a model learns to look past them."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

_SHIFT = 4
"""Sub-pixel bits of cv2's coordinates."""

Draw = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def tube(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A bright curved line from the edge of the picture inwards: drains, tubes, wires. Width, course, gaps and lumen vary."""
    height, width = image.shape[:2]
    points = _curve(rng) * (width, height)
    thick = max(1, round(rng.uniform(0.008, 0.045) * width))
    layer = _line((height, width), points, thick)
    if thick > 3 and rng.random() < 0.5:
        layer = layer - rng.uniform(0.4, 0.9) * _line((height, width), points, thick // 2)
    if rng.random() < 0.25:
        layer = layer * _gaps((height, width), rng)
    layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.4, 0.9))
    return _blend(image, layer * rng.uniform(25, 95))


def ruler(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A row of ticks along one edge of the picture, dark or bright."""
    height, width = image.shape[:2]
    layer = np.zeros((height, width), np.float32)
    step, depth = rng.uniform(0.025, 0.07) * width, rng.uniform(0.03, 0.12) * height
    edge = rng.uniform(0, 0.12) * height
    for number, x in enumerate(np.arange(0, width, step)):
        end = edge + depth * (1.0 if number % 5 == 0 else 0.5)
        cv2.line(layer, (round(x), round(edge)), (round(x), round(end)), 1.0, 1, cv2.LINE_AA)
    layer = np.rot90(layer, int(rng.integers(2)) * 2)
    if rng.random() < 0.5 and height == width:
        layer = np.rot90(layer)
    return _blend(image, np.ascontiguousarray(layer) * rng.uniform(60, 140) * rng.choice([-1, 1], p=[0.8, 0.2]))


def ink(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A stroke of a blue or violet pen."""
    height, width = image.shape[:2]
    thick = max(1, round(rng.uniform(0.02, 0.06) * width))
    layer = cv2.GaussianBlur(_line((height, width), _curve(rng) * (width, height), thick), (0, 0), 0.8)
    colour = np.array([rng.uniform(40, 110), rng.uniform(20, 70), rng.uniform(110, 190)])
    opaque = (layer * rng.uniform(0.4, 0.9))[..., None]
    return np.asarray(np.clip(np.round(image * (1 - opaque) + colour * opaque), 0, 255), dtype=np.uint8)


SHAPES: dict[str, Draw] = {"tube": tube, "ruler": ruler, "ink": ink}


def _curve(rng: np.random.Generator) -> np.ndarray:
    """Points (30, 2), 0 … 1, of a smooth random curve that begins at the left or right edge."""
    start = np.array([rng.uniform(0.0, 0.06), rng.uniform(0.3, 0.95)])
    end = np.array([rng.uniform(0.15, 0.55), rng.uniform(0.1, 0.7)])
    way = np.linspace(0, 1, 30)[:, None]
    swing = rng.normal(0, 0.10, 2) * np.sin(np.pi * way) + rng.normal(0, 0.04, 2) * np.sin(2 * np.pi * way)
    points = start + way * (end - start) + swing
    return np.asarray(points if rng.random() < 0.5 else points * (-1, 1) + (1, 0))


def _line(shape: tuple[int, int], points: np.ndarray, thick: int) -> np.ndarray:
    layer = np.zeros(shape, np.float32)
    cv2.polylines(layer, [np.round(points * (1 << _SHIFT)).astype(np.int32)], False, 1.0, thick, cv2.LINE_AA, _SHIFT)
    return layer


def _gaps(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Stripes that break a line into dashes."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    angle, length = rng.uniform(0, np.pi), rng.uniform(0.04, 0.12) * shape[1]
    return np.asarray((x * np.cos(angle) + y * np.sin(angle)) % length < 0.6 * length, dtype=np.float32)


def _blend(image: np.ndarray, light: np.ndarray) -> np.ndarray:
    return np.asarray(np.clip(np.round(image + light[..., None]), 0, 255), dtype=np.uint8)
