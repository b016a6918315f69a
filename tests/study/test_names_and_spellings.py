"""Values that several people typed, and names of images in pieces."""

import os
from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.study.test_boxes import write_images as write_films
from tests.study.test_finding_the_data import write_images


def test_a_value_has_one_spelling_and_that_is_said(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}.png" for n in range(12)])
    labels = ["Melanoma", "melanoma ", "MELANOMA", "melanoma\u00a0", "melanoma", "benign  nevus"] + ["benign nevus"] * 6
    pd.DataFrame({"image": [f"{n}.png" for n in range(12)], "dx": labels}).to_csv(tmp_path / "t.csv", index=False)
    facts = survey_facts(take_inventory(tmp_path))
    assert next(c.values for c in facts.columns if c.name == "dx") == {"benign nevus": 7, "melanoma": 5}
    assert any("“Melanoma”" in line and "taken for “melanoma”" in line for line in facts.problems)


def test_whole_numbers_need_no_decimals(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}.png" for n in range(8)])
    cells = {"image": [f"{n}.png" for n in range(8)], "sick": ["0", "1", "0", "1", "0", "1", "0.0", "1.0"]}
    pd.DataFrame(cells).to_csv(tmp_path / "t.csv", index=False)
    facts = survey_facts(take_inventory(tmp_path))
    assert next(c.values for c in facts.columns if c.name == "sick") == {"0": 4, "1": 4}


def test_files_that_differ_by_capitals_alone_stay_two(tmp_path: Path) -> None:
    names = [name for n in range(6) for name in (f"img_{n}.png", f"IMG_{n}.png")]
    write_images(tmp_path, names)
    pd.DataFrame({"image": names, "dx": ["a", "b"] * 6}).to_csv(tmp_path / "t.csv", index=False)
    inventory = take_inventory(tmp_path)
    assert inventory.tables[0].files.tolist() == names


def test_capitals_do_not_matter_otherwise(tmp_path: Path) -> None:
    write_images(tmp_path, ["Img_1.PNG", "img_2.png"])
    pd.DataFrame({"image": ["IMG_1.png", "IMG_2"], "dx": ["a", "b"]}).to_csv(tmp_path / "t.csv", index=False)
    assert take_inventory(tmp_path).tables[0].files.tolist() == ["Img_1.PNG", "img_2.png"]


def test_a_folder_in_one_column_and_a_file_in_another_name_an_image(tmp_path: Path) -> None:
    names = [f"{part}/{n}.png" for part in ("train", "test") for n in range(6)]
    write_images(tmp_path, names)
    rows = {"split": ["train"] * 6 + ["test"] * 6, "file": [f"{n % 6}.png" for n in range(12)], "dx": ["a", "b"] * 6}
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    assert take_inventory(tmp_path).tables[0].files.tolist() == names


@pytest.mark.parametrize("column", ["id", "age"])
def test_lost_zeros_are_found_where_nearly_all_numbers_are_files(tmp_path: Path, column: str) -> None:
    write_images(tmp_path, [f"{n:03d}.png" for n in range(12)])
    numbers = [str(n) for n in range(12)] if column == "id" else [str(30 + n) for n in range(12)]
    pd.DataFrame({column: numbers, "dx": ["a", "b"] * 6}).to_csv(tmp_path / "t.csv", index=False)
    inventory = take_inventory(tmp_path)
    assert inventory.tables[0].matched == (12 if column == "id" else 0)
    assert any("lost their leading zeros; 0 is taken for 000.png" in line for line in inventory.problems) == (column == "id")


def test_links_to_folders_are_followed_and_never_in_circles(tmp_path: Path) -> None:
    write_images(tmp_path / "data" / "nevus", ["a.png"])
    write_images(tmp_path / "elsewhere", ["b.png"])
    os.symlink(tmp_path / "elsewhere", tmp_path / "data" / "melanoma")
    os.symlink(tmp_path / "data", tmp_path / "data" / "nevus" / "again")
    os.symlink(tmp_path, tmp_path / "data" / "up")
    assert take_inventory(tmp_path / "data").images == ["melanoma/b.png", "nevus/a.png"]


# ------------------------------------------------------------------ boxes
def test_yolo_lines_with_commas_or_a_name_are_read_and_said(tmp_path: Path) -> None:
    write_films(tmp_path, ["a.png", "b.png", "c.png"])
    (tmp_path / "a.txt").write_text("0,0.5,0.5,0.25,0.25\n")
    (tmp_path / "b.txt").write_text("fracture 0.5 0.5 0.25 0.25\n")
    (tmp_path / "c.txt").write_text("No fracture is seen.\n")
    boxes = take_inventory(tmp_path).boxes
    assert boxes is not None
    assert boxes.rows["class"].tolist() == ["class 0", "fracture"]
    assert any("name a class by its word instead of its number: fracture" in line for line in boxes.said)
    assert boxes.doubtful == ["c.png"]


def test_a_class_of_boxes_has_one_spelling(tmp_path: Path) -> None:
    write_films(tmp_path, ["a.png", "b.png", "c.png"])
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>"
    for name, label in (("a", "fracture"), ("b", "FRACTURE "), ("c", "fracture")):
        (tmp_path / f"{name}.xml").write_text(f"<annotation><object><name>{label}</name>{box}</object></annotation>")
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.box_classes == {"fracture": 3}
    assert any("“FRACTURE” is taken for “fracture”" in line for line in facts.assumptions)
