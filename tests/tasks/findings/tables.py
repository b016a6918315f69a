"""Small data folders with a table of findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

PATIENTS, EACH = 40, 2
NUMBER = PATIENTS * EACH


def write(folder: Path, columns: dict[str, Sequence[object]], name: str = "train.csv") -> Path:
    """Noise, and a table with an image, a patient and these columns."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng, number = np.random.default_rng(0), len(next(iter(columns.values())))
    for k in range(number):
        cv2.imwrite(str(folder / "images" / f"film{k:03d}.png"), rng.integers(0, 255, (24, 24), dtype=np.uint8))
    ids = {"image_id": [f"film{k:03d}" for k in range(number)], "patient_id": [f"P{k // EACH}" for k in range(number)]}
    pd.DataFrame(ids | {key: list(values) for key, values in columns.items()}).to_csv(folder / name, index=False)
    return folder


def alternating(step: int, number: int = NUMBER) -> list[int]:
    """1 for both images of every so many patients."""
    return [int(k // EACH % step == 0) for k in range(number)]


def lists(separator: str, nothing: str, steps: dict[str, int]) -> list[str]:
    """The same in one cell for each image."""
    found = [[name for name, step in steps.items() if k // EACH % step == 0] for k in range(NUMBER)]
    return [separator.join(one) or nothing for one in found]
