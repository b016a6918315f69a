"""Wrist phantoms on disk: boxes as COCO keeps them, patients in a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from jupyter_clinagent.phantoms.phantom import Phantom
from jupyter_clinagent.phantoms.wrist import FRACTURE

COLUMNS = ["image_id", "patient_id", "sex", "age", "side"]
BOXED = 0.05
"""Share of the training images whose boxes somebody drew, where supervision is weak."""
PARTS = {"train": 0.6, "validation": 0.15, "test": 0.25}


def write_wrist(phantoms: Sequence[Phantom], folder: Path) -> None:
    """Write ``images/<image_id>.png``, ``annotations.json`` (COCO) and ``metadata.csv`` (:data:`COLUMNS`)."""
    _write(phantoms, folder, set(range(len(phantoms))), COLUMNS, [_row(phantom) for phantom in phantoms])


def write_wrist_weak(phantoms: Sequence[Phantom], folder: Path) -> None:
    """As :func:`write_wrist`, but few training images have boxes; the columns ``fracture`` and ``split`` are complete."""
    split = _split(phantoms)
    rows = [[*_row(p), "yes" if p.label == FRACTURE else "no", part] for p, part in zip(phantoms, split, strict=True)]
    boxed = few_boxed(phantoms, [k for k, part in enumerate(split) if part == "train"])
    boxed |= {k for k, part in enumerate(split) if part != "train"}
    _write(phantoms, folder, boxed, [*COLUMNS, "fracture", "split"], rows)


def few_boxed(phantoms: Sequence[Phantom], rows: Sequence[int], share: float = BOXED, seed: int = 0) -> set[int]:
    """Which of the images in ``rows`` somebody looked at with a pen in hand: whole patients, as many fractured as not."""
    rng, chosen = np.random.default_rng(seed), set()
    for fractured in (True, False):
        members = [k for k in rows if (phantoms[k].label == FRACTURE) == fractured]
        patients = rng.permutation(sorted({phantoms[k].lesion_id for k in members}))
        wanted = round(share * len(members))
        for patient in patients:
            of_patient = [k for k in members if phantoms[k].lesion_id == patient]
            if wanted >= len(of_patient):
                chosen.update(of_patient)
                wanted -= len(of_patient)
    return chosen


def _split(phantoms: Sequence[Phantom]) -> list[str]:
    """A partition for each image; all of a patient in the same one."""
    patients = list(dict.fromkeys(p.lesion_id for p in phantoms))
    drawn = np.random.default_rng(len(patients)).permutation(len(patients)) / len(patients)
    names, ends = list(PARTS), np.cumsum(list(PARTS.values()))
    part = {
        patient: names[min(int(np.searchsorted(ends, d, side="right")), 2)] for patient, d in zip(patients, drawn, strict=True)
    }
    return [part[p.lesion_id] for p in phantoms]


def _write(phantoms: Sequence[Phantom], folder: Path, boxed: set[int], columns: list[str], rows: list[list[Any]]) -> None:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for phantom in phantoms:
        png = cv2.imencode(".png", phantom.image[..., 0])[1]
        (folder / "images" / f"{phantom.image_id}.png").write_bytes(png.tobytes())
    (folder / "annotations.json").write_text(json.dumps(_coco(phantoms, boxed), indent=1), encoding="utf-8")
    with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])


def _row(phantom: Phantom) -> list[Any]:
    return [phantom.image_id, phantom.lesion_id, phantom.sex, phantom.age, phantom.localization]


def _coco(phantoms: Sequence[Phantom], boxed: set[int]) -> dict[str, Any]:
    sizes = [(p.image.shape[1], p.image.shape[0]) for p in phantoms]
    files = [f"{p.image_id}.png" for p in phantoms]
    boxes = [(k, p.box) for k, p in enumerate(phantoms) if p.box and k in boxed]
    return {
        "images": [
            {"id": k, "file_name": f, "width": w, "height": h} for k, (f, (w, h)) in enumerate(zip(files, sizes, strict=True))
        ],
        "annotations": [
            {
                "id": n,
                "image_id": k,
                "category_id": 1,
                "bbox": [x, y, right - x, bottom - y],
                "area": (right - x) * (bottom - y),
                "iscrowd": 0,
            }
            for n, (k, (x, y, right, bottom)) in enumerate(boxes, 1)
        ],
        "categories": [{"id": 1, "name": FRACTURE}],
    }
