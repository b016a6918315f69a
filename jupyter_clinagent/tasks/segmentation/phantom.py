"""Polyp phantoms: a pink wall with folds and light, and on most images a polyp with its mask."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty

KINDS = ("polyp",)
REQUEST = "Outline the polyps"
SIZE = 128
EACH = 2
"""Images of a patient."""
EMPTY = 0.15
"""Share of the images without a polyp."""
CONTRAST: dict[Difficulty, float] = {"easy": 60.0, "hard": 22.0}


class PolypPhantom(NamedTuple):
    """uint8 RGB (size, size, 3), and bool (size, size) where the polyp is."""

    image: np.ndarray
    mask: np.ndarray


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """``images/<id>.jpg``, ``masks/<id>.png``, and ``patients.csv`` with the patient of each."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    rows = []
    for number, phantom in enumerate(polyps(n, seed, difficulty)):
        name = f"frame_{number:04d}"
        jpeg = cv2.imencode(".jpg", phantom.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
        (folder / "images" / f"{name}.jpg").write_bytes(jpeg.tobytes())
        png = cv2.imencode(".png", phantom.mask.astype(np.uint8) * 255)[1]
        (folder / "masks" / f"{name}.png").write_bytes(png.tobytes())
        rows.append([name, f"P{number // EACH:04d}"])
    with (folder / "patients.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["image_id", "patient_id"], *rows])


def polyps(n: int, seed: int = 0, difficulty: Difficulty = "easy", size: int = SIZE) -> Iterator[PolypPhantom]:
    """Phantoms, the same for the same seed."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        wall = _wall(size, rng)
        mask = _blob(size, rng) if rng.random() > EMPTY else np.zeros((size, size), bool)
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.5)[..., None]
        shade = CONTRAST[difficulty] * rng.uniform(0.8, 1.2) * np.array([0.5, -1.0, -0.7], np.float32)
        texture = rng.normal(0, 5, (size, size, 1)).astype(np.float32)
        image = wall + soft * (shade + 2 * texture) + rng.normal(0, 4, wall.shape).astype(np.float32)
        yield PolypPhantom(np.clip(image, 0, 255).astype(np.uint8), mask)


def _wall(size: int, rng: np.random.Generator) -> np.ndarray:
    """Folds as waves, and a light somewhere."""
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    angle, waves, phase = rng.uniform(0, np.pi), rng.uniform(1.5, 4), rng.uniform(0, 2 * np.pi)
    folds = 12 * np.sin(2 * np.pi * waves * (x * np.cos(angle) + y * np.sin(angle)) + phase)
    light = 30 * np.exp(-((x - rng.uniform(0, 1)) ** 2 + (y - rng.uniform(0, 1)) ** 2) / 0.2)
    base = np.array([190, 120, 105], np.float32) + rng.normal(0, 8, 3).astype(np.float32)
    return np.asarray(base + (folds + light)[..., None], np.float32)


def _blob(size: int, rng: np.random.Generator) -> np.ndarray:
    """A disc whose radius goes up and down a little around it."""
    centre, radius = rng.uniform(0.3, 0.7, 2) * size, rng.uniform(0.1, 0.24) * size
    y, x = np.mgrid[:size, :size]
    angle = np.arctan2(y - centre[1], x - centre[0])
    edge = radius * (1 + sum(rng.uniform(-0.1, 0.1) * np.sin(k * angle + rng.uniform(0, 2 * np.pi)) for k in (2, 3, 4)))
    return np.asarray(np.hypot(x - centre[0], y - centre[1]) < edge)
