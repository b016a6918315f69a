"""Chest phantoms on disk: a table with the drain as a column, and masks of some of the drains."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from jupyter_clinagent.phantoms.chest import ChestPhantom

COLUMNS = ["image_id", "patient_id", "sex", "age", "finding", "drain"]
MASKED = 100
"""So many drains are outlined at most: somebody has to do it by hand."""


def write_chest(phantoms: Sequence[ChestPhantom], folder: Path) -> None:
    """Write ``metadata.csv`` (:data:`COLUMNS`), ``images/<image_id>.jpg`` and ``masks/<image_id>.png``."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for phantom in phantoms:
        jpeg = cv2.imencode(".jpg", phantom.image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
        (folder / "images" / f"{phantom.image_id}.jpg").write_bytes(jpeg.tobytes())
    for phantom in [phantom for phantom in phantoms if phantom.drain][:MASKED]:
        png = cv2.imencode(".png", phantom.drain_mask.astype(np.uint8) * 255)[1]
        (folder / "masks" / f"{phantom.image_id}.png").write_bytes(png.tobytes())
    with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *(_row(phantom) for phantom in phantoms)])


def _row(p: ChestPhantom) -> list[object]:
    return [p.image_id, p.patient_id, p.sex, p.age, p.label, "yes" if p.drain else "no"]
