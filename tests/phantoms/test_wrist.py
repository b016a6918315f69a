from __future__ import annotations

import json
import time
from collections import Counter

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.phantoms.wrist import wrist


def test_the_same_seed_gives_the_same_wrists_byte_for_byte():
    first, again, other = (wrist(20, seed, 64) for seed in (3, 3, 4))
    assert all(np.array_equal(a.image, b.image) and a.box == b.box for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a.image, b.image) for a, b in zip(first, other, strict=True))


def test_about_half_are_broken_and_all_pictures_of_a_patient_agree():
    made = wrist(200, 0, 64)
    assert 70 < Counter(p.label for p in made)["fracture"] < 130
    patients: dict[str, set[object]] = {}
    for p in made:
        patients.setdefault(p.lesion_id, set()).add((p.label, p.age, p.sex, p.localization))
    assert all(len(seen) == 1 for seen in patients.values())
    assert len(patients) < len(made) == 200
    assert {p.localization for p in made} == {"left", "right"}


@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_the_box_encloses_the_line_which_is_darker_than_its_surroundings(difficulty):
    broken = [p for p in wrist(60, 1, 128, difficulty) if p.box]
    assert all((p.box is not None) == (p.label == "fracture") for p in wrist(30, 2, 64, difficulty))
    darker = []
    for p in broken:
        x_min, y_min, x_max, y_max = p.box
        assert 0 <= x_min < x_max <= 128
        assert 0 <= y_min < y_max <= 128
        assert p.mask[y_min:y_max, x_min:x_max].sum() == p.mask.sum()
        core = cv2.erode(p.mask.astype(np.uint8), np.ones((5, 5))).astype(bool)
        darker.append(p.image[core].min() < np.percentile(p.image[p.mask], 20))
    assert np.mean(darker) > 0.9


def test_hard_fractures_stand_out_less_from_lines_that_are_none():
    def contrast(difficulty):
        made = [p for p in wrist(80, 0, 128, difficulty) if p.box]
        return np.mean([np.percentile(p.image[p.mask], 50) - np.percentile(p.image[p.mask], 5) for p in made])

    assert contrast("hard") < contrast("easy")


def test_drawing_takes_less_than_ten_milliseconds():
    began = time.process_time()
    wrist(40, 0, 128)
    assert time.process_time() - began < 40 * 0.010 * 2  # a busy machine gets twice the time


def test_written_wrists_are_coco_with_a_table_of_patients(tmp_path):
    folder = phantoms.write("wrist", tmp_path / "data", n=30, seed=2, size=64)
    coco, table = json.loads((folder / "annotations.json").read_text()), pd.read_csv(folder / "metadata.csv")
    assert list(table.columns) == ["image_id", "patient_id", "sex", "age", "side"]
    assert {i["file_name"] for i in coco["images"]} == {p.name for p in (folder / "images").iterdir()}
    assert coco["categories"] == [{"id": 1, "name": "fracture"}]
    made = {p.image_id: p for p in wrist(30, 2, 64)}
    names = {i["id"]: i["file_name"].removesuffix(".png") for i in coco["images"]}
    boxes = {names[a["image_id"]]: a["bbox"] for a in coco["annotations"]}
    assert set(boxes) == {name for name, p in made.items() if p.box}
    for name, (x, y, w, h) in boxes.items():
        assert (x, y, x + w, y + h) == made[name].box
    assert np.array_equal(cv2.imread(str(folder / "images" / f"{table['image_id'][0]}.png")), made[table["image_id"][0]].image)


def test_weak_wrists_have_few_boxes_in_training_and_all_elsewhere(tmp_path):
    folder = phantoms.write("wrist-weak", tmp_path / "data", n=400, size=64)
    coco, table = json.loads((folder / "annotations.json").read_text()), pd.read_csv(folder / "metadata.csv")
    assert list(table.columns)[-2:] == ["fracture", "split"]
    assert table.groupby("patient_id")["split"].nunique().max() == 1
    names = {i["id"]: i["file_name"].removesuffix(".png") for i in coco["images"]}
    boxed = {names[a["image_id"]] for a in coco["annotations"]}
    broken = table[table["fracture"] == "yes"]
    train = broken[broken["split"] == "train"]["image_id"]
    assert set(broken[broken["split"] != "train"]["image_id"]) <= boxed
    assert boxed <= set(broken["image_id"])
    assert 0.03 <= train.isin(boxed).mean() <= 0.07
