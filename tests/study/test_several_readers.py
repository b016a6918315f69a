"""Boxes of several readers, and tables with made-up labels: neither may count as truth."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.study.data.boxes.found import CORNERS
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts

ROWS = [
    ("a", "nodule", "R1", 10, 10, 20, 20),
    ("a", "nodule", "R2", 12, 10, 22, 20),
    ("a", "nodule", "R2", 40, 40, 50, 50),  # the second reader alone
    ("a", "mass", "R3", 11, 10, 21, 20),  # another finding in the same place
    ("b", "nodule", "R1", 10, 10, 20, 20),
    ("b", "nodule", "R1", 11, 10, 21, 20),  # one reader means two findings
    ("c", "nodule", "R2", 5, 5, 9, 9),
]


def _folder(folder: Path, names: str = "abcdef") -> Path:
    for name in names:
        cv2.imwrite(str(folder / f"{name}.png"), np.zeros((64, 64), np.uint8))
    return folder


def test_what_several_readers_marked_is_one_finding_and_that_is_said(tmp_path: Path) -> None:
    columns = ["image_id", "class_name", "rad_id", *CORNERS]
    pd.DataFrame(ROWS, columns=columns).to_csv(_folder(tmp_path) / "train.csv", index=False)
    inventory = take_inventory(tmp_path)
    assert inventory.boxes is not None
    rows = inventory.boxes.rows
    of_a = rows[(rows["image"] == "a.png") & (rows["class"] == "nodule")][CORNERS].to_numpy().tolist()
    assert of_a == [[11, 10, 21, 20], [40, 40, 50, 50]]
    assert rows["image"].value_counts().to_dict() == {"a.png": 3, "b.png": 2, "c.png": 1}
    said = " ".join(survey_facts(inventory).assumptions)
    assert "1 images have boxes of several readers" in said
    assert "7 drawn, 6 left" in said


def test_boxes_of_one_reader_each_stay_as_they_are(tmp_path: Path) -> None:
    columns = ["image_id", "class_name", "rad_id", *CORNERS]
    pd.DataFrame(ROWS[4:], columns=columns).to_csv(_folder(tmp_path) / "train.csv", index=False)
    boxes = take_inventory(tmp_path).boxes
    assert boxes is not None
    assert len(boxes.rows) == 3
    assert boxes.said == ()


def test_the_made_up_labels_of_a_sample_submission_are_not_read(tmp_path: Path) -> None:
    _folder(tmp_path, "abcdefgh")
    pd.DataFrame({"id": list("abcdef"), "label": [0, 1] * 3}).to_csv(tmp_path / "train_labels.csv", index=False)
    pd.DataFrame({"id": list("gh"), "label": [0, 0]}).to_csv(tmp_path / "sample_submission.csv", index=False)
    inventory = take_inventory(tmp_path)
    assert [table.name for table in inventory.tables] == ["train_labels.csv"]
    assert any("made up" in problem for problem in inventory.problems)
