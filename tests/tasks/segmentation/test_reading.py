"""Outlines in every usual form, and those that can't be used."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from jupyter_clinagent.errors import BadInput, ClinAgentError, LabelsDoNotMatch, TooFewImages
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.pairing import ONE, pair_masks
from jupyter_clinagent.tasks.segmentation.annotated import _uncompressed
from jupyter_clinagent.tasks.segmentation.inference import runs_of
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.reading import read_outline
from jupyter_clinagent.tasks.segmentation.surveying import look
from jupyter_clinagent.tasks.segmentation.truth import true_masks

SIZE = (48, 64)
"""Height and width."""


def disc(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]]
    return np.asarray((x - 20 - number % 20) ** 2 + (y - 24) ** 2 < 100)


def write_images(folder: Path, names: list[str], size: tuple[int, int] = SIZE) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for name in names:
        cv2.imwrite(str(folder / f"{name}.png"), rng.integers(0, 255, (*size, 3), dtype=np.uint8))


def write_mask(path: Path, mask: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), mask.astype(np.uint8) * 255)


def outlined(folder: Path, number: int = 30, mask: str = "masks/{}.png", images: str = "images") -> list[str]:
    names = [f"scan{k:02d}" for k in range(number)]
    write_images(folder / images, names)
    for k, name in enumerate(names):
        write_mask(folder / mask.format(name), disc(k))
    return names


def load(folder: Path, **wishes: object) -> Cohort:
    return load_cohort(take_inventory(folder), Wishes(task="segmentation", **wishes), Corrections.none())  # type: ignore[arg-type]


# ------------------------------------------------------------------ which mask is whose
@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("images/a.jpg", "masks/a.png"),
        ("a.jpg", "a_mask.png"),
        ("a.jpg", "a-segmentation.gif"),
        ("img/benign (1).png", "img/benign (1)_mask.png"),
        ("benign (1).png", "benign (1)_mask_1.png"),
        ("a.tif", "mask_a.tif"),
        ("a.tif", "a_seg.tif"),
        ("imgs/a.jpg", "GT/a.bmp"),
        ("train/images/a.jpg", "train/masks/a.png"),
        ("images/a.jpg", "labels/a.png"),
        ("images/21_training.tif", "1st_manual/21_manual1.gif"),
    ],
)
def test_a_mask_finds_its_image(image: str, mask: str) -> None:
    found = pair_masks([image, mask, "images/other.jpg"] if "21" not in image else ["images/21.tif", mask])
    assert found.structures == {ONE: {image if "21" not in image else "images/21.tif": [mask]}}


def test_folders_below_the_masks_name_structures() -> None:
    found = pair_masks(["images/a.png", "masks/liver/a.png", "masks/spleen/a.png"])
    assert found.structures == {
        "liver": {"images/a.png": ["masks/liver/a.png"]},
        "spleen": {"images/a.png": ["masks/spleen/a.png"]},
    }


def test_a_mask_without_an_image_is_named_and_no_image_becomes_one() -> None:
    found = pair_masks(["images/a.png", "images/b.png", "masks/a.png", "masks/z.png"])
    assert found.alone == ["masks/z.png"]
    assert pair_masks(["images/a.png", "labels/b.png"]).structures == {}


def test_of_two_images_of_a_name_the_one_in_the_like_folder_is_meant() -> None:
    files = ["train/images/a.png", "test/images/a.png", "train/masks/a.png"]
    assert pair_masks(files).structures[ONE] == {"train/images/a.png": ["train/masks/a.png"]}


# ------------------------------------------------------------------ what its pixels mean
@pytest.mark.parametrize("write", ["0/255", "0/1", "palette", "1 bit", "jpeg", "gif"])
def test_every_kind_of_mask_gives_the_same_outline(write: str, tmp_path: Path) -> None:
    mask, path = disc(3), tmp_path / f"m.{'jpg' if write == 'jpeg' else 'gif' if write == 'gif' else 'png'}"
    if write == "0/1":
        Image.fromarray(mask.astype(np.uint8)).save(path)
    elif write == "palette":
        image = Image.fromarray(mask.astype(np.uint8), mode="P")
        image.putpalette([0, 0, 0, 200, 30, 30])
        image.save(path)
    elif write == "1 bit":
        Image.fromarray(mask).save(path)
    else:
        Image.fromarray(mask.astype(np.uint8) * 255).save(path)
    read = read_outline([{"file": path.name, "value": None}], tmp_path, SIZE)
    assert (read != mask).mean() < 0.01
    assert (read == mask).all() or write == "jpeg"


def test_numbered_labels_are_structures_and_a_legend_names_them(tmp_path: Path) -> None:
    names = [f"s{k}" for k in range(12)]
    write_images(tmp_path / "images", names)
    (tmp_path / "masks").mkdir()
    for name in names:
        values = disc(1).astype(np.uint8) + 2 * np.roll(disc(1), 22, axis=1).astype(np.uint8)
        cv2.imwrite(str(tmp_path / "masks" / f"{name}.png"), np.minimum(values, 2))
    assert set(look(take_inventory(tmp_path))["structures"]) == {"label 1", "label 2"}
    (tmp_path / "masks" / "legend.txt").write_text("1 liver\n2 spleen\n", encoding="utf-8")
    assert set(look(take_inventory(tmp_path))["structures"]) == {"liver", "spleen"}


def test_colours_without_a_legend_are_called_by_their_colour_and_it_is_said_how_to_name_them(tmp_path: Path) -> None:
    names = [f"s{k}" for k in range(12)]
    write_images(tmp_path / "images", names)
    (tmp_path / "masks").mkdir()
    for name in names:
        drawn = np.zeros((*SIZE, 3), np.uint8)
        drawn[disc(1)] = (0, 0, 255)
        drawn[40:, :10] = (0, 255, 0)
        cv2.imwrite(str(tmp_path / "masks" / f"{name}.png"), drawn)
    seen = look(take_inventory(tmp_path))
    assert set(seen["structures"]) == {"colour #ff0000", "colour #00ff00"}
    assert "legend.csv" in seen["said"][0]
    (tmp_path / "legend.csv").write_text("polyp,255,0,0\ninstrument,0,255,0\n", encoding="utf-8")
    assert set(look(take_inventory(tmp_path))["structures"]) == {"polyp", "instrument"}


def test_a_field_of_view_is_no_target(tmp_path: Path) -> None:
    outlined(tmp_path)
    for number in range(30):
        y, x = np.mgrid[: SIZE[0], : SIZE[1]]
        write_mask(tmp_path / "masks" / "fov" / f"scan{number:02d}.png", (x - 32) ** 2 + (y - 24) ** 2 < 22**2)
    seen = look(take_inventory(tmp_path))
    assert list(seen["structures"]) == [ONE]
    assert "field of view" in seen["said"][0]


def test_soft_edges_of_jpeg_masks_are_said(tmp_path: Path) -> None:
    outlined(tmp_path, mask="masks/{}.jpg")
    assert "soft edges" in look(take_inventory(tmp_path))["said"][0]


# ------------------------------------------------------------------ annotations
def square(k: int) -> list[float]:
    return [10 + k % 5, 8, 40, 8, 40, 30, 10 + k % 5, 30]


def test_coco_polygons_and_runs_are_read(tmp_path: Path) -> None:
    names = [f"s{k:02d}" for k in range(20)]
    write_images(tmp_path / "images", names)
    inside = disc(4)
    images = [{"id": k, "file_name": f"{name}.png", "height": SIZE[0], "width": SIZE[1]} for k, name in enumerate(names)]
    shapes = [{"image_id": k, "category_id": 1, "segmentation": [square(k)]} for k in range(1, 18)]
    shapes.append({"image_id": 0, "category_id": 1, "segmentation": {"counts": runs_of(inside), "size": list(SIZE)}})
    content = {"images": images, "annotations": shapes, "categories": [{"id": 1, "name": "cyst"}]}
    (tmp_path / "coco.json").write_text(json.dumps(content), encoding="utf-8")
    cohort = load(tmp_path)
    assert cohort.classes == ["cyst"]
    counts = {name: sum(parts.values()) for name, parts in cohort.facts.counts.items()}
    assert counts == {"finding": 18, "no finding": 2}
    found = find_outlines(take_inventory(tmp_path))
    assert found is not None
    assert (read_outline(found.structures["cyst"]["images/s00.png"], tmp_path, SIZE) == inside).all()


def test_compressed_coco_runs_are_those_of_their_text() -> None:
    """The text is the example of COCO's own tools for the runs 6, 1, 40, 4, 5, 4, 5, 4, 21."""
    assert _uncompressed("61X13mN000`0") == [6, 1, 40, 4, 5, 4, 5, 4, 21]


