"""Fundus phantoms: the number of red dots and yellow deposits on a retina sets its grade from 0 to 4."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty

KINDS = ("fundus",)
REQUEST = "Grade the diabetic retinopathy from 0 to 4. Missing referable disease (grade 2 or above) is worse than a false alarm"
SIZE = 128
SHARES = (0.34, 0.2, 0.22, 0.13, 0.11)
"""Of the grades 0 to 4: healthy eyes are the most frequent."""
DOTS: tuple[tuple[int, int], ...] = ((0, 0), (2, 4), (7, 12), (16, 24), (30, 44))
"""Fewest and most red dots of each grade."""
DEPOSITS: tuple[tuple[int, int], ...] = ((0, 0), (0, 0), (2, 5), (6, 11), (12, 20))
"""Fewest and most yellow deposits of each grade."""
_CONTRAST: dict[Difficulty, float] = {"easy": 1.0, "hard": 0.4}
_NOISE: dict[Difficulty, float] = {"easy": 3.0, "hard": 7.0}
_UNGRADABLE = 0.02
"""Share of the eyes whose photograph the reader could not grade; it is blurred."""


class Eye(NamedTuple):
    """uint8 RGB (size, size, 3), its true grade, what the table says, the patient and the side."""

    image: np.ndarray
    grade: int
    noted: str
    patient: str
    side: str


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """``images/<id>.png`` and ``grades.csv`` with patient, eye, age and ``grade``."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng, rows = np.random.default_rng(seed + 1), []
    for number, eye in enumerate(eyes(n, seed, difficulty)):
        name = f"eye_{number:04d}"
        pixels = cv2.cvtColor(eye.image, cv2.COLOR_RGB2BGR)
        (folder / "images" / f"{name}.png").write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
        rows.append([name, eye.patient, eye.side, int(np.clip(rng.normal(58 + 2 * eye.grade, 9), 20, 90)), eye.noted])
    with (folder / "grades.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["image_id", "patient_id", "eye", "age", "grade"], *rows])


def eyes(n: int, seed: int = 0, difficulty: Difficulty = "easy", size: int = SIZE) -> Iterator[Eye]:
    """Phantoms, the same for the same seed: two eyes of each patient, whose grades are at most one apart."""
    rng = np.random.default_rng(seed)
    grade = 0
    for number in range(n):
        grade = int(rng.choice(5, p=SHARES)) if number % 2 == 0 else int(np.clip(grade + rng.integers(-1, 2), 0, 4))
        image, noted = _retina(size, grade, difficulty, rng), str(grade)
        if rng.random() < _UNGRADABLE:
            image, noted = cv2.GaussianBlur(image, (0, 0), size / 12), "ungradable"
        yield Eye(np.asarray(image), grade, noted, f"P{number // 2:04d}", "left" if number % 2 else "right")


def _retina(size: int, grade: int, difficulty: Difficulty, rng: np.random.Generator) -> np.ndarray:
    """An orange disc with a bright optic disc and dark vessels; dots and deposits are as large in every grade."""
    y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
    light = 1 + rng.uniform(-0.15, 0.15) + rng.uniform(-0.2, 0.2) * x + rng.uniform(-0.2, 0.2) * y
    picture = np.stack([185 * light, 95 * light, 45 * light], axis=2)
    disc = np.array([rng.choice([-1, 1]) * rng.uniform(0.2, 0.26), rng.uniform(-0.05, 0.05)])
    picture[np.hypot(x - disc[0], y - disc[1]) < 0.065] = (235, 195, 120)
    _vessels(picture, disc, rng)
    for bounds, colour, radius in ((DOTS, (-75, -60, -25), (0.010, 0.016)), (DEPOSITS, (45, 85, 50), (0.012, 0.022))):
        for _ in range(int(rng.integers(bounds[grade][0], bounds[grade][1] + 1))):
            _spot(picture, x, y, np.array(colour) * _CONTRAST[difficulty], rng.uniform(*radius), rng)
    picture[np.hypot(x, y) > 0.46] = 4
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.6) + rng.normal(0, _NOISE[difficulty], picture.shape)
    return np.clip(blurred, 0, 255).astype(np.uint8)


def _vessels(picture: np.ndarray, disc: np.ndarray, rng: np.random.Generator) -> None:
    """Four arcades that leave the optic disc and bend around the macula."""
    size = len(picture)
    for vertical in (-1, 1):
        for reach in (0.32, 0.2):
            along = np.linspace(0, 1, 30)
            across = disc[0] - np.sign(disc[0]) * along * rng.uniform(0.5, 0.62)
            down = disc[1] + vertical * reach * np.sin(np.pi * along * rng.uniform(0.75, 0.95))
            points = ((np.column_stack([across, down]) + 0.5) * size).round().astype(np.int32)
            cv2.polylines(picture, [points], False, (120, 45, 25), 1 if reach < 0.3 else 2, cv2.LINE_AA)


def _spot(picture: np.ndarray, x: np.ndarray, y: np.ndarray, colour: np.ndarray, radius: float, rng: np.random.Generator) -> None:
    angle, far = rng.uniform(0, 2 * np.pi), 0.42 * np.sqrt(rng.random())
    distance = np.hypot(x - far * np.cos(angle), y - far * np.sin(angle))
    picture += np.exp(-((distance / radius) ** 4))[:, :, None] * colour
