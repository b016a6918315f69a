"""Chest phantoms with four findings that occur independently of each other, some of them noted as uncertain or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty

KINDS = ("chest-findings",)
REQUEST = "List all findings on these chest films; there can be several at once"
FINDINGS = ("effusion", "nodule", "cardiomegaly", "catheter")
PREVALENCE = {"effusion": 0.35, "nodule": 0.3, "cardiomegaly": 0.25, "catheter": 0.3}
UNCERTAIN, SILENT = 0.06, 0.06
"""Share of the entries that say “uncertain” (-1), and of those that are left empty, whatever the picture shows."""
SIZE, EACH = 128, 2
_STRENGTH: dict[Difficulty, float] = {"easy": 1.0, "hard": 0.45}


class FilmPhantom(NamedTuple):
    """uint8 (size, size), what is planted, and what the table says (-1 uncertain, None not mentioned)."""

    image: np.ndarray
    truth: dict[str, int]
    noted: dict[str, int | None]


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """``images/<id>.png`` and ``train.csv`` with a patient and a column for each finding."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rows = []
    for number, film in enumerate(films(n, seed, difficulty)):
        name = f"film_{number:04d}"
        (folder / "images" / f"{name}.png").write_bytes(cv2.imencode(".png", film.image)[1].tobytes())
        rows.append([name, f"P{number // EACH:04d}", *("" if film.noted[f] is None else film.noted[f] for f in FINDINGS)])
    with (folder / "train.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["image_id", "patient_id", *FINDINGS], *rows])


def films(n: int, seed: int = 0, difficulty: Difficulty = "easy", size: int = SIZE) -> Iterator[FilmPhantom]:
    """Phantoms, the same for the same seed."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        truth = {name: int(rng.random() < PREVALENCE[name]) for name in FINDINGS}
        image = _film(size, truth, _STRENGTH[difficulty], rng)
        noted: dict[str, int | None] = {name: _noted(value, rng) for name, value in truth.items()}
        yield FilmPhantom(image, truth, noted)


def _noted(value: int, rng: np.random.Generator) -> int | None:
    drawn = rng.random()
    return -1 if drawn < UNCERTAIN else None if drawn < UNCERTAIN + SILENT else value


def _film(size: int, truth: dict[str, int], strength: float, rng: np.random.Generator) -> np.ndarray:
    """A bright body with two dark lungs and a heart; each finding adds light of its own."""
    y, x = np.mgrid[:size, :size].astype(np.float32) / size
    shift = rng.uniform(-0.02, 0.02, 2)
    film = np.asarray(150 + 20 * y + rng.normal(0, 3))
    for side in (-1, 1):
        lung = ((x - 0.5 - side * 0.2 - shift[0]) / 0.15) ** 2 + ((y - 0.48 - shift[1]) / 0.33) ** 2 < 1
        film = np.where(lung, 60 + 8 * np.sin(28 * y), film)
    width = 0.13 + rng.uniform(-0.01, 0.01) + 0.09 * strength * truth["cardiomegaly"]
    heart = ((x - 0.54 - shift[0]) / width) ** 2 + ((y - 0.62 - shift[1]) / 0.17) ** 2 < 1
    film = np.where(heart, 165, film)
    if truth["effusion"]:
        film = film + _effusion(x, y, strength, rng)
    if truth["nodule"]:
        film = film + _nodule(x, y, strength, rng)
    if truth["catheter"]:
        film = film + _catheter(x, y, strength, rng)
    blurred = cv2.GaussianBlur(film.astype(np.float32), (0, 0), 1.2) + rng.normal(0, 5, film.shape)
    return np.asarray(np.clip(blurred, 0, 255), dtype=np.uint8)


def _effusion(x: np.ndarray, y: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """The lower part of a lung is white."""
    side, level = rng.choice([-1, 1]), rng.uniform(0.58, 0.66)
    inside = (np.abs(x - 0.5 - side * 0.2) < 0.16) & (y > level) & (y < 0.85)
    return np.asarray(np.where(inside, 80 * strength, 0))


def _nodule(x: np.ndarray, y: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """A round spot in a lung."""
    side = rng.choice([-1, 1])
    centre = 0.5 + side * rng.uniform(0.15, 0.25), rng.uniform(0.28, 0.45)
    radius = rng.uniform(0.035, 0.05)
    return np.asarray(90 * strength * np.exp(-((((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / radius**2) ** 2)))


def _catheter(x: np.ndarray, y: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """A thin bright line from a shoulder to the heart."""
    side = rng.choice([-1, 1])
    middle = 0.5 + side * (0.32 - 0.5 * y) + 0.03 * np.sin(9 * y)
    return np.asarray(np.where((np.abs(x - middle) < 0.008) & (y < 0.55), 110 * strength, 0))