def test_labelme_shapes_are_read(tmp_path: Path) -> None:
    names = [f"s{k:02d}" for k in range(20)]
    write_images(tmp_path, names)
    for k, name in enumerate(names):
        points = np.array(square(k)).reshape(-1, 2).tolist()
        content = {"imagePath": f"{name}.png", "shapes": [{"label": "tumour", "points": points, "shape_type": "polygon"}]}
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    assert load(tmp_path).classes == ["tumour"]


def write_annotations(folder: Path, tool: str, size: tuple[int, int]) -> np.ndarray:
    """Squares drawn on images of ``size`` while the files have :data:`SIZE`; the square that the files show."""
    names = [f"s{k:02d}" for k in range(20)]
    write_images(folder, names)
    points = np.array(square(0)).reshape(-1, 2) * (size[1] / SIZE[1], size[0] / SIZE[0])
    if tool == "COCO":
        images = [{"id": k, "file_name": f"{name}.png", "height": size[0], "width": size[1]} for k, name in enumerate(names)]
        shapes = [{"image_id": k, "category_id": 1, "segmentation": [points.ravel().tolist()]} for k in range(20)]
        content = {"images": images, "annotations": shapes, "categories": [{"id": 1, "name": "cyst"}]}
        (folder / "coco.json").write_text(json.dumps(content), encoding="utf-8")
    for name in names if tool == "LabelMe" else []:
        shape = {"label": "cyst", "points": points.tolist(), "shape_type": "polygon"}
        content = {"imagePath": f"{name}.png", "imageHeight": size[0], "imageWidth": size[1], "shapes": [shape]}
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return read_outline([{"polygons": [square(0)]}], folder, SIZE)


