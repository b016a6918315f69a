"""Films with a bright tip, and a table of its height."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Difficulty

KINDS = ("tips",)
REQUEST = "Say in which zone of the film the tip lies"
SIZE = 96


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """``images/<id>.png`` and ``tips.csv``."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng, rows = np.random.default_rng(seed), []
    for number in range(n):
        x, y = rng.uniform(0.2, 0.8), rng.choice([rng.uniform(0.15, 0.35), rng.uniform(0.65, 0.85)])
        film = np.clip(rng.normal(90, 6 if difficulty == "easy" else 30, (SIZE, SIZE)), 0, 255).astype(np.uint8)
        cv2.circle(film, (int(x * SIZE), int(y * SIZE)), 9, 230, -1)
        name = f"film_{number:03d}"
        (folder / "images" / f"{name}.png").write_bytes(cv2.imencode(".png", film)[1].tobytes())
        rows.append([name, f"P{number:03d}", f"{y:.4f}"])
    with (folder / "tips.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["image_id", "patient_id", "tip_y"], *rows])
