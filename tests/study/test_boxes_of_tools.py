"""Boxes as labelling tools and public sets write them: CVAT, VIA, AutoML, four numbers in one cell."""

import json
from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.boxes.found import CORNERS, AnnotatedBoxes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.study.test_finding_the_data import write_images

FILMS = [f"films/film_{number:03d}.png" for number in range(8)]


@pytest.fixture
def films(tmp_path: Path) -> Path:
    write_images(tmp_path, FILMS, size=80)
    return tmp_path


def boxes_in(folder: Path) -> AnnotatedBoxes:
    found = take_inventory(folder).boxes
    assert found is not None
    return found


def corners(found: AnnotatedBoxes) -> list[list[float]]:
    return found.rows.sort_values(["image", "x_min"])[CORNERS].to_numpy().tolist()


# ------------------------------------------------------------------ CVAT
def cvat(*shapes: str) -> str:
    images = [f'<image id="{n}" name="film_{n:03d}.png" width="80" height="80">{shape}</image>' for n, shape in enumerate(shapes)]
    return f'<?xml version="1.0"?><annotations><version>1.1</version>{"".join(images)}</annotations>'


def test_cvats_boxes_and_polygons_are_read(films: Path) -> None:
    box = '<box label="fracture" xtl="6.0" ytl="45.0" xbr="26.0" ybr="61.0"></box>'
    (films / "annotations.xml").write_text(cvat(box, "", '<polygon label="cast" points="5,9;20,3;11,30"></polygon>'))
    found = boxes_in(films)
    assert (found.layout, found.files) == ("cvat", ["annotations.xml"])
    assert found.rows["class"].tolist() == ["fracture", "cast"]
    assert corners(found) == [[6, 45, 26, 61], [5, 3, 20, 30]]
    assert survey_facts(take_inventory(films)).layout == "cvat"


def test_a_box_of_cvat_that_cannot_be_read_makes_its_image_doubtful(films: Path) -> None:
    (films / "annotations.xml").write_text(cvat('<box label="fracture" xtl="6" ytl="?" xbr="26" ybr="61"></box>'))
    assert boxes_in(films).doubtful == [FILMS[0]]


def test_xml_of_other_kinds_holds_no_boxes(films: Path) -> None:
    (films / "notes.xml").write_text("<annotations><note/></annotations>")
    assert take_inventory(films).boxes is None


# ------------------------------------------------------------------ VIA
def region(label: object, **shape: object) -> dict[str, object]:
    return {"shape_attributes": shape, "region_attributes": {"finding": label}}


REGIONS = [
    region("fracture", name="rect", x=3, y=8, width=20, height=18),
    region({"cast": True, "pin": False}, name="polygon", all_points_x=[30, 50, 40], all_points_y=[9, 3, 30]),
    region("", name="circle", cx=60, cy=60, r=5),
]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("listed", [True, False])
def test_vias_regions_are_read_from_annotations_and_projects(films: Path, whole: bool, listed: bool) -> None:
    regions = REGIONS if listed else {str(number): one for number, one in enumerate(REGIONS)}
    entries = {"film_000.png959": {"filename": "film_000.png", "size": 959, "regions": regions, "file_attributes": {}}}
    entries["film_001.png9"] = {"filename": "film_001.png", "size": 9, "regions": [], "file_attributes": {}}
    (films / "via.json").write_text(json.dumps({"_via_settings": {}, "_via_img_metadata": entries} if whole else entries))
    found = boxes_in(films)
    assert (found.layout, found.rows["class"].tolist()) == ("via", ["fracture", "cast", "finding"])
    assert corners(found) == [[3, 8, 23, 26], [30, 3, 50, 30], [55, 55, 65, 65]]


def test_json_of_other_kinds_holds_no_boxes(films: Path) -> None:
    (films / "a.json").write_text(json.dumps({"film_000.png": {"filename": "film_000.png"}}))
    (films / "b.json").write_text(json.dumps([1, 2]))
    assert take_inventory(films).boxes is None


# ------------------------------------------------------------------ tables
def said(folder: Path) -> tuple[SurveyFacts, str]:
    facts = survey_facts(take_inventory(folder))
    return facts, " ".join(facts.problems)


def test_automls_table_without_a_header_holds_corners_in_parts_of_the_image(films: Path) -> None:
    rows = [f"{('TRAIN', 'TEST')[n % 2]},gs://bucket/{film},fracture,0.5,0.25,,,0.75,0.5,," for n, film in enumerate(FILMS[:6])]
    (films / "import.csv").write_text("\n".join([*rows, f"TRAIN,gs://bucket/{FILMS[6]},,,,,,,,,"]))
    found, (facts, problems) = boxes_in(films), said(films)
    assert found.relative
    assert corners(found) == [[0.5, 0.25, 0.75, 0.5]] * 6
    assert (facts.box_classes, facts.split_candidates) == ({"fracture": 6}, ["column 1"])
    assert "The numbers in column 4, column 5, column 8, column 9 of import.csv are taken for" in problems


def test_pixels_behind_an_image_in_a_table_without_a_header_are_a_box(films: Path) -> None:
    (films / "train.csv").write_text("".join(f"{film},12,20,{40 + n},60,{'ab'[n % 2]}\n" for n, film in enumerate(FILMS)))
    assert said(films)[0].box_classes == {"a": 4, "b": 4}
    assert corners(boxes_in(films))[1] == [12, 20, 41, 60]


def test_four_measurements_in_any_order_are_no_box(films: Path) -> None:
    (films / "train.csv").write_text("".join(f"{film},50,{20 + n},{40 + 3 * n},6\n" for n, film in enumerate(FILMS)))
    assert take_inventory(films).boxes is None


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("Bounding_boxes", "14.25, 2.25, 32.25, 16.25", [[14.25, 2.25, 32.25, 16.25]]),
        ("bbox", "[34.0, 22.0, 26.0, 18.0]", [[34, 22, 60, 40]]),
        ("box", "[[1, 2, 11, 12], (21 22 31 32)]", [[1, 2, 11, 12], [21, 22, 31, 32]]),
    ],
)
def test_four_numbers_in_one_cell_are_a_box(films: Path, name: str, cell: str, expected: list[list[float]]) -> None:
    pd.DataFrame({"image": FILMS[:4], name: [cell] * 3 + [""]}).to_csv(films / "boxes.csv", index=False)
    assert corners(boxes_in(films)) == expected * 3
    assert f"The four numbers in {name} of boxes.csv are taken for x" in said(films)[1]


def test_a_cell_of_boxes_that_cannot_be_read_makes_its_image_doubtful(films: Path) -> None:
    pd.DataFrame({"image": FILMS[:3], "bbox": ["1 2 3 4", "1 2 3 5", "1 2 3"]}).to_csv(films / "boxes.csv", index=False)
    assert boxes_in(films).doubtful == [FILMS[2]]


def test_patients_may_be_numbered_by_an_index(films: Path) -> None:
    pd.DataFrame({"image": FILMS, "Patient_index": [n // 2 for n in range(8)]}).to_csv(films / "t.csv", index=False)
    assert said(films)[0].group_candidates == ["Patient_index"]