@pytest.mark.parametrize("tool", ["COCO", "LabelMe"])
def test_polygons_drawn_on_a_larger_image_shrink_with_it(tool: str, tmp_path: Path) -> None:
    truth = write_annotations(tmp_path, tool, (72, 96))
    cohort = load(tmp_path)
    (mask,) = true_masks(cohort, [str(cohort.shown()["image"].iloc[0])], [SIZE])
    assert (mask[0] == truth).all()


@pytest.mark.parametrize("tool", ["COCO", "LabelMe"])
def test_polygons_drawn_on_an_image_of_other_proportions_are_left_out(tool: str, tmp_path: Path) -> None:
    write_annotations(tmp_path, tool, (64, 64))
    assert "drawn on an image of another size (64 × 64 pixels, this one has 64 × 48)" in refusal(tmp_path)


@pytest.mark.parametrize("stated", [0, None, "unknown"])
def test_where_a_file_states_no_size_its_polygons_are_in_pixels_of_the_image(stated: object, tmp_path: Path) -> None:
    truth = write_annotations(tmp_path, "COCO", SIZE)
    content = json.loads((tmp_path / "coco.json").read_text(encoding="utf-8"))
    content["images"] = [image | {"height": stated} for image in content["images"]]
    (tmp_path / "coco.json").write_text(json.dumps(content), encoding="utf-8")
    cohort = load(tmp_path)
    (mask,) = true_masks(cohort, [str(cohort.shown()["image"].iloc[0])], [SIZE])
    assert (mask[0] == truth).all()


def write_outlined_and_boxed(folder: Path, outlined_file: str, boxed_file: str, boxed: range) -> None:
    """COCO: the first 20 images outlined in one file, those of ``boxed`` with a box in another one."""
    names = [f"s{k:02d}" for k in range(24)]
    write_images(folder, names)
    for file, numbers, shape in ((outlined_file, range(20), [square(0)]), (boxed_file, boxed, [])):
        images = [{"id": k, "file_name": f"{names[k]}.png", "height": SIZE[0], "width": SIZE[1]} for k in numbers]
        shapes = [{"image_id": k, "category_id": 1, "segmentation": shape, "bbox": [10, 8, 30, 22]} for k in numbers]
        content = {"images": images, "annotations": shapes, "categories": [{"id": 1, "name": "cyst"}]}
        (folder / file).write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(("outlined_file", "boxed_file"), [("train.json", "val.json"), ("val.json", "train.json")])
def test_images_that_have_only_boxes_of_what_others_outline_are_left_out(
    outlined_file: str, boxed_file: str, tmp_path: Path
) -> None:
    write_outlined_and_boxed(tmp_path, outlined_file, boxed_file, range(20, 24))
    cohort = load(tmp_path)
    assert cohort.classes == ["cyst"]
    assert sorted(cohort.left_out) == [f"s{k}.png" for k in range(20, 24)]
    assert "has a box and no outline" in cohort.left_out["s20.png"]


def test_boxes_in_one_file_take_nothing_from_the_outlines_of_another(tmp_path: Path) -> None:
    write_outlined_and_boxed(tmp_path, "a.json", "b.json", range(20))
    cohort = load(tmp_path)
    assert sum(cohort.facts.counts["finding"].values()) == 20


