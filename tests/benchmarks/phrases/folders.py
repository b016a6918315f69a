"""The folders that the phrases are about: small, in layouts that public and private data come in, with pictures of noise."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

SIDE = 48
Maker = Callable[[Path], None]


def _picture(path: Path, colours: bool = True) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(len(str(path))).integers(0, 256, (SIDE, SIDE, 3 if colours else 1), dtype=np.uint8)
    cv2.imwrite(str(path), noise)


def _mask(path: Path, left: int = 10) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = np.zeros((SIDE, SIDE), np.uint8)
    drawn[12:30, left : left + 14] = 255
    cv2.imwrite(str(path), drawn)


def _table(columns: dict[str, Sequence[Any]], number: int, *, colours: bool = True, separator: str = ",") -> Maker:
    """A table whose columns repeat their values, and an image for each row."""

    def make(folder: Path) -> None:
        names = [f"img_{k:03d}" for k in range(number)]
        rows = {"image": names} | {name: list(islice(cycle(values), number)) for name, values in columns.items()}
        for name in names:
            _picture(folder / "images" / f"{name}.png", colours)
        pd.DataFrame(rows).to_csv(folder / "labels.csv", index=False, sep=separator)

    return make


def _classes(names: Sequence[str], each: int = 14, *, masks: Sequence[str] = (), colours: bool = False) -> Maker:
    """A folder for each class; with masks beside the images where asked for."""

    def make(folder: Path) -> None:
        for name in names:
            for k in range(each):
                _picture(folder / name / f"{name} ({k}).png", colours)
                if name in masks:
                    _mask(folder / name / f"{name} ({k})_mask.png")

    return make


def _boxes(categories: Sequence[str], columns: dict[str, Sequence[Any]] | None = None, number: int = 48) -> Maker:
    """COCO boxes of each category on every second image, and a table of the images where it has columns."""

    def make(folder: Path) -> None:
        _table(columns or {}, number, colours=not columns)(folder)
        if not columns:
            (folder / "labels.csv").unlink()
        images = [{"id": k, "file_name": f"images/img_{k:03d}.png", "width": SIDE, "height": SIDE} for k in range(number)]
        found = [(image["id"], kind) for image in images[::2] for kind in range(len(categories))]
        annotations = [
            {"id": n, "image_id": k, "category_id": kind + 1, "bbox": [5 + 9 * kind, 6, 8, 12], "area": 96, "iscrowd": 0}
            for n, (k, kind) in enumerate(found, 1)
        ]
        named = [{"id": n, "name": name} for n, name in enumerate(categories, 1)]
        content = {"images": images, "annotations": annotations, "categories": named}
        (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")

    return make


def _outlines(structures: Sequence[str], number: int = 30, *, colours: bool = True) -> Maker:
    """Masks beside the images; one folder of masks for each structure that has a name."""

    def make(folder: Path) -> None:
        for k in range(number):
            _picture(folder / "images" / f"{k:03d}.png", colours)
            for n, name in enumerate(structures):
                _mask(folder / "masks" / name / f"{k:03d}.png", 4 + 20 * n)

    return make


def _coded(folder: Path) -> None:
    _table({"target": [1, 0, 0, 1, 0]}, 50, colours=False)(folder)
    (folder / "README.md").write_text("# Scans\n\nColumn `target`: 1 = sick, 0 = healthy.\n", encoding="utf-8")


_LIMBS = {
    "fracture": [1, 0],
    "region": ["hand", "wrist", "wrist", "other", "hand"],
    "patient_id": [f"p{k // 2}" for k in range(48)],
}
_FINDINGS = {"effusion": [1, 0, 0], "nodule": [0, 0, 1, 0], "cardiomegaly": [0, 1, 0, 0, 0], "edema": [0, 0, 0, 1, 0, 0, 1]}
_VIEWS = {"laterality": ["L", "R"], "view": ["CC", "CC", "MLO", "MLO"], "patient_id": [f"p{k // 4}" for k in range(48)]}

FOLDERS: dict[str, Maker] = {
    "sick_or_healthy": _table({"status": [*["sick", "healthy"] * 9, "n/a", "?", "unknown"]}, 84),
    "breast": _classes(["benign", "malignant", "normal"], masks=["benign", "malignant"]),
    "coded": _coded,
    "blood": _boxes(["WBC", "RBC", "Platelets"]),
    "moles": _table(
        {
            "lesion_id": [f"HAM_{k:04d}" for k in range(140)],
            "dx": ["nv", "mel", "bkl", "bcc", "akiec", "vasc", "df"],
            "sex": ["male", "female", "female"],
        },
        140,
    ),
    "retina": _table({"level": [0, 0, 1, 2, 0, 3, 4, 2]}, 96),
    "limbs": _boxes(["fracture"], _LIMBS),
    "chest_findings": _table(_FINDINGS | {"patient_id": [f"p{k // 2}" for k in range(84)]}, 84, colours=False),
    "covid": _classes(["COVID", "Normal", "Viral Pneumonia"]),
    "bone_age": _table({"boneage": [*range(20, 220, 3)], "male": [True, False, False]}, 90, colours=False),
    "colon": _outlines([""]),
    "mammograms": _boxes(["mass", "calcification"], _VIEWS),
    "german": _table(
        {"PatNr": [f"{k // 2:05d}" for k in range(60)], "Befund": ["auffällig", "unauffällig", "unauffällig"]},
        60,
        colours=False,
        separator=";",
    ),
    "lungs": _outlines(["left lung", "right lung"], colours=False),
    "brain": _classes(["yes", "no"], 20),
    "knee": _table(
        {"KL": [0, 1, 2, 2, 3, 4], "side": ["left", "right"], "ID": [f"9{k // 2:06d}" for k in range(72)]}, 72, colours=False
    ),
    "histology": _classes(["TUM", "STR", "LYM", "MUC", "NORM"], colours=True),
}
