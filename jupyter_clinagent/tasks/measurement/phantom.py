"""Hand phantoms whose bones tell an age: with it they grow, wrist bones appear and growth plates narrow."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty

KINDS = ("hand",)
REQUEST = "How old are these hands? Estimate the bone age in months"
YOUNGEST, OLDEST = 12.0, 216.0
"""Months."""
COLUMN = "boneage (months)"
UNKNOWN, CODE = 0.03, -1
"""Share of the rows whose value is empty, and as many that hold a code for “not known”."""
SIZE, VIEWS = 128, 2
FINGERS = ((0.22, 0.62, -38), (0.37, 0.50, -12), (0.50, 0.47, 0), (0.62, 0.50, 10), (0.73, 0.57, 22))
"""Where each metacarpal begins (share of the side, x and y), and its angle in degrees from upright; the thumb first."""
WRIST = ((0.45, 0.72), (0.55, 0.73), (0.40, 0.78), (0.50, 0.80), (0.60, 0.79), (0.42, 0.68), (0.61, 0.70))
"""Wrist bones in the order in which they appear."""
_NOISE: dict[Difficulty, float] = {"easy": 5.0, "hard": 16.0}
_SPREAD: dict[Difficulty, float] = {"easy": 0.02, "hard": 0.07}
"""By how much the bones of one child are longer than those of another of the same age."""


class Hand(NamedTuple):
    """A film, uint8 (size, size), and the age of its bones in months."""

    image: np.ndarray
    months: float


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """``images/<id>.png`` and ``train.csv``: one or two films of a child, with its bone age, sex, and gaps as in any table."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng, rows = np.random.default_rng([seed, n]), []
    for number, (child, hand) in enumerate(hands(n, seed, difficulty)):
        name = f"hand_{number:04d}"
        (folder / "images" / f"{name}.png").write_bytes(cv2.imencode(".png", hand.image)[1].tobytes())
        rows.append([name, f"C{seed:02d}{child:04d}", "FM"[child % 2], _noted(hand.months, rng)])
    with (folder / "train.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["image_id", "patient_id", "sex", COLUMN], *rows])


def _noted(months: float, rng: np.random.Generator) -> str:
    drawn = rng.random()
    return "" if drawn < UNKNOWN else str(CODE) if drawn < 2 * UNKNOWN else f"{months:.0f}"


def hands(n: int, seed: int = 0, difficulty: Difficulty = "easy", size: int = SIZE) -> Iterator[tuple[int, Hand]]:
    """Number of the child and a film of its hand; the same for the same seed."""
    rng, made, child = np.random.default_rng(seed), 0, 0
    while made < n:
        months, longer = rng.uniform(YOUNGEST, OLDEST), rng.normal(1, _SPREAD[difficulty])
        for _ in range(min(int(rng.integers(1, VIEWS + 1)), n - made)):
            yield child, Hand(_film(size, months, longer, _NOISE[difficulty], rng), months)
            made += 1
        child += 1


def _film(size: int, months: float, longer: float, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Soft tissue, then bones; the whole hand a little turned and moved."""
    grown = (months - YOUNGEST) / (OLDEST - YOUNGEST)
    length = longer * (0.058 + 0.056 * grown)
    film = np.full((size, size), 18, np.float32)
    for x, y, angle in FINGERS:
        _finger(film, np.array([x, y]), angle, length, grown)
    for x, y in WRIST[: 1 + round(grown * (len(WRIST) - 1))]:
        cv2.circle(film, (round(x * size), round(y * size)), round((0.014 + 0.016 * grown) * size), 175, -1, cv2.LINE_AA)
    tissue = cv2.GaussianBlur(cv2.dilate(film, np.ones((9, 9), np.uint8)), (0, 0), 0.025 * size)
    film = np.maximum(film, 0.4 * tissue)
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), float(rng.normal(0, 4)), 1.0)
    turn = turn + np.pad(rng.normal(0, 0.015 * size, (2, 1)), ((0, 0), (2, 0)))
    moved = cv2.GaussianBlur(cv2.warpAffine(film, turn, (size, size), borderValue=18), (0, 0), 0.8)
    light = rng.normal(1, 0.06) * moved + rng.normal(0, noise, film.shape)
    return np.asarray(np.clip(light, 0, 255), dtype=np.uint8)


def _finger(film: np.ndarray, start: np.ndarray, angle: float, length: float, grown: float) -> None:
    """A metacarpal and three phalanges, each with a dark growth plate near its end that narrows with age."""
    size, way = film.shape[0], np.array([np.sin(np.deg2rad(angle)), -np.cos(np.deg2rad(angle))])
    for share in (1.25, 0.85, 0.6, 0.45):
        end = start + way * length * share
        thick = max(1, round(0.03 * size * share * (0.7 + 0.5 * grown)))
        cv2.line(film, _pixel(start, size), _pixel(end, size), 185, thick, cv2.LINE_AA)
        plate = start + way * length * share * 0.8
        across = np.array([-way[1], way[0]]) * 0.022 * share
        if grown < 0.9:
            cv2.line(
                film,
                _pixel(plate - across, size),
                _pixel(plate + across, size),
                40,
                max(1, round(2.2 * (1 - grown))),
                cv2.LINE_AA,
            )
        start = end + way * (0.012 + 0.014 * (1 - grown))


def _pixel(point: np.ndarray, size: int) -> tuple[int, int]:
    return round(float(point[0]) * size), round(float(point[1]) * size)