def runs_table(folder: Path, cell: str) -> None:
    names = [f"s{k:02d}" for k in range(20)]
    write_images(folder / "images", names)
    lines = ["ImageId,EncodedPixels", *(f"{name}.png,{cell if k < 15 else ''}" for k, name in enumerate(names))]
    (folder / "train.csv").write_text("\n".join(lines), encoding="utf-8")


def test_a_table_of_runs_counts_pixels_from_one_down_the_columns(tmp_path: Path) -> None:
    runs_table(tmp_path, "3 2 49 4")
    cohort = load(tmp_path)
    image = str(cohort.shown().loc[cohort.shown()["label"] == "finding", "image"].iloc[0])
    (mask,) = true_masks(cohort, [image], [SIZE])
    assert np.argwhere(mask[0]).tolist() == [[0, 1], [1, 1], [2, 0], [2, 1], [3, 0], [3, 1]]
    assert sum(cohort.facts.counts["no finding"].values()) == 5


# ------------------------------------------------------------------ bad input
def refusal(folder: Path) -> str:
    with pytest.raises(ClinAgentError) as error:
        load(folder)
    assert isinstance(error.value, BadInput)
    return str(error.value)


def test_runs_that_leave_their_image_take_it_out_and_are_named(tmp_path: Path) -> None:
    runs_table(tmp_path, "3000 500")
    assert "they run out of it" in refusal(tmp_path)


def test_a_mask_of_another_shape_takes_its_image_out_and_one_of_another_scale_is_resized(tmp_path: Path) -> None:
    outlined(tmp_path)
    write_mask(tmp_path / "masks" / "scan03.png", np.ones((30, 64), bool))
    cv2.imwrite(str(tmp_path / "masks" / "scan04.png"), cv2.resize(disc(4).astype(np.uint8) * 255, (128, 96), interpolation=0))
    cohort = load(tmp_path)
    assert [file for file in cohort.left_out if "scan0" in file] == ["images/scan03.png"]
    assert "64 × 30 pixels, its image 64 × 48" in cohort.left_out["images/scan03.png"]


def test_a_missing_mask_leaves_its_image_out_and_a_mask_without_an_image_is_said(tmp_path: Path) -> None:
    outlined(tmp_path)
    (tmp_path / "masks" / "scan05.png").unlink()
    write_mask(tmp_path / "masks" / "stranger.png", disc(0))
    cohort = load(tmp_path)
    assert cohort.left_out == {"images/scan05.png": "no mask or annotation says what is in it"}
    assert any("stranger.png" in line for line in cohort.facts.assumptions)


def test_masks_that_are_all_empty_are_refused(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    for name in names:
        write_mask(tmp_path / "masks" / f"{name}.png", np.zeros(SIZE, bool))
    with pytest.raises(TooFewImages, match="All 30 outlines are empty"):
        load(tmp_path)


def test_a_folder_without_masks_is_told_what_they_may_look_like(tmp_path: Path) -> None:
    write_images(tmp_path, [f"s{k}" for k in range(12)])
    with pytest.raises(LabelsDoNotMatch, match="folder “masks” beside “images”"):
        load(tmp_path)


def test_an_empty_mask_says_that_nothing_is_there(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    for name in names[:6]:
        write_mask(tmp_path / "masks" / f"{name}.png", np.zeros(SIZE, bool))
    cohort = load(tmp_path)
    assert sum(cohort.facts.counts["no finding"].values()) == 6
    assert any("6 images have an empty outline" in line for line in cohort.facts.assumptions)


def test_outlines_of_test_images_stay_sealed(tmp_path: Path) -> None:
    outlined(tmp_path)
    cohort = load(tmp_path)
    sealed = cohort.table.loc[cohort.table["partition"] == "test", "image"].tolist()
    assert sealed
    assert cohort.table.set_index("image").loc[sealed, "truth"].isna().all()
    with pytest.raises(ClinAgentError, match="sealed"):
        true_masks(cohort, sealed[:1], [SIZE])


def test_copies_of_an_image_never_cross_the_split(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    for k, name in enumerate(names):
        copy = cv2.imread(str(tmp_path / "images" / f"{name}.png"))
        cv2.imwrite(str(tmp_path / "images" / f"copy_{name}.png"), copy)
        write_mask(tmp_path / "masks" / f"copy_{name}.png", disc(k))
    cohort = load(tmp_path)
    assert cohort.parted(cohort.looks.exact) == 0
