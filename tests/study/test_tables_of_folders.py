"""Tables that name folders, have no header, are packed or are plain texts."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.folder_keys import FolderIndex
from jupyter_clinagent.study.data.group_names import names_patients
from jupyter_clinagent.study.data.inventory import FOLDER_IMAGE, image_rows, take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.study.data.tables import read_table
from tests.study.test_finding_the_data import role_of, write_images

PATIENTS = range(10000, 10024)


def write_studies(folder: Path) -> list[str]:
    """Two views for each of 24 studies of 24 patients, in folders of their numbers."""
    images = [f"files/p10/p{patient}/s{patient + 40000}/{patient:x}-{view}.png" for patient in PATIENTS for view in range(2)]
    write_images(folder, images)
    return images


def pack(table: pd.DataFrame, path: Path) -> None:
    path.write_bytes(gzip.compress(table.to_csv(index=False).encode()))


def test_packed_tables_are_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"image;dx\na;mel\n"))
    (tmp_path / "t.tsv.gz").write_bytes(gzip.compress(b"image\tdx\na, b\tmel\n"))
    assert read_table(tmp_path / "t.csv.gz").loc[0].tolist() == ["a", "mel"]
    assert read_table(tmp_path / "t.tsv.gz").loc[0].tolist() == ["a, b", "mel"]


def test_a_packed_table_that_is_cut_off_is_said_and_ends_nothing(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png"])
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"image,dx\na,mel\n" * 99)[:40])
    assert "t.csv.gz could not be read as a table" in take_inventory(tmp_path).problems[0]


def test_a_table_of_studies_labels_the_images_in_their_folders(tmp_path: Path) -> None:
    images = write_studies(tmp_path)
    labels = {"subject_id": PATIENTS, "study_id": [p + 40000 for p in PATIENTS], "diagnosis": ["sick", "well"] * 12}
    pack(pd.DataFrame(labels), tmp_path / "labels.csv.gz")
    pack(pd.DataFrame({"dicom_id": [Path(i).stem for i in images], "split": "train"}), tmp_path / "split.csv.gz")
    inventory = take_inventory(tmp_path)
    facts = survey_facts(inventory)
    assert facts.label_candidates == ["diagnosis"]
    assert facts.group_candidates == ["subject_id", "study_id", "patient folder"]
    assert image_rows(inventory)["diagnosis"].to_dict() == {i: ["sick", "well"][n // 2 % 2] for n, i in enumerate(images)}
    cohort = load_cohort(inventory, Wishes(task="classification", label="diagnosis", allow_few=True)).facts
    assert sum(sum(parts.values()) for parts in cohort.groups.values()) == 24


def test_a_column_that_names_patients_folders_groups_whatever_its_name(tmp_path: Path) -> None:
    write_studies(tmp_path)
    pd.DataFrame({"ZZ": [f"p{p}" for p in PATIENTS], "diagnosis": ["sick", "well"] * 12}).to_csv(tmp_path / "t.csv", index=False)
    assert (role_of(tmp_path, "ZZ"), role_of(tmp_path, FOLDER_IMAGE)) == ("group", "image")


def test_rows_of_images_that_are_not_there_do_not_go_to_their_patients_other_images(tmp_path: Path) -> None:
    write_studies(tmp_path)
    rows = {"image": [f"gone{n}.png" for n in range(48)], "patient": [f"p{p}" for p in PATIENTS for _ in range(2)]}
    pd.DataFrame(rows | {"dx": ["sick", "well"] * 24}).to_csv(tmp_path / "t.csv", index=False)
    assert take_inventory(tmp_path).image_tables == []


@pytest.mark.parametrize(
    ("cell", "images"),
    [
        ("Release-1/train/WRIST/patient7/study1/", ["a", "b"]),
        ("patient8/study2", ["d"]),
        ("patient8", ["c", "d"]),
        ("patient9", []),
        ("Release-1/train/WRIST/patient9/study2", []),
        ("study1", []),
        ("WRIST", []),
        (None, []),
    ],
)
def test_a_cell_names_the_images_of_one_folder_or_none(cell: str | None, images: list[str]) -> None:
    files = [f"train/{name}.png" for name in ("WRIST/patient7/study1/a", "WRIST/patient7/study1/b", "WRIST/patient8/study1/c")]
    index = FolderIndex([*files, "train/WRIST/patient8/study2/d.png", "train/HAND/patient7/study1/e.png"])
    assert [Path(image).stem for image in index.find(cell)] == images


def test_small_numbers_name_no_class_folders(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{grade}/{n}-{grade}.png" for grade in range(3) for n in range(12)])
    pd.DataFrame({"code": [0, 1, 2], "meaning": ["none", "mild", "severe"]}).to_csv(tmp_path / "legend.csv", index=False)
    assert take_inventory(tmp_path).image_tables == []


def test_a_table_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    write_images(tmp_path, [f"films/{n}.png" for n in range(6)])
    (tmp_path / "labels.csv").write_text("".join(f"TRAIN,gs://bucket/films/{n}.png,{'ab'[n % 2]},,\n" for n in range(6)))
    inventory = take_inventory(tmp_path)
    assert list(inventory.tables[0].frame.columns) == [f"column {n}" for n in range(1, 6)]
    assert inventory.tables[0].matched == 6
    assert any("labels.csv has no header: its 5 columns" in said for said in survey_facts(inventory).problems)


def test_a_text_with_an_image_and_an_answer_in_each_line_is_a_table(tmp_path: Path) -> None:
    for part, count in (("train", 40), ("test", 20)):
        write_images(tmp_path, [f"{part}/{part}{n}.png" for n in range(count)])
        lines = [f"{part}{n // 2} {part}{n}.png {('negative', 'positive')[n % 2]} {'abc'[n % 3]}" for n in range(count)]
        (tmp_path / f"{part}.txt").write_text("\n".join(lines))
    (tmp_path / "README.txt").write_text("See a.png and b.png\nfor what these images are\nand who made them\n")
    facts = survey_facts(take_inventory(tmp_path))
    assert (facts.label_candidates, facts.split_candidates) == (["column 3"], ["table_split"])
    assert facts.group_candidates[0] == "column 1"
    assert {c.table for c in facts.columns} == {"test.txt + train.txt"}


def test_a_table_of_folders_without_a_header_labels_their_images(tmp_path: Path) -> None:
    studies = [f"train/WRIST/patient{n:05d}/study1_{('negative', 'positive')[n % 2]}" for n in range(12)]
    write_images(tmp_path, [f"{study}/image{view}.png" for study in studies for view in range(2)])
    (tmp_path / "studies.csv").write_text("".join(f"Release-1/{study}/,{n % 2}\n" for n, study in enumerate(studies)))
    rows = image_rows(take_inventory(tmp_path))
    assert rows["column 2"].tolist() == [f"{n % 2}" for n in range(12) for _ in range(2)]
    assert rows["folder"].map({"negative": "0", "positive": "1"}).tolist() == rows["column 2"].tolist()


def test_columns_of_ones_and_of_zeros_are_no_label(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}.png" for n in range(8)])
    pd.DataFrame({"image": [f"{n}.png" for n in range(8)], "index": 1, "noisy": 0}).to_csv(tmp_path / "t.csv", index=False)
    assert survey_facts(take_inventory(tmp_path)).label_candidates == []


def test_a_column_that_only_begins_like_a_patient_names_none() -> None:
    assert not names_patients("PatientOrientationCodeSequence_CodeMeaning")
    assert names_patients("patient_or_lesion_id")


def test_a_title_and_a_legend_above_the_table_of_a_workbook_are_passed_over(tmp_path: Path) -> None:
    rows = [
        ["Lesions of 2012", "", ""],
        ["", "", ""],
        ["", "A", "Absent"],
        ["image", "dx", "size"],
        ["a.png", "mel", "3"],
        ["b", "", "4"],
    ]
    pd.DataFrame(rows).to_excel(tmp_path / "t.xlsx", index=False, header=False)
    assert read_table(tmp_path / "t.xlsx").fillna("").to_dict("list") == {
        "image": ["a.png", "b"],
        "dx": ["mel", ""],
        "size": ["3", "4"],
    }


def test_one_cross_in_each_row_is_the_label_and_crosses_further_on_are_not(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}.png" for n in range(12)])
    crosses = {kind: ["X" if n % 3 == k else "" for n in range(12)] for k, kind in enumerate(("Common", "Atypical", "Melanoma"))}
    colours = {"white": ["x"] * 6 + [""] * 6, "red": ["x"] * 9 + [""] * 3}
    table = {"image": [f"{n}.png" for n in range(12)], **crosses, "age": range(30, 42), **colours}
    pd.DataFrame(table).to_csv(tmp_path / "t.csv", index=False)
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.label_candidates == ["one_hot"]
    assert next(c.values for c in facts.columns if c.name == "one_hot") == {"Common": 4, "Atypical": 4, "Melanoma": 4}
