"""Phantoms of blood smears: red cells, now and then a white one, platelets, each in its box."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty

SIZE = 128
EACH = 2
"""Images of a patient."""
NAMES = ("RBC", "WBC", "Platelets")
_NUMBERS = ((5, 12), (0, 3), (0, 4))
"""Cells of each kind in an image, from the first to before the second."""
_RADII = ((8, 10), (14, 17), (3, 5))
_CONTRAST: dict[Difficulty, float] = {"easy": 1.0, "hard": 0.45}
_PLASMA, _RED = np.array([225, 205, 200], np.float32), np.array([200, 130, 135], np.float32)
_NUCLEUS, _PLATELET = np.array([95, 60, 145], np.float32), np.array([130, 80, 160], np.float32)


class Cell(NamedTuple):
    """A cell: the number of its kind, its middle and its radius in pixels."""

    kind: int
    x: float
    y: float
    radius: float

    @property
    def box(self) -> list[float]:
        """Left, top, width, height."""
        return [self.x - self.radius, self.y - self.radius, 2 * self.radius, 2 * self.radius]


def write(folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """``images/<id>.jpg``, ``annotations.json`` (COCO), and ``patients.csv`` with the patient of each."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    images, rows = [], []
    annotations: list[dict[str, Any]] = []
    for number, (image, cells) in enumerate(smears(n, seed, difficulty)):
        name = f"smear_{number:04d}.jpg"
        jpeg = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
        (folder / "images" / name).write_bytes(jpeg.tobytes())
        images.append({"id": number, "file_name": name, "width": SIZE, "height": SIZE})
        boxes = [{"image_id": number, "category_id": cell.kind, "bbox": cell.box, "iscrowd": 0} for cell in cells]
        annotations += [{"id": len(annotations) + k, **box} for k, box in enumerate(boxes)]
        rows.append([name, f"P{number // EACH:04d}"])
    categories = [{"id": kind, "name": name} for kind, name in enumerate(NAMES)]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")
    with (folder / "patients.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["file_name", "patient_id"], *rows])


def smears(n: int, seed: int = 0, difficulty: Difficulty = "easy") -> Iterator[tuple[np.ndarray, list[Cell]]]:
    """Images, uint8 RGB (128, 128, 3), with their cells; the same for the same seed."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        cells = _placed(rng)
        image = _PLASMA + rng.normal(0, 4, (SIZE, SIZE, 1)).astype(np.float32)
        for cell in cells:
            image += _drawn(cell, _CONTRAST[difficulty], rng)
        yield np.clip(image + rng.normal(0, 4, image.shape), 0, 255).astype(np.uint8), cells


def _placed(rng: np.random.Generator) -> list[Cell]:
    """Large ones first; a cell that finds no room beside the others is left out."""
    wanted = [(kind, rng.uniform(*_RADII[kind])) for kind in range(len(NAMES)) for _ in range(rng.integers(*_NUMBERS[kind]))]
    cells: list[Cell] = []
    for kind, radius in sorted(wanted, key=lambda one: -one[1]):
        places = rng.uniform(radius + 1, SIZE - radius - 1, (30, 2))
        free = [place for place in places if _is_free(place, radius, cells)]
        cells += [Cell(kind, float(free[0][0]), float(free[0][1]), float(radius))] if free else []
    return cells


def _is_free(place: np.ndarray, radius: float, cells: Sequence[Cell]) -> bool:
    return all(np.hypot(place[0] - c.x, place[1] - c.y) > 0.9 * (radius + c.radius) for c in cells)


def _drawn(cell: Cell, contrast: float, rng: np.random.Generator) -> np.ndarray:
    """What a cell adds to the plasma, float32 (128, 128, 3): red ones pale in the middle, white ones with a lobed nucleus."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    away = np.hypot(x - cell.x, y - cell.y) / cell.radius
    inside = np.clip((1 - away) * cell.radius, 0, 1)[..., None]
    if NAMES[cell.kind] == "RBC":
        pale = np.clip(0.45 + 0.55 * away, 0, 1)[..., None]
        return np.asarray(contrast * inside * pale * (_RED - _PLASMA))
    if NAMES[cell.kind] == "Platelets":
        return np.asarray(contrast * inside * (_PLATELET - _PLASMA))
    turn = rng.uniform(0, 2 * np.pi) + np.arange(3) * 2.1
    lobes = [np.hypot(x - cell.x - 5 * np.cos(a), y - cell.y - 5 * np.sin(a)) < 0.45 * cell.radius for a in turn]
    nucleus = np.any(lobes, axis=0)[..., None]
    return np.asarray(contrast * np.where(nucleus, _NUCLEUS - _PLASMA, 0.35 * inside * (_NUCLEUS - _PLASMA)))
