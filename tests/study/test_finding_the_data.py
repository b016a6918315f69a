"""Folders, tables, columns: what the survey recognises."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.errors import NoSuchData
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.filenames import parse_groups
from jupyter_clinagent.study.data.inventory import NAME_ENDING, take_inventory
from jupyter_clinagent.study.data.layouts import find_case_folders, find_class_folders, find_split_folders
from jupyter_clinagent.study.data.matching import FileIndex
from jupyter_clinagent.study.data.name_endings import find_name_endings
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.study.data.tables import read_table


def write_images(folder: Path, names: list[str], size: int = 24) -> None:
    """Distinct coloured noise under each name."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (size, size, 3), dtype=np.uint8)
        path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())


def role_of(folder: Path, column: str) -> str:
    facts = survey_facts(take_inventory(folder))
    return next(c.role for c in facts.columns if c.name == column)


def test_a_missing_folder_and_a_folder_without_images_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoSuchData, match=r"There is no folder .*nowhere; .* Give the folder"):
        take_inventory(tmp_path / "nowhere")
    with pytest.raises(NoSuchData, match="no images"):
        take_inventory(tmp_path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_delimiter_and_encoding_is_read_the_same(tmp_path: Path, delimiter: str, encoding: str) -> None:
    lines = [["bild", "befund", "größe"], ["a.png", "gutartig", "1,5"], ["b.png", "bösartig", "2,5"]]
    if delimiter == ",":
        lines = [[cell.replace(",", ".") for cell in line] for line in lines]
    path = tmp_path / "table.csv"
    path.write_bytes("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))
    frame = read_table(path)
    assert list(frame.columns) == ["bild", "befund", "größe"]
    assert frame["befund"].tolist() == ["gutartig", "bösartig"]


def test_excel_is_read_and_empty_cells_are_missing(tmp_path: Path) -> None:
    pd.DataFrame({"image": ["a", "b"], "dx": ["mel", None]}).to_excel(tmp_path / "t.xlsx", index=False)
    frame = read_table(tmp_path / "t.xlsx")
    assert frame["image"].tolist() == ["a", "b"]
    assert frame["dx"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("cell", "file"),
    [
        ("images/a.jpg", "images/a.jpg"),
        ("a.jpg", "images/a.jpg"),
        ("A", "images/a.jpg"),
        ("C:\\study\\images\\a.jpg", "images/a.jpg"),
        (".\\images\\a.jpg", "images/a.jpg"),
        ("somewhere/else/a.jpeg", "images/a.jpg"),
        ("twice.png", None),
        ("absent", None),
        (None, None),
    ],
)
def test_a_cell_finds_its_file_or_none_at_all(cell: str | None, file: str | None) -> None:
    assert FileIndex(["images/a.jpg", "x/twice.png", "y/twice.png"]).find(cell) == file


@pytest.mark.parametrize(
    ("cell", "file"),
    [
        ("Release-1.0/train/patient7/study1/view1.png", "train/patient7/study1/view1.png"),
        ("gs://bucket/train/patient8/study1/view1.png", "train/patient8/study1/view1.png"),
        ("patient8/study1/view1", "train/patient8/study1/view1.png"),
        ("Release-1.0/train/patient9/study2/view1.png", None),
        ("view1.png", None),
        ("gs://bucket/films/own.png", "train/patient8/own.png"),
        ("patient8_own.png", "train/patient8/own.png"),
    ],
)
def test_of_files_with_the_same_name_the_one_with_the_longest_common_path_is_meant(cell: str, file: str | None) -> None:
    views = [f"train/{folder}/view1.png" for folder in ("patient7/study1", "patient8/study1", "patient8/study2")]
    assert FileIndex([*views, "train/patient8/own.png", "valid/patient1/other.png"]).find(cell) == file


def test_class_folders_are_found_below_partition_folders() -> None:
    found = find_class_folders(["train/NORMAL/1.png", "train/SICK/2.png", "test/NORMAL/3.png", "test/SICK/4.png"])
    assert found is not None
    assert found.label["train/SICK/2.png"] == "SICK"
    assert found.split["test/NORMAL/3.png"] == "test"


def test_partition_folders_may_lie_below_the_classes_and_patients_below_both() -> None:
    images = [f"{label}/{part}/p{n}/{n}.png" for label in ("a", "b") for part in ("Train", "valid") for n in range(2)]
    found = find_class_folders(images)
    assert found is not None
    assert set(found.label.values()) == {"a", "b"}
    assert set(found.split.values()) == {"train", "validation"}
    assert found.inner["a/Train/p1/1.png"] == "p1"


def test_hospital_folders_above_the_classes_are_no_classes() -> None:
    found = find_class_folders(
        [f"{site}/{label}/{n}.png" for site in ("east", "west") for label in ("mel", "nv") for n in range(3)]
    )
    assert found is not None
    assert set(found.label.values()) == {"mel", "nv"}


@pytest.mark.parametrize(
    "name", ["LIDC-{:04d}/01-01-2000-{:05d}", "IMD{:03d}", "p10/p1000{:04d}/s5{:05d}", "patient{:05d}/study1", "{0:x}f{0:032x}"]
)
def test_folders_of_one_patient_or_image_each_are_no_classes(name: str) -> None:
    folders = [name.format(3 * number, number) for number in range(1, 25)]
    images = [f"files/{folder}/{view}.png" for folder in folders for view in ("front", "side")[: 1 + ("f{" not in name)]]
    assert find_class_folders(images) is None
    assert len(set(find_case_folders(images).values())) == (0 if "f{" in name else 24)


@pytest.mark.parametrize("names", [("0", "1", "2"), ("grade1", "grade2", "grade3"), ("401", "402", "403")])
def test_a_few_numbered_folders_of_many_images_are_classes(names: tuple[str, ...]) -> None:
    images = [f"{name}/{number}.png" for name in names for number in range(9)]
    found = find_class_folders(images)
    assert found is not None
    assert set(found.label.values()) == set(names)
    assert find_case_folders(images) == {}


def test_slides_lie_between_their_classes_and_their_magnifications() -> None:
    images = [
        f"breast/{label}/SOB/{kind}/SOB_{number:05d}A/{zoom}X/{number}-{zoom}.png"
        for label, kind in (("benign", "adenosis"), ("malignant", "carcinoma"))
        for number in range(200, 206)
        for zoom in (40, 100)
    ]
    found = find_class_folders(images)
    assert found is not None
    assert found.inner["breast/benign/SOB/adenosis/SOB_00200A/40X/200-40.png"] == "SOB/adenosis/SOB_00200A"
    assert set(find_case_folders(images + [image.replace("_00", "_01") for image in images]).values()) == {
        f"SOB_{number:05d}A" for first in (200, 1200) for number in range(first, first + 6)
    }


def test_a_patients_folder_groups_images_that_a_table_labels(tmp_path: Path) -> None:
    views = [f"train/patient{patient:05d}/study1/view{view}.png" for patient in range(8) for view in range(2)]
    write_images(tmp_path, views)
    labels = pd.DataFrame({"Path": [f"Release-1.0/{view}" for view in views], "diagnosis": ["no", "no", "yes", "yes"] * 4})
    labels.to_csv(tmp_path / "train.csv", index=False)
    facts = load_cohort(take_inventory(tmp_path), Wishes(task="classification", label="diagnosis", allow_few=True)).facts
    assert sum(sum(parts.values()) for parts in facts.groups.values()) == 8


@pytest.mark.parametrize(
    "sets",
    [("a. Training Set", "b. Testing Set"), ("Training400", "Test400"), ("train2017", "val2017"), ("TrainImages", "TestImages")],
)
def test_folders_of_sets_are_partitions_and_no_classes(sets: tuple[str, str]) -> None:
    bare = [f"{name}/{number}.png" for name in sets for number in range(4)]
    assert find_class_folders(bare) is None
    assert len(set(find_split_folders(bare).values())) == 2
    classed = find_class_folders([f"{name}/{label}/{n}.png" for name in sets for label in ("Sick", "Well") for n in range(4)])
    assert classed is not None
    assert set(classed.label.values()) == {"Sick", "Well"}


def test_a_class_that_is_named_beside_a_partition_stays_a_class() -> None:
    found = find_class_folders([f"{name}/{number}.png" for name in ("test_positive", "test_negative") for number in range(4)])
    assert found is not None
    assert set(found.label.values()) == {"test_positive", "test_negative"}


def test_an_answer_beside_a_number_in_a_folders_name_is_the_class() -> None:
    studies = [
        f"{part}/patient{n:05d}/study{1 + n // 6}_{('negative', 'positive')[n % 2]}"
        for part in ("hand", "wrist")
        for n in range(8)
    ]
    found = find_class_folders([f"release/{study}/image1.png" for study in studies])
    assert found is not None
    assert found.label["release/hand/patient00007/study2_positive/image1.png"] == "positive"
    assert set(found.label.values()) == {"negative", "positive"}


def test_images_in_one_folder_have_no_class_folders() -> None:
    assert find_class_folders(["images/1.png", "images/2.png"]) is None


def test_person_and_study_numbers_are_read_from_radiograph_names() -> None:
    names = [
        "person1_bacteria_1.jpeg",
        "person1_bacteria_2.jpeg",
        "person1_virus_6.jpeg",
        "IM-0115-0001.jpeg",
        "NORMAL2-IM-1427-0001.jpeg",
    ]
    parsed = parse_groups(names)
    assert parsed is not None
    assert [parsed.groups[name] for name in names] == ["person1_bacteria"] * 2 + ["person1_virus", "IM-0115", "NORMAL2-IM-1427"]
    assert len(parsed.examples) == 3


@pytest.mark.parametrize("name", ["SOB_B_A-14-22549{}B-{}-00{}", "slide_1234{}_{}x_{}", "T12-5678{}-{}X"])
def test_magnifications_of_one_slide_belong_together(name: str) -> None:
    names = [f"{name}.png".format(slide, zoom, zoom % 3 + 1) for slide in range(3) for zoom in (40, 100, 200, 400)]
    parsed = parse_groups(names)
    assert parsed is not None
    assert list(parsed.groups) == names
    assert list(pd.factorize(pd.Series(parsed.groups))[0]) == [0] * 4 + [1] * 4 + [2] * 4


@pytest.mark.parametrize("sides", [("_left", "_right"), ("L", "R"), (" OD", " OS"), ("-links", "-rechts")])
def test_both_sides_of_one_person_belong_together(sides: tuple[str, str]) -> None:
    parsed = parse_groups([f"{number}{side}.png" for number in range(9001, 9009) for side in sides])
    assert parsed is not None
    assert set(parsed.groups.values()) == {str(number) for number in range(9001, 9009)}
    assert parse_groups([f"{number}{sides[0]}.png" for number in range(9001, 9009)]) is None


def test_patients_behind_a_class_and_short_recurring_names_are_groups() -> None:
    parsed = parse_groups([f"aom_P{number:03}_{side}_{number}.jpg" for number in range(20) for side in "LR"])
    assert parsed is not None
    assert parsed.groups["aom_P007_L_7.jpg"] == "P007"
    marrows = parse_groups([f"BM{marrow:02}_{number:03}.jpg" for marrow in range(12) for number in range(4)])
    assert marrows is not None
    assert marrows.groups["BM03_002.jpg"] == "BM03"
    assert parse_groups([f"img01_{number:03}.jpg" for number in range(40)]) is None  # of anything


def test_names_that_are_all_different_give_no_groups() -> None:
    assert parse_groups([f"ISIC_{n:07d}.jpg" for n in range(50)]) is None


def test_roles_come_from_names_and_contents(tmp_path: Path) -> None:
    names = [f"img{n}.png" for n in range(40)]
    write_images(tmp_path / "pictures", names)
    pd.DataFrame(
        {
            "Image": [name.removesuffix(".png") for name in names],
            "patient_id": [f"P{n // 2}" for n in range(40)],
            "patient_name": [f"Name^{n}" for n in range(40)],
            "Diagnosis": ["melanoma" if n % 4 == 0 else "nevus" for n in range(40)],
            "code": ["C43" if n % 4 == 0 else "D22" for n in range(40)],
            "fold": ["train" if n < 30 else "test" for n in range(40)],
            "gender": ["m", "w"] * 20,
            "age_years": [str(20 + n) for n in range(40)],
            "body_site": ["arm", "back"] * 20,
            "chest_drain": ["0", "1"] * 20,
            "hospital_stay": ["x"] * 40,
            "empty": [""] * 40,
        }
    ).to_csv(tmp_path / "labels.csv", index=False)
    roles = {c.name: c.role for c in survey_facts(take_inventory(tmp_path)).columns}
    assert roles == {
        "Image": "image",
        "patient_id": "group",
        "patient_name": "group",
        "Diagnosis": "label",
        "code": "alias",
        "fold": "split",
        "gender": "sex",
        "age_years": "age",
        "body_site": "site",
        "chest_drain": "confounder",
        "hospital_stay": "ignored",
        "empty": "ignored",
    }


def test_no_personal_name_and_no_id_is_listed_among_the_values(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(20)]
    write_images(tmp_path, names)
    columns = {"file": names, "dx": ["a", "b"] * 10, "patient_name": ["Muster^Max", "Muster^Eva"] * 10}
    pd.DataFrame(columns).to_csv(tmp_path / "t.csv", index=False)
    assert "Muster" not in survey_facts(take_inventory(tmp_path)).model_dump_json()


def test_one_hot_columns_become_one_label(tmp_path: Path) -> None:
    names = [f"ISIC_{n}.png" for n in range(12)]
    write_images(tmp_path, names)
    hot = {label: [f"{float(n % 3 == k)}" for n in range(12)] for k, label in enumerate(("MEL", "NV", "BCC"))}
    pd.DataFrame({"image": [n[:-4] for n in names], **hot}).to_csv(tmp_path / "truth.csv", index=False)
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.label_candidates == ["one_hot"]
    assert next(c.values for c in facts.columns if c.name == "one_hot") == {"MEL": 4, "NV": 4, "BCC": 4}


def test_a_box_file_beside_a_label_file_stays_a_classification(triage: Path) -> None:
    facts = survey_facts(take_inventory(triage))
    assert (facts.layout, facts.label_candidates, facts.group_candidates) == ("table", ["dx"], ["lesion_id"])
    assert facts.boxes > 0
    assert facts.modality == "dermoscopy"


def test_width_and_height_alone_are_no_box(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{n}.png" for n in range(10)])
    pd.DataFrame({"file": range(10), "dx": ["a", "b"] * 5, "width": range(10), "height": range(10)}).to_csv(
        tmp_path / "t.csv", index=False
    )
    assert role_of(tmp_path, "width") == "other"


def test_yolo_and_voc_boxes_are_counted(tmp_path: Path) -> None:
    write_images(tmp_path / "yolo", ["a.png", "b.png"])
    (tmp_path / "yolo" / "a.txt").write_text("0 0.5 0.5 0.25 0.25\n1 0.1 0.1 0.05 0.05\n")
    write_images(tmp_path / "voc", ["a.png"])
    box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>"
    (tmp_path / "voc" / "a.xml").write_text(f"<annotation><object><name>x</name>{box}</object></annotation>")
    yolo, voc = survey_facts(take_inventory(tmp_path / "yolo")), survey_facts(take_inventory(tmp_path / "voc"))
    assert (yolo.layout, yolo.boxes) == ("yolo", 2)
    assert (voc.layout, voc.boxes) == ("voc", 1)


def test_the_real_sets_are_recognised(real_data: Path) -> None:
    ham = survey_facts(take_inventory(real_data / "ham10000"))
    chest = survey_facts(take_inventory(real_data / "chest_xray_pneumonia"))
    boxes = survey_facts(take_inventory(real_data / "fracture_boxes"))
    assert (ham.layout, ham.label_candidates, ham.group_candidates, ham.modality) == (
        "table",
        ["dx"],
        ["lesion_id"],
        "dermoscopy",
    )
    assert (chest.layout, chest.group_candidates, chest.split_candidates) == ("folders", ["file name"], ["folder_split"])
    assert chest.modality == "radiograph"
    assert (boxes.layout, boxes.boxes, boxes.split_candidates) == ("coco", 1405, ["group_split", "split"])
    assert (boxes.group_candidates[0], boxes.box_classes, boxes.image_label) == ("radiograph_group", {"fracture": 1405}, None)


@pytest.mark.parametrize("delimiter", ["^", "~", ":", "#"])
def test_even_an_odd_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "t.csv").write_text("\n".join(delimiter.join(row) for row in (["image", "dx", "age"], ["a", "mel", "40"])))
    assert read_table(tmp_path / "t.csv").loc[0].tolist() == ["a", "mel", "40"]


def test_windows_paths_and_times_of_day_are_not_cut_at_their_colons(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("image;taken\nC:\\study\\a.png;10:30:00\nC:\\study\\b.png;11:45:10\n")
    assert read_table(tmp_path / "t.csv")["image"].tolist() == ["C:\\study\\a.png", "C:\\study\\b.png"]


def test_the_line_by_which_excel_names_the_delimiter_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sep=;\r\nimage;dx\r\na;mel\r\n")
    assert list(read_table(tmp_path / "t.csv").columns) == ["image", "dx"]


def test_a_cover_sheet_before_the_table_of_a_workbook_is_passed_over(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "t.xlsx") as workbook:
        pd.DataFrame({"about": ["exported by the clinic"]}).to_excel(workbook, sheet_name="cover", index=False)
        pd.DataFrame({"image": ["a", "b"], "dx": ["mel", "nv"]}).to_excel(workbook, sheet_name="labels", index=False)
    assert list(read_table(tmp_path / "t.xlsx").columns) == ["image", "dx"]


def test_tables_of_several_partitions_are_read_as_one_with_the_partition_as_a_column(tmp_path: Path) -> None:
    write_images(tmp_path, [f"images/{n}.png" for n in range(9)])
    for name, part in (("train_labels", range(6)), ("test_labels", range(6, 9))):
        rows = {"image": [f"{n}.png" for n in part], "dx": [("mel", "nv")[n % 2] for n in part]}
        pd.DataFrame(rows).to_csv(tmp_path / f"{name}.csv", index=False)
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.label_candidates == ["dx"]
    assert facts.split_candidates == ["table_split"]
    assert next(c for c in facts.columns if c.name == "table_split").values == {"train": 6, "test": 3}


def test_two_opinions_on_the_same_images_are_not_joined_into_one_table(tmp_path: Path) -> None:
    write_images(tmp_path, [f"images/{n}.png" for n in range(6)])
    for reader in ("first", "second"):
        rows = {"image": [f"{n}.png" for n in range(6)], "dx": [("mel", "nv")[n % 2] for n in range(6)]}
        pd.DataFrame(rows).to_csv(tmp_path / f"{reader}.csv", index=False)
    assert [table.name for table in take_inventory(tmp_path).tables] == ["first.csv", "second.csv"]


def test_boxes_that_are_all_of_one_class_keep_its_name(tmp_path: Path) -> None:
    write_images(tmp_path, [f"images/{n}.png" for n in range(6)])
    boxes = {"image": [f"{n}.png" for n in range(4)], "class": "fracture", "xmin": 2, "ymin": 2, "xmax": 9, "ymax": 9}
    pd.DataFrame(boxes).to_csv(tmp_path / "boxes.csv", index=False)
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.box_classes == {"fracture": 4}
    assert facts.image_label is None


def test_a_coordinate_that_is_the_same_for_every_box_is_no_class(tmp_path: Path) -> None:
    write_images(tmp_path, [f"images/{n}.png" for n in range(6)])
    boxes = {"image": [f"{n}.png" for n in range(4)], "x": 2, "y": 5, "width": 9, "height": 9, "class": "fracture"}
    pd.DataFrame(boxes).to_csv(tmp_path / "boxes.csv", index=False)
    assert survey_facts(take_inventory(tmp_path)).box_classes == {"fracture": 4}


# ------------------------------------------------------------------ labels that are not known
def values_of(folder: Path) -> dict[str, int]:
    facts = survey_facts(take_inventory(folder))
    return next(c.values for c in facts.columns if c.name == facts.label_candidates[0])


def test_values_that_mean_not_known_are_no_values_of_a_label_column(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(40)]
    write_images(tmp_path, names)
    labels = ["none", "present"] * 15 + ["n/a"] * 5 + ["unbekannt"] * 5
    sexes = ["m", "f", "unknown", "f"] * 10
    pd.DataFrame({"image": names, "diagnosis": labels, "sex": sexes}).to_csv(tmp_path / "m.csv", index=False)
    assert values_of(tmp_path) == {"none": 15, "present": 15}
    columns = {c.name: c for c in survey_facts(take_inventory(tmp_path)).columns}
    assert columns["diagnosis"].missing == 10
    assert columns["sex"].values["unknown"] == 10


def test_a_folder_of_images_not_labelled_yet_is_no_class(tmp_path: Path) -> None:
    write_images(tmp_path, [f"{name}/{n}.png" for name in ("mel", "nv", "unknown") for n in range(5)])
    assert values_of(tmp_path) == {"mel": 5, "nv": 5}


def test_none_in_a_workbook_is_a_value_and_an_empty_cell_is_none(tmp_path: Path) -> None:
    pd.DataFrame({"image": ["a.png", "b.png", "c.png"], "fracture": ["None", "present", None]}).to_excel(
        tmp_path / "m.xlsx", index=False
    )
    read = read_table(tmp_path / "m.xlsx")["fracture"]
    assert list(read.dropna()) == ["None", "present"]
    assert read.isna().sum() == 1


# ------------------------------------------------------------------ labels in file names
CHEST = [f"films/CHEST_{number:04d}_{number % 2}.png" for number in range(24)]


def test_what_names_end_in_is_offered_as_label_where_nothing_else_labels_the_images(tmp_path: Path) -> None:
    write_images(tmp_path, CHEST)
    facts = survey_facts(take_inventory(tmp_path))
    assert (facts.label_candidates, facts.columns[0].values) == ([NAME_ENDING], {"0": 12, "1": 12})
    assert any("What file names end in may be the label" in said for said in facts.assumptions)
    cohort = load_cohort(take_inventory(tmp_path), Wishes(task="classification", label=NAME_ENDING, allow_few=True))
    assert cohort.facts.classes == ["0", "1"]


def test_what_names_end_in_gives_way_to_any_other_label(tmp_path: Path) -> None:
    write_images(tmp_path, CHEST)
    pd.DataFrame({"image": CHEST, "tb": ["x", "y"] * 12}).to_csv(tmp_path / "t.csv", index=False)
    assert survey_facts(take_inventory(tmp_path)).label_candidates == ["tb"]


@pytest.mark.parametrize(
    "names",
    [
        [f"{number}_{side}.png" for number in range(12) for side in ("left", "right")],
        [f"film_{number:03d}.png" for number in range(24)],
        [f"film{number}_{number % 12}.png" for number in range(48)],
        [f"{word}_{number % 2}.png" for number, word in enumerate(("heart", "lung", "knee", "hand", "hip", "skull"))],
    ],
)
def test_views_running_numbers_and_words_at_the_end_of_names_are_no_labels(names: list[str]) -> None:
    assert find_name_endings(names) == {}
