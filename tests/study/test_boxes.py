"""Boxes of every format: the same table comes out; what can't be right is mended or refused, each with its reason."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.study.data.boxes.found import CORNERS, PARTLY, UNREAD, AnnotatedBoxes
from jupyter_clinagent.study.data.boxes.mending import IN_PARTS, MendedBoxes, mend_boxes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts

WIDTH, HEIGHT = 40, 20
TRUTH = [("a", "fracture", 4.0, 6.0, 14.0, 16.0), ("a", "metal", 20.0, 2.0, 30.0, 8.0), ("b", "fracture", 0.0, 0.0, 10.0, 5.0)]


def write_images(folder: Path, names: list[str]) -> None:
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / name), pixels)


def write_coco(
    path: Path, boxes: list[tuple], names: dict[str, str], size: tuple[int, int] = (WIDTH, HEIGHT), **extra: str
) -> None:
    classes = sorted({box[1] for box in boxes})
    images = [{"id": k, "file_name": names[n], "width": size[0], "height": size[1], **extra} for k, n in enumerate(names)]
    annotations = [
        {"id": k, "image_id": list(names).index(n), "category_id": classes.index(c), "bbox": [x, y, x2 - x, y2 - y]}
        for k, (n, c, x, y, x2, y2) in enumerate(boxes)
    ]
    categories = [{"id": k, "name": name} for k, name in enumerate(classes)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"images": images, "annotations": annotations, "categories": categories}))


def as_coco(folder: Path) -> None:
    write_images(folder / "images", ["a.png", "b.png"])
    write_coco(folder / "annotations.json", TRUTH, {"a": "a.png", "b": "b.png"})


def as_coco_beside_the_images(folder: Path) -> None:
    for part, names in (("train", ["a"]), ("valid", ["b"])):
        write_images(folder / part, [f"{n}.png" for n in names])
        boxes = [box for box in TRUTH if box[0] in names]
        write_coco(folder / part / "_annotations.coco.json", boxes, {n: f"{n}.png" for n in names})


def as_yolo(folder: Path) -> None:
    write_images(folder / "train" / "images", ["a.png", "b.png"])
    (folder / "train" / "labels").mkdir()
    for name in "ab":
        lines = [
            f"{0 if c == 'fracture' else 1} {(x + x2) / 2 / WIDTH} {(y + y2) / 2 / HEIGHT} {(x2 - x) / WIDTH} {(y2 - y) / HEIGHT}"
            for n, c, x, y, x2, y2 in TRUTH
            if n == name
        ]
        (folder / "train" / "labels" / f"{name}.txt").write_text("\n".join(lines))
    (folder / "data.yaml").write_text("nc: 2\nnames:\n  - fracture\n  - 'metal'\n")


def as_voc(folder: Path) -> None:
    write_images(folder / "JPEGImages", ["a.png", "b.png"])
    (folder / "Annotations").mkdir()
    for name in "ab":
        objects = "".join(
            f"<object><name>{c}</name><bndbox><xmin>{x + 1:g}</xmin><ymin>{y + 1:g}</ymin><xmax>{x2:g}</xmax><ymax>{y2:g}</ymax>"
            "</bndbox></object>"
            for n, c, x, y, x2, y2 in TRUTH
            if n == name
        )
        size = f"<size><width>{WIDTH}</width><height>{HEIGHT}</height></size>"
        text = f"<annotation><filename>{name}.png</filename>{size}{objects}</annotation>"
        (folder / "Annotations" / f"{name}.xml").write_text(text)


def as_table(folder: Path, columns: str) -> None:
    write_images(folder, ["a.png", "b.png"])
    rows = {
        "corners": lambda x, y, x2, y2: {"xmin": x, "ymin": y, "xmax": x2, "ymax": y2},
        "edges": lambda x, y, x2, y2: {"top": y, "bottom": y2, "left": x, "right": x2},
        "sizes": lambda x, y, x2, y2: {"x": x, "y": y, "width": x2 - x, "height": y2 - y},
        "centres": lambda x, y, x2, y2: {"x_center": (x + x2) / 2, "y_center": (y + y2) / 2, "w": x2 - x, "h": y2 - y},
        "parts": lambda x, y, x2, y2: {"x1": x / WIDTH, "y1": y / HEIGHT, "x2": x2 / WIDTH, "y2": y2 / HEIGHT},
    }[columns]
    frame = pd.DataFrame([{"image": n, **rows(*corners), "class": c} for n, c, *corners in TRUTH])
    frame.to_csv(folder / "boxes.csv", index=False)


FORMATS = {
    "coco": as_coco,
    "coco beside the images": as_coco_beside_the_images,
    "yolo": as_yolo,
    "voc": as_voc,
    **{
        f"table of {kind}": lambda folder, kind=kind: as_table(folder, kind)
        for kind in ("corners", "edges", "sizes", "centres", "parts")
    },
}


def found_in(folder: Path) -> AnnotatedBoxes:
    found = take_inventory(folder).boxes
    assert found is not None
    return found


def sizes_of(found: AnnotatedBoxes) -> pd.DataFrame:
    return pd.DataFrame({"width": WIDTH, "height": HEIGHT}, index=sorted(found.images))


@pytest.mark.parametrize("layout", FORMATS)
def test_every_format_gives_the_same_boxes(tmp_path: Path, layout: str) -> None:
    FORMATS[layout](tmp_path)
    found = found_in(tmp_path)
    mended = mend_boxes(found, found.rows, sizes_of(found))
    read = [(Path(row[0]).stem, row[1], *row[2:]) for row in mended.boxes.itertuples(index=False)]
    assert [row[:2] for row in read] == [row[:2] for row in TRUTH]
    assert np.allclose([row[2:] for row in read], [row[2:] for row in TRUTH])
    assert mended.notes.empty
    assert survey_facts(take_inventory(tmp_path)).box_classes == {"fracture": 2, "metal": 1}


@pytest.mark.parametrize("again", [False, True])
def test_boxes_of_two_tables_are_all_taken_unless_they_are_about_the_same_images(tmp_path: Path, again: bool) -> None:
    names = [f"i{k}.png" for k in range(6)]
    write_images(tmp_path, names)
    boxes = pd.DataFrame({"image": names, "xmin": 1, "ymin": 1, "xmax": 5, "ymax": 6, "class": "nodule"})
    boxes.iloc[:4].to_csv(tmp_path / "north.csv", index=False)
    boxes.iloc[2 if again else 4 :][:2].to_csv(tmp_path / "south.csv", index=False)
    found = found_in(tmp_path)
    assert sorted(found.files) == (["north.csv"] if again else ["north.csv", "south.csv"])
    assert len(found) == (4 if again else 6)
    assert any("south.csv also holds boxes" in line for line in found.said) == again


def test_one_coco_file_for_each_partition_names_the_split(tmp_path: Path) -> None:
    as_coco_beside_the_images(tmp_path)
    assert "annotation_file" in survey_facts(take_inventory(tmp_path)).split_candidates


def test_what_coco_says_of_its_images_is_a_table(tmp_path: Path) -> None:
    names = {f"i{k}": f"i{k}.png" for k in range(6)}
    write_images(tmp_path, list(names.values()))
    write_coco(tmp_path / "c.json", [("i0", "fracture", 1, 1, 5, 5)], names)
    content = json.loads((tmp_path / "c.json").read_text())
    for k, entry in enumerate(content["images"]):
        entry |= {"patient_id": f"p{k // 2}", "fold": "train" if k < 4 else "test"}
    (tmp_path / "c.json").write_text(json.dumps(content))
    facts = survey_facts(take_inventory(tmp_path))
    assert (facts.group_candidates, facts.split_candidates) == (["patient_id"], ["fold"])


def test_yolo_names_come_from_any_of_their_files(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png"])
    (tmp_path / "a.txt").write_text("1 0.5 0.5 0.2 0.2\n")
    assert found_in(tmp_path).rows["class"].tolist() == ["class 1"]
    (tmp_path / "data.yaml").write_text("names: [bone, 'fracture line']\n")
    assert found_in(tmp_path).rows["class"].tolist() == ["fracture line"]
    (tmp_path / "data.yaml").write_text("path: x\nnames:\n  0: bone\n  1: break\nnc: 2\n")
    assert found_in(tmp_path).rows["class"].tolist() == ["break"]
    (tmp_path / "classes.txt").write_text("bone\nfracture\n")
    assert found_in(tmp_path).rows["class"].tolist() == ["fracture"]


def test_a_polygon_gives_the_box_around_it_and_other_text_is_no_box(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png", "b.png"])
    (tmp_path / "a.txt").write_text("0 0.1 0.2 0.5 0.3 0.4 0.9\n")
    (tmp_path / "b.txt").write_text("3 112 5 17 220\n")
    rows = found_in(tmp_path).rows
    assert len(rows) == 1
    assert rows.loc[0, CORNERS].tolist() == [0.1, 0.2, 0.5, 0.9]


def test_boxes_for_unknown_images_are_counted_and_named(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png"])
    write_coco(tmp_path / "c.json", [("a", "x", 1, 1, 5, 5), ("z", "x", 1, 1, 5, 5)], {"a": "a.png", "z": "lost/z.png"})
    found = found_in(tmp_path)
    assert (len(found.rows), found.strangers, len(found)) == (1, ["lost/z.png"], 2)
    assert "1 boxes are for images that are not there." in survey_facts(take_inventory(tmp_path)).problems


# ------------------------------------------------------------------ what can't be read
YOLO_TEXTS = {
    "a": "0 0.5 0.5 0.2 0.2\n",
    "empty": "",
    "blank": " \n\n",
    "mark": "\ufeff",
    "short": "0 0.5 0.5 0.2\n",
    "words": "0 0.5 half 0.2 0.2\n",
    "pixels": "0 120 80 40 30\n",
    "zeros": "\0\0\0\0",
    "partly": "0 0.5 0.5 0.2 0.2\n0 0.1 0.1\n",
    "prose": "The radius is fractured.\n",
}


def test_a_yolo_file_that_cannot_be_read_makes_its_image_unknown_and_an_empty_one_does_not(tmp_path: Path) -> None:
    write_images(tmp_path / "images", [f"{name}.png" for name in YOLO_TEXTS])
    (tmp_path / "labels").mkdir()
    for name, text in YOLO_TEXTS.items():
        (tmp_path / "labels" / f"{name}.txt").write_text(text)
    (tmp_path / "labels" / "classes.txt").write_text("fracture")
    (tmp_path / "README.txt").write_text("0 1 2 3\nAbout these images.")
    found = found_in(tmp_path)
    unread = {Path(image).stem: why for image, why in found.unread.items()}
    assert unread == dict.fromkeys(["short", "words", "pixels", "zeros", "prose"], UNREAD) | {"partly": PARTLY}
    facts = survey_facts(take_inventory(tmp_path))
    assert (facts.boxed_images, facts.unread) == (2, 5)
    assert "The boxes of 6 images can't be read" in " ".join(facts.problems)


def test_reports_that_lie_elsewhere_under_the_images_names_are_no_label_files(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png", "b.png"])
    for name in "ab":
        (tmp_path / "reports").mkdir(exist_ok=True)
        (tmp_path / "reports" / f"{name}.txt").write_text("Kein Nachweis einer Fraktur, 2 Aufnahmen.")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    assert found_in(tmp_path).unread == {}


def test_a_voc_file_that_cannot_be_read_makes_its_image_unknown_and_one_without_objects_does_not(tmp_path: Path) -> None:
    as_voc(tmp_path)
    write_images(tmp_path / "JPEGImages", ["none.png", "cut.png", "empty.png", "named.png"])
    notes = tmp_path / "Annotations"
    (notes / "none.xml").write_text("<annotation><filename>none.png</filename></annotation>")
    (notes / "cut.xml").write_text("<annotation><filename>cut.png</filename><object><name>fracture</na")
    (notes / "empty.xml").write_text("")
    (notes / "x7.xml").write_text("<annotation><filename>named.png</filename><object>")
    (tmp_path / "settings.xml").write_text("<settings>")
    found = found_in(tmp_path)
    assert found.unread == {f"JPEGImages/{name}.png": UNREAD for name in ("cut", "empty", "named")}


def test_images_that_only_a_broken_coco_file_lists_are_unknown(tmp_path: Path) -> None:
    as_coco_beside_the_images(tmp_path)
    path = tmp_path / "valid" / "_annotations.coco.json"
    path.write_text(path.read_text()[:-20])
    assert found_in(tmp_path).unread == {"valid/b.png": UNREAD}


def test_coco_ids_may_be_numbers_here_and_text_there(tmp_path: Path) -> None:
    as_coco(tmp_path)
    content = json.loads((tmp_path / "annotations.json").read_text())
    for annotation in content["annotations"]:
        annotation["image_id"] = str(annotation["image_id"])
    (tmp_path / "annotations.json").write_text(json.dumps(content))
    found = found_in(tmp_path)
    assert (len(found.rows), found.strangers) == (3, [])


def test_coordinates_of_a_table_that_are_missing_in_part_or_no_numbers_are_refused_and_not_taken_for_no_box(
    tmp_path: Path,
) -> None:
    write_images(tmp_path, [f"{name}.png" for name in "abcdefgh"])
    rows = [
        ("a", "1", "1", "9", "9", "fracture"),
        ("b", "1", "1", "", "9", "fracture"),
        ("c", "?", "?", "?", "?", "fracture"),
        ("d", "", "", "", "", ""),
        ("e", "nan", "NaN", "None", "n/a", ""),
        ("f", "", "", "", "", "fracture"),
        ("g", "2", "2", "8", "8", "metal"),
        ("h", "", "", "", "", "normal"),
    ]
    names = ["image", "xmin", "ymin", "xmax", "ymax", "class"]
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "boxes.csv", index=False)
    found = found_in(tmp_path)
    done = mend_boxes(found, found.rows, sizes_of(found))
    assert set(done.boxes["image"]) == {"a.png", "g.png"}
    assert done.bereft == dict.fromkeys(["b.png", "c.png", "f.png"], "its corners are not four numbers")


def test_where_no_label_file_can_be_read_the_survey_says_so(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png"])
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.2")
    facts = survey_facts(take_inventory(tmp_path))
    assert facts.boxes == 0
    assert "None of the 1 files that look like files of boxes can be read." in facts.problems


# ------------------------------------------------------------------ parts of the image
def in_shares(folder: Path, layout: str) -> None:
    """The same boxes as everywhere, in parts of the image where the format wants pixels."""
    FORMATS[layout](folder)
    if layout == "coco":
        content = json.loads((folder / "annotations.json").read_text())
        for annotation in content["annotations"]:
            x, y, width, height = annotation["bbox"]
            annotation["bbox"] = [x / WIDTH, y / HEIGHT, width / WIDTH, height / HEIGHT]
        (folder / "annotations.json").write_text(json.dumps(content))
        return
    for path in (folder / "Annotations").iterdir():
        text = re.sub(r"<(xmin)>(.*?)<", lambda hit: f"<{hit[1]}>{(float(hit[2]) - 1) / WIDTH}<", path.read_text())
        text = re.sub(r"<(ymin)>(.*?)<", lambda hit: f"<{hit[1]}>{(float(hit[2]) - 1) / HEIGHT}<", text)
        text = re.sub(r"<(xmax)>(.*?)<", lambda hit: f"<{hit[1]}>{float(hit[2]) / WIDTH}<", text)
        path.write_text(re.sub(r"<(ymax)>(.*?)<", lambda hit: f"<{hit[1]}>{float(hit[2]) / HEIGHT}<", text))


@pytest.mark.parametrize("layout", ["coco", "voc"])
def test_boxes_in_parts_of_the_image_are_brought_to_pixels_and_it_is_said(tmp_path: Path, layout: str) -> None:
    in_shares(tmp_path, layout)
    found = found_in(tmp_path)
    done = mend_boxes(found, found.rows, sizes_of(found))
    assert np.allclose(done.boxes[CORNERS].to_numpy(), [box[2:] for box in TRUTH])
    assert done.counts("repaired") == {IN_PARTS: 3}
    assert survey_facts(take_inventory(tmp_path)).median_box == pytest.approx(np.sqrt(0.075), abs=1e-3)


@pytest.mark.parametrize("columns", ["corners", "edges", "sizes", "centres"])
def test_a_table_may_hold_pixels_in_some_rows_and_parts_of_the_image_in_others(tmp_path: Path, columns: str) -> None:
    as_table(tmp_path, columns)
    frame = pd.read_csv(tmp_path / "boxes.csv")
    across = [name for name in frame.columns if name[0] in "xwlr"]
    down = [name for name in frame.columns if name[0] in "yhtb"]
    frame.loc[1, across] /= WIDTH
    frame.loc[1, down] /= HEIGHT
    frame.to_csv(tmp_path / "boxes.csv", index=False)
    found = found_in(tmp_path)
    done = mend_boxes(found, found.rows, sizes_of(found))
    assert np.allclose(done.boxes[CORNERS].to_numpy(), [box[2:] for box in TRUTH])
    assert done.counts("repaired") == {IN_PARTS: 1}


def test_parts_that_reach_a_little_over_the_image_are_parts_still(tmp_path: Path) -> None:
    done = mended([(0.9, 0.5, 1.1, 0.75), (0.0, 0.0, 1.0, 1.0)], (100, 50))
    assert done.boxes[CORNERS].to_numpy().tolist() == [[0, 0, 100, 50], [90, 25, 100, 37.5]]


def test_rows_of_a_table_without_coordinates_say_that_there_is_no_box(tmp_path: Path) -> None:
    write_images(tmp_path, ["a.png", "b.png", "c.png"])
    cells = {"patientId": ["a", "b", "c"], "x": [1, None, 3], "y": [1, None, 3], "width": [5, None, 4], "height": [5, None, 4]}
    pd.DataFrame({**cells, "Target": [1, 0, 1]}).to_csv(tmp_path / "boxes.csv", index=False)
    found = found_in(tmp_path)
    assert found.images == {"a.png", "c.png"}
    assert set(found.rows["class"]) == {"finding"}


# ------------------------------------------------------------------ mending
def mended(corners: list[tuple[float, ...]], size: tuple[float, float] | None = None) -> MendedBoxes:
    rows = pd.DataFrame([("a", "x", *c, *(size or (np.nan, np.nan))) for c in corners])
    rows.columns = ["image", "class", *CORNERS, "width", "height"]
    found = AnnotatedBoxes("coco", rows, [], [])
    return mend_boxes(found, rows, pd.DataFrame({"width": [100], "height": [50]}, index=["a"]))


@pytest.mark.parametrize(
    ("corners", "size", "reason", "result"),
    [
        ((-8, 10, 20, 30), None, "partly outside its image: clipped", (0, 10, 20, 30)),
        ((90, 40, 120, 70), None, "partly outside its image: clipped", (90, 40, 100, 50)),
        ((30, 20, 10, 40), None, "corners swapped: put in order", (10, 20, 30, 40)),
        ((20, 20, 40, 60), (200, 100), "drawn on the image at another size: rescaled", (10, 10, 20, 30)),
    ],
)
def test_what_is_unambiguous_is_repaired(
    corners: tuple[float, ...], size: tuple[float, float] | None, reason: str, result: tuple[float, ...]
) -> None:
    done = mended([corners], size)
    assert done.counts("repaired") == {reason: 1}
    assert tuple(done.boxes.loc[0, CORNERS]) == result
    assert done.counts("refused") == {}


@pytest.mark.parametrize(
    ("corners", "size", "reason"),
    [
        ((10, 10, 10, 40), None, "has no area"),
        ((110, 10, 150, 40), None, "lies outside its image"),
        ((100, 10, 150, 40), None, "lies outside its image"),
        ((-30, -30, -10, -10), None, "lies outside its image"),
        ((np.nan, 1, 5, 5), None, "its corners are not four numbers"),
        ((10, 10, 20, 20), (50, 100), "drawn for an image of another size and shape"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_reason(
    corners: tuple[float, ...], size: tuple[float, float] | None, reason: str
) -> None:
    done = mended([corners], size)
    assert done.boxes.empty
    assert done.counts("refused") == {reason: 1}
    assert done.bereft == {"a": reason}


def test_rounding_over_the_edge_is_clipped_without_a_word_and_repeats_count_once() -> None:
    done = mended([(10, 10, 100.4, 20), (10, 10, 100.4, 20), (1, 1, 5, 5)])
    assert done.boxes["x_max"].tolist() == [5, 100]
    assert done.counts("repaired") == {}
    assert done.counts("refused") == {"repeats another box": 1}
    assert done.bereft == {}


def test_every_touched_box_is_noted_one_by_one() -> None:
    done = mended([(-8, 10, 20, 30), (10, 10, 10, 40), (30, 20, 10, 60)])
    assert done.notes["done"].tolist() == ["refused", "repaired", "repaired", "repaired"]
    assert len(done.boxes) == 2
