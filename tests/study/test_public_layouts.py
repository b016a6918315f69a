"""Kinds of layouts of public data sets that were read wrongly once."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.study.cohort.groups import group_images
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.filenames import parse_groups
from jupyter_clinagent.study.data.image_level import image_level_labels
from jupyter_clinagent.study.data.inventory import image_rows, take_inventory
from jupyter_clinagent.study.data.layouts import find_class_folders
from jupyter_clinagent.study.data.survey import survey_facts


def images(folder: Path, names: Iterable[str]) -> None:
    rng = np.random.default_rng(0)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / name), rng.integers(0, 255, (16, 16, 3)).astype(np.uint8))


def table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(list(rows), columns=list(columns)).to_csv(path, index=False)


# ------------------------------------------------------------------ both eyes
def eyes(folder: Path, people: int = 30) -> None:
    names = {0: "normal fundus", 1: "cataract", 2: "glaucoma"}
    rows = [
        (k, f"{k}_left.jpg", f"{k}_right.jpg", names[k % 3], names[0 if k % 5 == 0 else k % 3], int(k % 3 == 0))
        for k in range(people)
    ]
    columns = ["ID", "Left-Fundus", "Right-Fundus", "Left-Diagnostic Keywords", "Right-Diagnostic Keywords", "N"]
    table(folder / "full_df.csv", columns, rows)
    images(folder, [f"images/{name}" for row in rows for name in row[1:3]])


def test_a_row_of_both_eyes_is_read_as_two_each_with_the_columns_of_its_side(tmp_path: Path) -> None:
    eyes(tmp_path)
    inventory = take_inventory(tmp_path)
    rows = image_rows(inventory)
    assert rows.loc["images/5_left.jpg", "Diagnostic Keywords"] == "glaucoma"
    assert rows.loc["images/5_right.jpg", "Diagnostic Keywords"] == "normal fundus"
    assert list(rows.loc[["images/5_left.jpg", "images/5_right.jpg"], "side"]) == ["left", "right"]
    survey = survey_facts(inventory)
    assert any("is read as two" in said for said in survey.assumptions)
    found = draft(read_request("Which of these eyes have a cataract?"), survey, {"label": "Diagnostic Keywords"})
    assert isinstance(found, Draft)
    assert found.specification.classes["cataract"] == ["cataract"]
    assert sum(survey.columns[[c.name for c in survey.columns].index("Diagnostic Keywords")].values.values()) == 60


def test_a_table_with_sides_and_one_image_a_row_stays_as_it_is(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", ["file", "left_eye", "right_eye"], [(f"{k}.png", k % 2, 1) for k in range(12)])
    images(tmp_path, [f"{k}.png" for k in range(12)])
    assert list(take_inventory(tmp_path).tables[0].frame.columns) == ["file", "left_eye", "right_eye"]


# ------------------------------------------------------------------ names and folders
def test_names_that_recur_in_other_folders_mean_the_images_below_the_tables_own(tmp_path: Path) -> None:
    for part, risk in (("Training", 0), ("Validation", 1)):
        images(tmp_path, [f"{part}_Set/{part}/{k}.png" for k in range(1, 13)])
        table(tmp_path / f"{part}_Set" / f"{part}_labels.csv", ["ID", "label"], [(k, (k + risk) % 2) for k in range(1, 13)])
    rows = image_rows(take_inventory(tmp_path))
    assert rows["label"].notna().all()
    assert rows.loc["Training_Set/Training/3.png", "label"] != rows.loc["Validation_Set/Validation/3.png", "label"]


@pytest.mark.parametrize(
    ("name", "group"),
    [("OAS1_0028_MR1_mpr-1_100.jpg", "OAS1_0028"), ("MR_00012_slice_07.png", "MR_00012")],
)
def test_an_id_before_the_numbers_of_slices_is_the_patient(name: str, group: str) -> None:
    other = name.replace("28", "29").replace("12", "13")
    last = name.rpartition(".")[0][:-1] + "9" + name[name.rindex(".") :]
    parsed = parse_groups([name, last, other])
    assert parsed is not None
    assert parsed.groups[name] == parsed.groups[last] == group != parsed.groups[other]


def test_a_date_is_no_patient() -> None:
    assert parse_groups(["IMG_20200101_101112.jpg", "IMG_20200101_101113.jpg", "IMG_20200102_101112.jpg"]) is None


@pytest.mark.parametrize("inner", ["images", "polyps"])
def test_a_folder_that_only_sorts_is_no_patient(inner: str) -> None:
    files = [f"{label}/{inner}/{k}.png" for label in ("COVID", "Normal") for k in range(20)]
    found = find_class_folders(files)
    assert found is not None
    assert (set(found.label.values()), found.inner) == ({"COVID", "Normal"}, {})


def test_numbered_folders_below_a_class_are_patients() -> None:
    found = find_class_folders([f"{label}/P{k:03d}/{n}.png" for label in ("sick", "well") for k in range(6) for n in range(2)])
    assert found is not None
    assert len(set(found.inner.values())) == 6


def test_ids_in_names_group_also_where_only_one_image_of_each_is_labelled(tmp_path: Path) -> None:
    images(tmp_path, [f"{k}_{side}.png" for k in range(100, 112) for side in ("left", "right")])
    table(tmp_path / "t.csv", ["file", "label"], [(f"{k}_left.png", "ab"[k % 2]) for k in range(100, 112)])
    inventory = take_inventory(tmp_path)
    rows = image_rows(inventory).loc[[f"{k}_left.png" for k in range(100, 112)]]
    assert group_images(inventory, rows, "file name").ids.nunique() == 12


# ------------------------------------------------------------------ what values say
def test_a_value_that_denies_another_is_negative() -> None:
    values = ["Lung Opacity"] * 4 + ["No Lung Opacity / Not Normal"] * 4 + ["Normal"] * 4
    rows = pd.DataFrame({"class": values}, index=[f"{k}.png" for k in range(12)])
    found = image_level_labels(rows, [f"{k}.png" for k in range(4)], ["finding"])
    assert found is not None
    assert list(found.positive) == [True] * 4 + [False] * 8


def test_a_finding_is_told_from_normal_without_images_that_show_others_only(tmp_path: Path) -> None:
    listed = [["normal"], ["pneumonia"], ["pleural effusion"], ["pneumonia", "pleural effusion"]]
    table(tmp_path / "t.csv", ["image", "Labels"], [(f"{k}.png", str(listed[k % 4])) for k in range(60)])
    images(tmp_path, [f"{k}.png" for k in range(60)])
    found = draft(read_request("Which show pneumonia and which are normal?"), survey_facts(take_inventory(tmp_path)), {})
    assert isinstance(found, Draft)
    assert "images that show other findings only (“pleural effusion”) are left out" in found.assumptions[0]
    spec = found.specification
    wishes = Wishes(task="findings", classes=spec.classes, group=spec.group_column, more=found.more)
    cohort = load_cohort(take_inventory(tmp_path), wishes)
    assert cohort.facts.left_out == {"shows other findings only": 15}


def test_a_table_without_a_header_that_says_yes_and_no_is_learnt(tmp_path: Path) -> None:
    images(tmp_path, [f"pics/{k}.png" for k in range(40)])
    (tmp_path / "labels.csv").write_text("\n".join(f"{k}.png,{k % 2}" for k in range(40)), encoding="utf-8")
    found = draft(read_request("Pneumonia or normal?"), survey_facts(take_inventory(tmp_path)), {})
    assert isinstance(found, Draft)
    assert found.specification.classes == {"pneumonia": ["1"], "normal": ["0"]}


def test_left_or_right_breast_is_a_side(tmp_path: Path) -> None:
    rows = [
        (f"{k}_{side}_{view}.png", f"P_{k:05d}", side, "MALIGNANT" if (k + len(side)) % 3 == 0 else "BENIGN")
        for k in range(24)
        for side in ("LEFT", "RIGHT")
        for view in ("CC", "MLO")
    ]
    table(tmp_path / "t.csv", ["file", "patient_id", "left or right breast", "pathology"], rows)
    images(tmp_path, [row[0] for row in rows])
    survey = survey_facts(take_inventory(tmp_path))
    found = draft(read_request("Tell malignant from benign, one answer per breast"), survey, {})
    assert isinstance(found, Draft)
    assert found.specification.level.columns == ["patient_id", "left or right breast"]
    cohort = load_cohort(take_inventory(tmp_path), Wishes(**{**found.load, "level": found.specification.level}))  # type: ignore[arg-type]
    assert sum(sum(parts.values()) for parts in cohort.facts.cases.values()) == 48


def test_a_clause_about_mistakes_says_nothing_of_the_images() -> None:
    assert read_request("Which of these moles are melanomas? Better one biopsy too many than a missed melanoma.").modality is None
    assert read_request("Tell tumour from normal on these biopsies").modality == "histology"
