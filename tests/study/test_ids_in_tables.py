"""Tables that name images by an id with something behind it, and what a data dictionary calls missing."""

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.study.cohort.labels import label_images
from jupyter_clinagent.study.data.beginnings import IMAGE_OF_ID
from jupyter_clinagent.study.data.inventory import Inventory, image_rows, take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.study.test_finding_the_data import write_images


def write(path: Path, **columns: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(columns).to_csv(path, index=False)


# ------------------------------------------------------------------ image and finding in one cell
def findings(folder: Path, rows: dict[str, str]) -> Inventory:
    write_images(folder, [f"ct/ID_{n:04d}.png" for n in range(6)])
    write(folder / "labels.csv", ID=[*rows], Label=[*rows.values()])
    return take_inventory(folder)


LONG = {f"ID_{n:04d}_{kind}": str(int(n % 3 == k)) for n in range(6) for k, kind in enumerate(("subdural", "epi_dural", "any"))}


def test_rows_of_an_image_and_a_finding_become_a_column_for_each_finding(tmp_path: Path) -> None:
    inventory = findings(tmp_path, {name: value for name, value in LONG.items() if "any" not in name})
    rows = image_rows(inventory)
    assert rows["subdural"].tolist() == ["1", "0", "0", "1", "0", "0"]
    assert rows["epi_dural"].tolist() == ["0", "1", "0", "0", "1", "0"]


def test_two_rows_of_one_image_and_finding_are_refused_and_that_is_said(tmp_path: Path) -> None:
    write_images(tmp_path, ["a1.png", "a2.png"])
    write(tmp_path / "t.csv", ID=["a1_x", "a1_x", "a2_x", "a1_y", "a2_y"], Label=["1", "0", "0", "1", "0"])
    inventory = take_inventory(tmp_path)
    assert inventory.tables[0].matched == 0
    assert any("several rows of “ID” name the same image and finding" in line for line in inventory.problems)


def test_a_patient_and_a_side_are_no_findings_of_an_image(tmp_path: Path) -> None:
    write_images(tmp_path, [f"p{n}_{side}.png" for n in range(6) for side in ("left", "right")])
    write(tmp_path / "t.csv", image=[f"p{n}_{side}" for n in range(6) for side in ("left", "right")], dx=["a", "b"] * 6)
    assert "dx" in image_rows(take_inventory(tmp_path)).columns


# ------------------------------------------------------------------ names that begin with an id
def test_an_id_is_the_one_image_whose_name_begins_with_it(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}_thumbnail.png" for n in range(4, 30)])
    write(tmp_path / "t.csv", image_id=[str(n) for n in range(4, 30)], label=["HGSC", "CC"] * 13)
    inventory = take_inventory(tmp_path)
    assert image_rows(inventory).loc["4_thumbnail.png", "label"] == "HGSC"
    assert image_rows(inventory).loc["15_thumbnail.png", "label"] == "CC"
    assert any("4 means 4_thumbnail.png" in line for line in inventory.assumed)


def test_an_id_of_several_images_is_their_case(tmp_path: Path) -> None:
    write_images(tmp_path, [f"k{n:03d}_s{s}.png" for n in range(12) for s in range(2)])
    write(tmp_path / "t.csv", exam=[f"k{n:03d}" for n in range(12)], dx=["a", "b"] * 6)
    inventory = take_inventory(tmp_path)
    assert inventory.tables[0].image_column == IMAGE_OF_ID
    assert survey_facts(inventory).group_candidates[0] == "exam"
    assert len(label_images(inventory, "dx").rows) == 24


@pytest.mark.parametrize("column", ["age", "room"])
def test_numbers_that_are_ids_by_chance_name_no_images(tmp_path: Path, column: str) -> None:
    write_images(tmp_path, [f"{n}_scan.png" for n in range(60)])
    write(tmp_path / "t.csv", name=[f"x{n}" for n in range(10)], **{column: [str(30 + n) for n in range(10)]}, dx=["a", "b"] * 5)
    assert take_inventory(tmp_path).tables[0].matched == 0


def test_of_two_columns_that_could_be_the_id_none_is_guessed(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}_scan.png" for n in range(10)])
    numbers = [str(n) for n in range(10)]
    write(tmp_path / "t.csv", one=numbers, other=numbers[::-1], dx=["a", "b"] * 5)
    inventory = take_inventory(tmp_path)
    assert inventory.tables[0].matched == 0
    assert any("“one” and “other” hold, and nothing says which is meant" in line for line in inventory.problems)


def test_a_site_that_names_begin_with_too_does_not_keep_the_id_from_being_used(tmp_path: Path) -> None:
    write_images(tmp_path, [f"site{n % 2}_{n:03d}_scan.png" for n in range(12)])
    ids = [f"site{n % 2}_{n:03d}" for n in range(12)]
    write(tmp_path / "t.csv", site=[one.split("_")[0] for one in ids], exam=ids, dx=["a", "b", "b"] * 4)
    assert take_inventory(tmp_path).tables[0].matched == 12


def test_several_rows_of_an_id_of_several_images_are_refused_and_that_is_said(tmp_path: Path) -> None:
    write_images(tmp_path, [f"k{n:03d}_s{s}.png" for n in range(12) for s in range(2)])
    write(tmp_path / "t.csv", exam=[f"k{n // 2:03d}" for n in range(24)], dx=["a", "b"] * 12)
    inventory = take_inventory(tmp_path)
    assert inventory.tables[0].matched == 0
    assert any("several rows hold the same, and nothing says which image" in line for line in inventory.problems)


# ------------------------------------------------------------------ tables without a header, one for each label
def test_nameless_tables_of_numbers_are_called_by_their_files(tmp_path: Path) -> None:
    write_images(tmp_path, [f"train/axial/{n:04d}_s{s}.png" for n in range(12) for s in range(2)])
    for subject, step in (("acl", 2), ("meniscus", 3)):
        text = "".join(f"{n:04d},{int(n % step == 0)}\n" for n in range(12))
        (tmp_path / f"train-{subject}.csv").write_text(text)
    inventory = take_inventory(tmp_path)
    rows = image_rows(inventory)
    assert rows.loc["train/axial/0000_s1.png", ["acl", "meniscus"]].tolist() == ["1", "1"]
    assert rows.loc["train/axial/0002_s0.png", ["acl", "meniscus"]].tolist() == ["1", "0"]
    assert any("is called “acl”, after its file" in line for line in inventory.problems)


# ------------------------------------------------------------------ names that recur in train and test
def test_names_that_recur_in_partitions_are_those_of_the_partition_in_the_tables_name(tmp_path: Path) -> None:
    write_images(tmp_path, [f"images/{part}/I_{n}.png" for part in ("a. Training Set", "b. Testing Set") for n in range(8)])
    for part, labels in (("Training", ["x", "y"] * 4), ("Testing", ["y", "x"] * 4)):
        write(tmp_path / "truth" / f"{part} Labels.csv", name=[f"I_{n}" for n in range(8)], dx=labels)
    inventory = take_inventory(tmp_path)
    rows = image_rows(inventory)
    assert rows["dx"].notna().all()
    assert rows.loc["images/a. Training Set/I_0.png", "dx"] == "x"
    assert rows.loc["images/b. Testing Set/I_0.png", "dx"] == "y"


# ------------------------------------------------------------------ data dictionaries
def test_a_code_that_a_data_dictionary_calls_missing_is_not_known_and_that_is_said(tmp_path: Path) -> None:
    names = [f"c{n}.png" for n in range(12)]
    write_images(tmp_path, names)
    write(tmp_path / "data.csv", image=names, diag=["1", "2", "9"] * 4)
    meant = {"1": "TIA", "2": "stroke", "9": "missing"}
    write(tmp_path / "codebook.csv", variable=["diag"] * 3, value=[*meant], meaning=[*meant.values()])
    inventory = take_inventory(tmp_path)
    column = next(c for c in survey_facts(inventory).columns if c.name == "diag")
    assert column.values == {"1": 4, "2": 4}
    assert column.meanings == {"1": "TIA", "2": "stroke"}
    assert image_rows(inventory)["diag"].isna().sum() == 4
    assert any("“9” in “diag” of data.csv means “missing” by codebook.csv: 4 rows" in line for line in inventory.problems)
