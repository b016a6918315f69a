"""Which files are masks, of which image, and of what: by folders and names only."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.pairing import ONE, pair_masks
from jupyter_clinagent.study.data.survey import survey_facts

SCANS = ["a7", "b8", "c9"]


def structures(*patterns: str, images: str = "images/{}.png") -> dict[str, int]:
    """Images by structure, of masks that are named by patterns."""
    found = pair_masks([pattern.format(scan) for pattern in (images, *patterns) for scan in SCANS])
    assert all(image in {images.format(scan) for scan in SCANS} for pairs in found.structures.values() for image in pairs)
    assert not found.alone
    return {name: len(pairs) for name, pairs in found.structures.items()}


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["liver_masks/{}.png", "spleen_masks/{}.png"], {"liver", "spleen"}),
        (["masks_liver/{}.png", "masks_spleen/{}.png"], {"liver", "spleen"}),
        (["seg_tumour/{}.png", "seg_organ/{}.png"], {"tumour", "organ"}),
        (["lung-mask/{}.png"], {"lung"}),
        (["Lebermasken/{}.png", "Milzmasken/{}.png"], {"Leber", "Milz"}),
        (["Segmentierung Herz/{}.tif"], {"Herz"}),
        (["optic_disc_groundtruth/{}.png", "OpticCupGroundTruth/{}.png"], {"optic disc", "Optic Cup"}),
        (["ManualMask/leftMask/{}.png", "ManualMask/rightMask/{}.png"], {"left", "right"}),
        (["masks/left_lung/{}.png", "masks/heart_mask/{}.png"], {"left_lung", "heart"}),
        (["train_masks/{}.png"], {ONE}),
        (["Expert_Segmentations/{}.png"], {ONE}),
        (["masks/{}_liver.png", "masks/{}_spleen.png"], {"liver", "spleen"}),
        (["masks/{}-Milz.png"], {"Milz"}),
        (["masks/liver_{}.png", "masks/spleen_{}.png"], {"liver", "spleen"}),
        (["masks/{}_mask_liver.png", "masks/{}_mask_spleen.png"], {"liver", "spleen"}),
        (["images/{}_liver_mask.png", "images/{}_spleen_mask.png"], {"liver", "spleen"}),
        (["masks/{}_1.png", "masks/{}_2.png"], {ONE}),
        (["masks/{}_liver_1.png", "masks/{}_liver_2.png"], {"liver"}),
        (["liver_masks/{}_liver.png"], {"liver"}),
    ],
)
def test_folders_and_names_say_what_is_outlined(patterns: list[str], names: set[str]) -> None:
    assert structures(*patterns) == dict.fromkeys(names, len(SCANS))


@pytest.mark.parametrize("images", ["CXR_png/{}.png", "train/{}.jpg", "seg_images/{}.png", "set with GT/images/{}.png"])
def test_wherever_the_images_lie(images: str) -> None:
    assert structures("set with GT/liver_masks/{}.png", images=images) == {"liver": 3}


def test_a_folder_above_images_and_masks_makes_no_masks() -> None:
    assert structures("segmentation/masks/{}.png", images="segmentation/images/{}.png") == {ONE: 3}
    assert structures("BUSI_with_GT/x/{}_mask.png", images="BUSI_with_GT/x/{}.png") == {ONE: 3}


def test_what_a_folder_of_masks_shares_with_that_of_images_names_nothing() -> None:
    assert structures("ISIC_Task1_GroundTruth/{}_segmentation.png", images="ISIC_Task1_Input/{}.jpg") == {ONE: 3}


@pytest.mark.parametrize(
    "folders",
    [
        ("segments", "images"),
        ("labels", "images"),
        ("seg_x", "images"),
        ("with_mask", "without_mask"),
        ("Segmentation_band", "b"),
    ],
)
def test_images_that_are_no_masks_of_others_stay_images(folders: tuple[str, str]) -> None:
    found = pair_masks([f"{folder}/{scan}{k}.png" for k, folder in enumerate(folders) for scan in SCANS])
    assert (found.structures, found.alone) == ({}, [])


def test_a_number_that_tells_images_apart_is_no_part_of_a_mask() -> None:
    """The image p1_2 is missing: its mask must not become one of p1."""
    found = pair_masks(
        ["images/p1.png", "images/p2.png", "images/p3.png", "images/p3_2.png", "masks/p1_2.png", "masks/p2_2.png", "masks/p3.png"]
    )
    assert found.structures == {ONE: {"images/p3.png": ["masks/p3.png"]}}
    assert found.alone == ["masks/p1_2.png", "masks/p2_2.png"]


def test_what_stands_behind_one_image_only_names_nothing() -> None:
    found = pair_masks(["images/a7.png", "images/b8.png", "masks/a7.png", "masks/b8_old.png"])
    assert found.alone == ["masks/b8_old.png"]


# ------------------------------------------------------------------ masks without any image
def write(folder: Path, masks: bool, number: int = 8) -> None:
    rng = np.random.default_rng(0)
    folder.mkdir()
    for k in range(number):
        values = (rng.integers(0, 2, (6, 8)).repeat(8, 0).repeat(8, 1) if masks else rng.integers(0, 255, (48, 64))).astype(
            np.uint8
        )
        cv2.imwrite(str(folder / f"{folder.name[:2]}{k}.png"), values * (255 if masks else 1))


@pytest.mark.parametrize("name", ["masks", "liver_masks", "Lebermasken"])
def test_masks_of_which_none_has_an_image_are_told_and_are_no_images(name: str, tmp_path: Path) -> None:
    write(tmp_path / "images", masks=False)
    write(tmp_path / name, masks=True)
    survey = survey_facts(take_inventory(tmp_path))
    assert survey.images == 8
    assert any(f"8 masks have no image of their name ({name}/" in line for line in survey.problems)


def test_pictures_in_a_folder_named_like_masks_stay_images(tmp_path: Path) -> None:
    write(tmp_path / "with_mask", masks=False)
    write(tmp_path / "other", masks=False)
    survey = survey_facts(take_inventory(tmp_path))
    assert (survey.images, survey.layout) == (16, "folders")
    assert not any("masks" in line for line in survey.problems)


def test_a_mask_beside_the_images_whose_image_is_missing_is_no_image() -> None:
    files = ["scans/a7.png", "scans/b8.png", "scans/a7_mask.png", "scans/b8_mask.png", "scans/c9_mask.png"]
    found = pair_masks(files)
    assert found.alone == ["scans/c9_mask.png"]
    assert found.structures == {ONE: {"scans/a7.png": ["scans/a7_mask.png"], "scans/b8.png": ["scans/b8_mask.png"]}}
    assert not pair_masks(["scans/a7.png", "scans/a7_mask.png", "scans/site_gt.png", "scans/man_mask.png"]).alone
