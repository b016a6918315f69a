"""Several levels of folders that tell images apart: coarser and finer classes, sites, and no patients."""

from pathlib import Path

import pandas as pd

from jupyter_clinagent.study.cohort.labels import label_images
from jupyter_clinagent.study.data.group_names import in_one_group_each
from jupyter_clinagent.study.data.inventory import PATIENT_FOLDER, image_rows, take_inventory
from jupyter_clinagent.study.data.layouts import find_class_folders
from jupyter_clinagent.study.data.survey import survey_facts
from tests.study.test_finding_the_data import write_images

ORGANS = [f"lung_set/lung_{kind}/{n}.png" for kind in ("aca", "scc", "n") for n in range(3)]
ORGANS += [f"colon_set/colon_{kind}/c{n}.png" for kind in ("aca", "n") for n in range(3)]
KINDS = [f"{above}/{below}/{n}.png" for above, below in (
    ("benign", "adenosis"), ("benign", "fibroadenoma"), ("malignant", "ductal"), ("malignant", "lobular")
) for n in range(4)]  # fmt: skip


def test_names_that_repeat_those_above_them_are_the_classes_and_the_level_above_is_offered_too(tmp_path: Path) -> None:
    write_images(tmp_path, ORGANS)
    inventory = take_inventory(tmp_path)
    facts = survey_facts(inventory)
    assert facts.label_candidates == ["folder", "folder above"]
    values = {column.name: column.values for column in facts.columns}
    assert values["folder"] == {"colon_aca": 3, "colon_n": 3, "lung_aca": 3, "lung_n": 3, "lung_scc": 3}
    assert label_images(inventory, "folder above").rows["class"].value_counts().to_dict() == {"lung_set": 9, "colon_set": 6}


def test_finer_classes_below_the_classes_are_offered(tmp_path: Path) -> None:
    write_images(tmp_path, KINDS)
    inventory = take_inventory(tmp_path)
    facts = survey_facts(inventory)
    assert facts.label_candidates == ["folder", "folder below"]
    assert set(label_images(inventory).classes) == {"benign", "malignant"}
    assert set(label_images(inventory, "folder below").classes) == {"adenosis", "fibroadenoma", "ductal", "lobular"}
    assert facts.group_candidates == []


def test_a_level_that_says_the_same_again_is_not_offered() -> None:
    found = find_class_folders([f"im_{kind}/im_{kind}/{n}.png" for kind in ("Parabasal", "Koilocytotic") for n in range(4)])
    assert found is not None
    assert set(found.label.values()) == {"im_Parabasal", "im_Koilocytotic"}
    assert found.levels == {}


def test_sites_above_the_same_classes_are_a_column_and_no_label(tmp_path: Path) -> None:
    write_images(
        tmp_path, [f"{site}/{kind}/{site}{n}.png" for site in ("Bonn", "Ulm") for kind in ("sick", "well") for n in range(4)]
    )
    inventory = take_inventory(tmp_path)
    facts = survey_facts(inventory)
    assert facts.label_candidates == ["folder"]
    assert next(column.role for column in facts.columns if column.name == "folder above") == "other"
    assert image_rows(inventory)["folder above"].tolist() == ["Bonn"] * 8 + ["Ulm"] * 8


def test_numbered_folders_below_finer_classes_are_still_patients() -> None:
    found = find_class_folders([file.replace(".png", f"/P{k}_{n}.png") for k, file in enumerate(KINDS) for n in range(2)])
    assert found is not None
    assert found.inner["benign/adenosis/0/P0_0.png"] == "adenosis/0"
    assert set(found.levels) == {"folder below"}


def test_folders_of_which_a_table_says_the_same_are_neither_further_labels_nor_patients(tmp_path: Path) -> None:
    files = [f"lower/colitis-{grade}/l{grade}{n}.png" for grade in (1, 2, 3) for n in range(4)]
    files += [f"upper/z-line-{side}/u{side}{n}.png" for side in (1, 2) for n in range(4)]
    write_images(tmp_path, files)
    names = [file.split("/")[2] for file in files]
    finding = [file.split("/")[1].replace("-", " ") for file in files]
    pd.DataFrame({"image": names, "Finding": finding}).to_csv(tmp_path / "t.csv", index=False)
    inventory = take_inventory(tmp_path)
    facts = survey_facts(inventory)
    assert PATIENT_FOLDER not in facts.group_candidates
    assert facts.label_candidates == ["Finding", "folder"]
    assert any("the folders are the classes once more" in line for line in facts.assumptions)


def test_patients_of_one_class_each_are_still_patients() -> None:
    classes = pd.Series(["a"] * 8 + ["b"] * 8)
    assert in_one_group_each(classes.str.upper(), classes)
    assert not in_one_group_each(pd.Series([f"p{n // 4}" for n in range(16)]), classes)


# ------------------------------------------------------------------ groups that are the classes once more
def test_a_column_that_puts_each_class_into_one_group_is_no_group_and_that_is_said(tmp_path: Path) -> None:
    names = [f"i{n}.png" for n in range(36)]
    write_images(tmp_path, names)
    labels, studies = [f"dx{n % 3}" for n in range(36)], [f"source {n % 3}" for n in range(36)]
    pd.DataFrame({"image": names, "dx": labels, "study": studies}).to_csv(tmp_path / "t.csv", index=False)
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.group_candidates == []
    assert any("each class have the same “study”" in line for line in facts.assumptions)


def test_ids_of_patients_keep_images_together_also_where_each_class_is_one_patient(tmp_path: Path) -> None:
    names = [f"i{n}.png" for n in range(12)]
    write_images(tmp_path, names)
    columns = {"image": names, "dx": ["a", "b"] * 6, "patient_id": ["p1", "p2"] * 6}
    pd.DataFrame(columns).to_csv(tmp_path / "t.csv", index=False)
    assert survey_facts(take_inventory(tmp_path)).group_candidates == ["patient_id"]


def test_numbers_in_names_that_are_the_classes_group_nothing(tmp_path: Path) -> None:
    write_images(
        tmp_path, [f"{kind}/set_{code}_{kind}{n}.png" for kind, code in (("sick", "101"), ("well", "202")) for n in range(6)]
    )
    inventory = take_inventory(tmp_path)
    assert inventory.parsed is not None
    assert survey_facts(inventory).group_candidates == []
