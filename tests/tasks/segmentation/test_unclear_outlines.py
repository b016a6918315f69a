"""Outlines that are easily taken for something else, which would teach a model the opposite of the truth without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from faster_coco_eval.core import mask as coco
from PIL import Image

from jupyter_clinagent import phantoms
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.pairing import ONE, pair_masks
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.segmentation.naming import thing_outlined
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.reading import read_outline
from jupyter_clinagent.tasks.segmentation.surveying import look
from jupyter_clinagent.tasks.segmentation.truth import true_masks
from tests.tasks.segmentation.test_reading import SIZE, disc, load, outlined, square, write_images

NAMES = [f"s{k:02d}" for k in range(20)]


def counts(cohort: Cohort) -> dict[str, int]:
    return {name: sum(parts.values()) for name, parts in cohort.facts.counts.items()}


def write_values(folder: Path, values: list[np.ndarray], suffix: str = "png") -> None:
    write_images(folder / "images", NAMES)
    (folder / "masks").mkdir()
    for name, one in zip(NAMES, values, strict=True):
        Image.fromarray(one).save(folder / "masks" / f"{name}.{suffix}")


def inside(folder: Path) -> dict[str, np.ndarray]:
    """What is outlined in each image of training and validation."""
    cohort = load(folder)
    images = [str(image) for image in cohort.shown()["image"]]
    return dict(zip(images, (mask[0] for mask in true_masks(cohort, images, [SIZE] * len(images))), strict=True))


def drafted(request: str, folder: Path) -> Draft:
    found = draft(read_request(request), survey_facts(take_inventory(folder)), {})
    assert isinstance(found, Draft)
    return found


# ------------------------------------------------------------------ polygons
@pytest.mark.parametrize("seed", range(5))
def test_polygons_are_filled_as_cocos_own_tools_fill_them(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    shapes = [(rng.uniform(2, 40, 2) + rng.uniform(0, 20, (5, 2))).ravel().tolist() for _ in range(3)]
    expected = np.max([coco.decode(coco.frPyObjects([shape], *SIZE))[..., 0] for shape in shapes], axis=0)
    assert (read_outline([{"polygons": shapes}], tmp_path, SIZE) == expected.astype(bool)).all()


def test_where_two_polygons_of_a_finding_overlap_is_inside(tmp_path: Path) -> None:
    shapes = [[5, 5, 25, 5, 25, 25, 5, 25], [15, 15, 35, 15, 35, 35, 15, 35]]
    assert read_outline([{"polygons": shapes}], tmp_path, SIZE)[20, 20]


def labelme(folder: Path, shape: dict[str, Any]) -> None:
    write_images(folder, NAMES)
    polygon = {"label": "tumour", "points": np.array(square(0)).reshape(-1, 2).tolist(), "shape_type": "polygon"}
    for k, name in enumerate(NAMES):
        content = {"imagePath": f"{name}.png", "shapes": [shape if k < 5 else polygon]}
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "points", "area"), [("rectangle", [[10, 8], [40, 30]], 660), ("circle", [[30, 24], [40, 24]], 314)]
)
def test_two_points_of_labelme_are_a_rectangle_or_a_circle(
    kind: str, points: list[list[float]], area: int, tmp_path: Path
) -> None:
    labelme(tmp_path, {"label": "tumour", "points": points, "shape_type": kind})
    assert counts(load(tmp_path)) == {"finding": 20, "no finding": 0}
    masks = inside(tmp_path)
    first = next(mask for image, mask in masks.items() if image in {f"{name}.png" for name in NAMES[:5]})
    assert abs(int(first.sum()) - area) <= 0.03 * area


def test_a_point_has_no_outline_and_its_image_is_left_out_not_empty(tmp_path: Path) -> None:
    labelme(tmp_path, {"label": "tumour", "points": [[10, 10]], "shape_type": "point"})
    cohort = load(tmp_path)
    assert counts(cohort) == {"finding": 15, "no finding": 0}
    assert "marked by a point" in cohort.left_out["s00.png"]


def test_a_coco_finding_with_a_box_alone_takes_its_image_out(tmp_path: Path) -> None:
    write_images(tmp_path / "images", NAMES)
    images = [{"id": k, "file_name": f"{name}.png", "height": SIZE[0], "width": SIZE[1]} for k, name in enumerate(NAMES)]
    found = [
        {"image_id": k, "category_id": 1, "bbox": [10, 8, 30, 22], "segmentation": [square(k)] if k > 2 else []}
        for k in range(18)
    ]
    content = {"images": images, "annotations": found, "categories": [{"id": 1, "name": "cyst"}]}
    (tmp_path / "coco.json").write_text(json.dumps(content), encoding="utf-8")
    cohort = load(tmp_path)
    assert counts(cohort) == {"finding": 15, "no finding": 2}
    assert "a box and no outline" in cohort.left_out["images/s00.png"]


def test_what_two_readers_outlined_in_two_coco_files_is_all_there(tmp_path: Path) -> None:
    write_images(tmp_path / "images", NAMES)
    images = [{"id": k, "file_name": f"{name}.png", "height": SIZE[0], "width": SIZE[1]} for k, name in enumerate(NAMES)]
    for reader, mine in enumerate((range(0, 8), range(8, 16))):
        found = [{"image_id": k, "category_id": 1, "segmentation": [square(k)]} for k in mine]
        content = {"images": images, "annotations": found, "categories": [{"id": 1, "name": "cyst"}]}
        (tmp_path / f"reader{reader}.json").write_text(json.dumps(content), encoding="utf-8")
    assert counts(load(tmp_path)) == {"finding": 16, "no finding": 4}


def test_a_run_without_a_length_takes_its_image_out(tmp_path: Path) -> None:
    write_images(tmp_path / "images", NAMES)
    lines = ["ImageId,EncodedPixels", *(f"{name}.png,3 2 49{' 4' if k else ''}" for k, name in enumerate(NAMES))]
    (tmp_path / "train.csv").write_text("\n".join(lines), encoding="utf-8")
    assert "a start without a length" in load(tmp_path).left_out["images/s00.png"]


# ------------------------------------------------------------------ what pixels mean
def test_a_label_that_few_masks_have_is_a_structure_too(tmp_path: Path) -> None:
    names = [f"s{k:03d}" for k in range(200)]
    write_images(tmp_path / "images", names, (32, 32))
    (tmp_path / "masks").mkdir()
    for k, name in enumerate(names):
        values = np.zeros((32, 32), np.uint8)
        values[4:12, 4:12], values[20:28, 20:28] = 1, 3 if k == 7 else 2
        Image.fromarray(values).save(tmp_path / "masks" / f"{name}.png")
    assert look(take_inventory(tmp_path))["structures"].keys() == {"label 1", "label 2", "label 3"}


def test_a_mask_drawn_in_transparency_alone_is_not_empty(tmp_path: Path) -> None:
    values = [np.zeros((*SIZE, 4), np.uint8) for _ in NAMES]
    for k, mask in enumerate(values):
        mask[5 : 15 + k, 8:20, 3] = 255
    values[3][..., 3] = 255  # nothing is drawn here: an empty outline
    write_values(tmp_path, values)
    for image, found in inside(tmp_path).items():
        place = NAMES.index(Path(image).stem)
        assert np.array_equal(found, (values[place][..., 3] > 0) & (place != 3))


@pytest.mark.parametrize("layer", [(255, 255, 255), (0, 0, 0), (128, 128, 128), (255, 0, 0)])
def test_a_layer_of_one_colour_is_inside_where_it_is_opaque(layer: tuple[int, int, int], tmp_path: Path) -> None:
    opaque = [disc(k) & (k != 3) for k in range(20)]
    write_values(tmp_path, [np.dstack([np.full((*SIZE, 3), layer, np.uint8), mask.astype(np.uint8) * 255]) for mask in opaque])
    found = inside(tmp_path)
    assert all(np.array_equal(mask, opaque[NAMES.index(Path(image).stem)]) for image, mask in found.items())


def test_what_is_transparent_has_no_colour(tmp_path: Path) -> None:
    """Red and green on white that nobody sees."""
    drawn = np.full((*SIZE, 4), (255, 255, 255, 0), np.uint8)
    drawn[5:15, 5:15], drawn[30:40, 30:50] = (255, 0, 0, 255), (0, 255, 0, 255)
    write_values(tmp_path, [drawn] * 20)
    assert look(take_inventory(tmp_path))["structures"].keys() == {"colour #ff0000", "colour #00ff00"}


def test_a_colour_that_fills_the_corners_is_no_structure(tmp_path: Path) -> None:
    colours = np.array([(255, 255, 255), (255, 0, 0), (0, 0, 255)], np.uint8)
    values = [disc(k).astype(np.uint8) for k in range(20)]
    values[3][40:, :] = 2  # one structure reaches the corners
    write_values(tmp_path, [colours[one] for one in values])
    seen = look(take_inventory(tmp_path))
    assert seen["structures"].keys() == {"colour #ff0000", "colour #0000ff"}
    assert "colour #ffffff fills the corners" in " ".join(seen["said"])
    (tmp_path / "legend.csv").write_text("background,255,255,255\npolyp,255,0,0\ntool,0,0,255\n", encoding="utf-8")
    assert look(take_inventory(tmp_path))["structures"].keys() == {"polyp", "tool"}


def test_colours_that_fill_all_masks_stay_structures(tmp_path: Path) -> None:
    write_values(tmp_path, [np.full((*SIZE, 3), (255, 0, 0), np.uint8)] * 20)
    assert look(take_inventory(tmp_path))["structures"].keys() == {"colour #ff0000"}


# ------------------------------------------------------------------ soft edges
@pytest.mark.parametrize("change", [cv2.INTER_AREA, cv2.INTER_LINEAR])
@pytest.mark.parametrize("only", [None, 7])
def test_a_mask_that_was_shrunk_or_enlarged_stays_one_structure(change: int, only: int | None, tmp_path: Path) -> None:
    values = []
    for k in range(20):
        mask = disc(k).astype(np.uint8) * 255
        other = (96, 128) if change == cv2.INTER_AREA else (24, 32)
        drawn = cv2.resize(disc(k, other).astype(np.uint8) * 255, SIZE[::-1], interpolation=change)
        values.append(drawn if only in (None, k) else mask)
    assert 4 <= len(np.unique(values)) <= 12
    write_values(tmp_path, values)
    seen = look(take_inventory(tmp_path))
    assert list(seen["structures"]) == [ONE]
    assert "soft edges" in " ".join(seen["said"])
    found = inside(tmp_path)
    assert all(np.array_equal(mask, values[NAMES.index(Path(image).stem)] > 127) for image, mask in found.items())


@pytest.mark.parametrize("numbers", [(85, 170, 255), (64, 255), (128, 255)])
def test_numbers_that_fill_areas_stay_structures(numbers: tuple[int, ...], tmp_path: Path) -> None:
    values = []
    for k in range(20):
        mask = np.zeros(SIZE, np.uint8)
        for place, number in enumerate(numbers):
            mask[4 + 5 * place : 44 - 5 * place, 4 + 5 * place : 40 + k - 5 * place] = number
        values.append(mask)
    write_values(tmp_path, values)
    assert look(take_inventory(tmp_path))["structures"].keys() == {f"label {number}" for number in numbers}


@pytest.mark.parametrize("wall", [1, 2])
def test_a_thin_wall_of_one_number_stays_a_structure(wall: int, tmp_path: Path) -> None:
    masks = [disc(k).astype(np.uint8) for k in range(20)]
    near = np.ones((2 * wall + 1, 2 * wall + 1), np.uint8)
    write_values(tmp_path, [np.where(m > 0, 255, 128 * cv2.dilate(m, near)).astype(np.uint8) for m in masks])
    assert look(take_inventory(tmp_path))["structures"].keys() == {"label 128", "label 255"}


# ------------------------------------------------------------------ legends
def areas(folder: Path) -> dict[str, int]:
    """What each structure covers in the first image."""
    found = find_outlines(take_inventory(folder))
    assert found is not None
    return {name: int(read_outline(images[min(images)], folder, SIZE).sum()) for name, images in found.structures.items()}


@pytest.mark.parametrize("coloured", [False, True])
@pytest.mark.parametrize("other", [True, False])
def test_numbers_or_colours_of_one_name_are_one_structure(coloured: bool, other: bool, tmp_path: Path) -> None:
    numbers = np.zeros(SIZE, np.uint8)
    numbers[5:15, 5:15], numbers[30:40, 30:50] = 1, 2
    numbers[20:25, 20:25] = 3 if other else 0
    colours = np.array([(0, 0, 0), (255, 0, 0), (200, 0, 0), (0, 255, 0)], np.uint8)
    write_values(tmp_path, [colours[numbers] if coloured else numbers] * 20)
    lines = "lesion,255,0,0\nlesion,200,0,0\ncyst,0,255,0" if coloured else "1 lesion\n2 lesion\n3 cyst"
    (tmp_path / "legend.csv").write_text(lines, encoding="utf-8")
    assert areas(tmp_path) == ({"lesion": 300, "cyst": 25} if other else {"lesion": 300})
    assert sum(load(tmp_path).facts.counts["finding"].values()) == 20


def write_two_labels(folder: Path) -> None:
    numbers = np.zeros(SIZE, np.uint8)
    numbers[5:15, 5:15], numbers[30:40, 30:50] = 1, 2
    write_values(folder, [numbers] * 20)


@pytest.mark.parametrize(
    "prose",
    [
        "Masks were drawn by 2 experts.\nVersion 1 of the data set\n",
        "2 experts drew all of them by hand\n1 mask for each image, drawn with great care\n",
        "1 is a mask.\nHere 2 is another one\n",
    ],
)
def test_prose_beside_the_masks_names_no_structure(prose: str, tmp_path: Path) -> None:
    write_two_labels(tmp_path)
    (tmp_path / "labels_readme.txt").write_text(prose, encoding="utf-8")
    assert look(take_inventory(tmp_path))["structures"].keys() == {"label 1", "label 2"}


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("0 background\n1 liver\n2 left upper lobe (superior)", {"liver", "left upper lobe superior"}),
        ("liver,1\nspleen,2", {"liver", "spleen"}),
        ("1: liver\n2 = spleen", {"liver", "spleen"}),
        ("label 1: liver\nlabel 2: spleen", {"label liver", "label spleen"}),
        ("1 A. carotis\n2 N. opticus", {"A. carotis", "N. opticus"}),
        ("The masks hold 2 structures.\n\n1 liver\n2 spleen", {"liver", "spleen"}),
    ],
)
def test_lines_of_a_number_and_a_name_are_a_legend(lines: str, names: set[str], tmp_path: Path) -> None:
    write_two_labels(tmp_path)
    (tmp_path / "labels.txt").write_text(lines, encoding="utf-8")
    assert look(take_inventory(tmp_path))["structures"].keys() == names


def test_numbered_objects_are_all_inside(tmp_path: Path) -> None:
    """As programs that count cells write them, in 16 bits."""
    rng, values = np.random.default_rng(0), []
    for _ in NAMES:
        mask = np.zeros(SIZE, np.uint16)
        for number, (row, column) in enumerate(
            rng.permutation([(r, c) for r in range(2, 44, 7) for c in range(2, 44, 7)])[:16], 1
        ):
            mask[row : row + rng.integers(3, 6), column : column + 4] = number
        values.append(mask)
    write_values(tmp_path, values)
    for image, found in inside(tmp_path).items():
        assert np.array_equal(found, values[NAMES.index(Path(image).stem)] > 0)
    assert "number each object" in " ".join(load(tmp_path).facts.assumptions)


def test_the_noise_of_an_empty_jpeg_mask_outlines_nothing(tmp_path: Path) -> None:
    noise = np.zeros(SIZE, np.uint8)
    noise[::3, ::3] = 6
    write_values(tmp_path, [noise if k < 5 else disc(k).astype(np.uint8) * 255 for k in range(20)], "jpg")
    assert counts(load(tmp_path)) == {"finding": 15, "no finding": 5}


def test_a_value_that_fills_the_corners_lies_outside(tmp_path: Path) -> None:
    write_values(tmp_path, [np.where(disc(k), 0, 255).astype(np.uint8) for k in range(20)])
    assert all(mask.sum() == disc(0).sum() for mask in inside(tmp_path).values())
    assert any("255 fills the corners" in line for line in load(tmp_path).facts.assumptions)


def test_an_undecided_rim_of_255_is_no_structure(tmp_path: Path) -> None:
    masks = [disc(k).astype(np.uint8) for k in range(20)]
    write_values(tmp_path, [np.where(cv2.dilate(m, np.ones((3, 3))) > m, 255, m).astype(np.uint8) for m in masks])
    assert list(look(take_inventory(tmp_path))["structures"]) == [ONE]
    assert all(mask.sum() == disc(0).sum() for mask in inside(tmp_path).values())


def test_masks_of_1_and_masks_of_255_are_of_one_kind(tmp_path: Path) -> None:
    write_values(tmp_path, [(disc(k) * (1 if k % 2 else 255)).astype(np.uint8) for k in range(20)])
    assert counts(load(tmp_path)) == {"finding": 20, "no finding": 0}


def test_masks_as_gif_are_found(tmp_path: Path) -> None:
    write_values(tmp_path, [disc(k).astype(np.uint8) * 255 for k in range(20)], "gif")
    assert all(mask.sum() == disc(0).sum() for mask in inside(tmp_path).values())


# ------------------------------------------------------------------ which mask is whose
def test_the_retinas_of_drive_find_their_vessels_and_not_their_field_of_view(tmp_path: Path) -> None:
    names = [f"{k}_training" for k in range(21, 41)]
    write_images(tmp_path / "images", names)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    (tmp_path / "mask").mkdir()
    (tmp_path / "1st_manual").mkdir()
    for k, name in enumerate(names):
        view = ((x - 32) ** 2 + (y - 24) ** 2 < 22**2).astype(np.uint8) * 255
        Image.fromarray(view).save(tmp_path / "mask" / f"{name}_mask.gif")
        Image.fromarray(disc(k).astype(np.uint8) * 255).save(tmp_path / "1st_manual" / f"{k + 21}_manual1.gif")
    seen = look(take_inventory(tmp_path))
    assert seen["structures"] == {"1st_manual": 20}
    assert "field of view" in seen["said"][0]
    assert drafted("Outline the vessels", tmp_path).specification.classes == {"vessels": ["1st_manual"]}


def test_masks_in_two_folders_outline_two_things() -> None:
    found = pair_masks(["images/a.png", "masks/a.png", "manual/a.png"])
    assert found.structures == {"masks": {"images/a.png": ["masks/a.png"]}, "manual": {"images/a.png": ["manual/a.png"]}}


def test_a_label_says_that_images_without_a_mask_show_nothing(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    for name in names[:12]:
        (tmp_path / "masks" / f"{name}.png").unlink()
    lines = [f"{name}.png,{'no' if k < 10 else 'yes'}" for k, name in enumerate(names)]
    (tmp_path / "labels.csv").write_text("\n".join(["image,finding", *lines]), encoding="utf-8")
    cohort = load(tmp_path)
    assert counts(cohort) == {"finding": 18, "no finding": 10}
    assert sorted(cohort.left_out) == ["images/scan10.png", "images/scan11.png"]
    assert "nobody outlined it" in cohort.left_out["images/scan10.png"]
    assert any("10 images without a mask show no finding by finding" in line for line in cohort.facts.assumptions)


# ------------------------------------------------------------------ what the request means
def test_masks_of_a_drain_are_not_learnt_as_the_disease(tmp_path: Path) -> None:
    phantoms.write("chest", tmp_path, n=60, seed=0)
    with pytest.raises(LabelsDoNotMatch, match="go with the column “drain”"):
        drafted("Outline the pneumothorax", tmp_path)
    assert drafted("Outline the drains", tmp_path).specification.task == "segmentation"
    assert drafted("Tell pneumothorax from normal", tmp_path).specification.task == "classification"


def test_where_masks_are_all_there_is_finding_something_means_outlining_it(tmp_path: Path) -> None:
    outlined(tmp_path)
    assert drafted("Find the polyps", tmp_path).specification.classes == {"polyps": [ONE]}


def test_a_rate_that_sets_no_threshold_is_not_dropped_without_a_word(tmp_path: Path) -> None:
    outlined(tmp_path)
    said = drafted("Outline the polyps with a sensitivity of 95 %", tmp_path).assumptions
    assert "A sensitivity of 95% sets no threshold for outlines; how often something is found at all is reported." in said


@pytest.mark.parametrize(
    ("request_text", "thing"),
    [
        ("Outline the polyps and tell me how good it is", "polyps"),
        ("I would like the polyps to be outlined", "polyps"),
        ("Polyp segmentation", "polyp"),
        ("Segmentiere die Polypen, 10 Minuten", "polypen"),
    ],
)
def test_a_structure_is_called_as_the_request_calls_it(request_text: str, thing: str) -> None:
    assert thing_outlined(request_text) == thing
