"""Classes that can't be learnt are named, however many there are."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.errors import TooFewImages
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts


def write(folder: Path, diagnoses: list[str]) -> None:
    (folder / "images").mkdir()
    rng = np.random.default_rng(0)
    for k in range(len(diagnoses)):
        cv2.imwrite(str(folder / "images" / f"i{k:03d}.png"), rng.integers(0, 255, (24, 24, 3), dtype=np.uint8))
    ids = {"image_id": [f"i{k:03d}" for k in range(len(diagnoses))], "patient_id": [f"P{k}" for k in range(len(diagnoses))]}
    pd.DataFrame(ids | {"diagnosis": diagnoses}).to_csv(folder / "labels.csv", index=False)


def test_forty_values_of_which_thirty_occur_once(tmp_path: Path) -> None:
    write(tmp_path, [f"dx{k % 10}" for k in range(200)] + [f"rare{k}" for k in range(30)])
    inventory = take_inventory(tmp_path)
    column = next(column for column in survey_facts(inventory).columns if column.name == "diagnosis")
    assert len(column.values) == 40, "none is left out unsaid"
    with pytest.raises(TooFewImages) as refused:
        load_cohort(inventory, Wishes(label="diagnosis"), Corrections.none())
    assert str(refused.value) == (
        "Too few patients or lesions to build and judge a model of: rare0 (1 group), rare1 (1 group), rare10 (1 group), "
        "rare11 (1 group), rare12 (1 group), rare13 (1 group) and 24 more of 30; it takes 5 of each class: leave them out, "
        "merge them, or add images."
    )
