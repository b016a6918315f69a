"""Tables of numbers beside images, as the requests of ``phrases.toml`` are about."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts

NUMBER = 60


def numbers(low: float, high: float, digits: int = 0, number: int = NUMBER) -> list[str]:
    """Evenly spread, in no order."""
    values = np.random.default_rng(int(high)).permutation(np.linspace(low, high, number))
    return [f"{value:.{digits}f}" for value in values]


PATIENTS = {"patient_id": [f"P{k // 2:03d}" for k in range(NUMBER)]}
SEXES = {"sex": ["F", "M"] * (NUMBER // 2)}
FOLDERS: dict[str, dict[str, Sequence[str]]] = {
    "hands": {**PATIENTS, "boneage (months)": numbers(10, 216), **SEXES, "age_years": numbers(1, 18)},
    "echo": {
        **PATIENTS,
        "EF_pct": numbers(15, 75, 1),
        "ESV_ml": numbers(20, 150, 1),
        "EDV_ml": numbers(60, 260, 1),
        "Frame number": numbers(3, 200),
        "quality": ["good", "fair", "poor"] * (NUMBER // 3),
    },
    "spine": {**PATIENTS, "cobb_angle_deg": numbers(5, 70, 1), "image_no": [str(k) for k in range(NUMBER)]},
    "lungs": {
        **PATIENTS,
        "lung_volume": numbers(2, 7, 2),
        "diagnosis": ["pneumonia", "normal"] * (NUMBER // 2),
        "age": numbers(20, 90),
    },
}


def write(folder: Path, columns: Mapping[str, Sequence[str]]) -> Path:
    """``images/<k>.png`` and ``table.csv`` with a row for each."""
    (folder / "images").mkdir(parents=True)
    names = [f"film_{k:03d}" for k in range(len(next(iter(columns.values()))))]
    for k, name in enumerate(names):
        pixels = np.random.default_rng(k).integers(0, 255, (40, 40, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / "images" / f"{name}.png"), pixels)
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["image", *columns], *zip(names, *columns.values(), strict=True)])
    return folder


def surveyed(folder: Path, columns: Mapping[str, Sequence[str]]) -> SurveyFacts:
    """The survey of such a folder."""
    return survey_facts(take_inventory(write(folder, columns)))
