"""A folder of phantoms with several views: patients with two breasts, each from two sides, some with a cancer in one of them."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import pandas as pd

from jupyter_clinagent import phantoms
from jupyter_clinagent.study import Study

SIDES, VIEWS = ("L", "R"), ("CC", "MLO")


@dataclass
class Finished:
    """A study at the level of patients, its folder and its bundle."""

    study: Study
    data: Path
    folder: Path
    bundle: Path

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / name)


def write_views(folder: Path, patients: int = 40, seed: int = 0, size: int = 128) -> pd.DataFrame:
    """Four images a patient, whose breast with a cancer shows the phantoms' melanoma; a third of the patients have one.

    Returns
    -------
    pd.DataFrame
        The table that lies beside the images: ``file, patient_id, laterality, view, finding``.
    """
    drawn = phantoms.triage(8 * patients, seed, size)
    pictures = {label: iter([one.image for one in drawn if one.label == label]) for label in ("mel", "nv")}
    (folder / "images").mkdir(parents=True)
    rows = []
    for number in range(patients):
        for side in SIDES:
            ill = number % 3 == 0 and side == SIDES[number % 2]
            for view in VIEWS:
                file = f"images/{len(rows):04d}.png"
                cv2.imwrite(str(folder / file), cv2.cvtColor(next(pictures["mel" if ill else "nv"]), cv2.COLOR_RGB2BGR))
                rows.append((file, f"P{number:03d}", side, view, "cancer" if ill else "no cancer"))
    table = pd.DataFrame(rows, columns=["file", "patient_id", "laterality", "view", "finding"])
    table.to_csv(folder / "mammograms.csv", index=False)
    return table
