"""Millimetres where they are known of every image; else pixels, and it is said."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import binary_erosion, distance_transform_edt

from jupyter_clinagent.imaging.reading import spacing_in
from jupyter_clinagent.study.data.spacing import parsed
from jupyter_clinagent.tasks.segmentation.metrics import measure
from jupyter_clinagent.tasks.segmentation.outlined import Outlined
from jupyter_clinagent.tasks.segmentation.reporting import judged
from jupyter_clinagent.tasks.segmentation.showing import predictions, tables
from jupyter_clinagent.tasks.segmentation.targets import audit
from tests.imaging.test_dicom import dicom
from tests.tasks.segmentation.test_reading import disc, load, outlined, write_mask

SQUARE = np.zeros((64, 64), bool)
SQUARE[20:40, 20:40] = True


def dicoms(folder: Path, number: int = 30, without: int = 0, attribute: str = "PixelSpacing") -> None:
    (folder / "images").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for k in range(number):
        known = {attribute: [0.5, 0.5]} if k >= without else {}
        pixels = rng.integers(0, 4000, (48, 64)).astype(np.uint16)
        dicom(folder / "images" / f"scan{k:02d}.dcm", pixels, **known)
        write_mask(folder / "masks" / f"scan{k:02d}.png", disc(k))


def said(folder: Path) -> str:
    return next(line for line in load(folder).facts.assumptions if "istances" in line)


# ------------------------------------------------------------------ distances
def test_an_outline_moved_by_five_pixels_of_half_a_millimetre_is_two_and_a_half_away() -> None:
    measured = measure(SQUARE, np.roll(SQUARE, 5, axis=1), (0.5, 0.5))
    assert measured.hausdorff95 == pytest.approx(2.5)
    assert measured.square_millimetres(measured.found) == pytest.approx(100)


@pytest.mark.parametrize(("axis", "away"), [(0, 10.0), (1, 2.5)])
def test_rows_and_columns_have_each_their_own_spacing(axis: int, away: float) -> None:
    assert measure(SQUARE, np.roll(SQUARE, 5, axis=axis), (2.0, 0.5)).hausdorff95 == pytest.approx(away)


def test_surfaces_agree_within_two_millimetres_not_pixels() -> None:
    found, spacing = np.roll(SQUARE, 3, axis=1), (0.5, 0.4)
    edges = [mask & ~binary_erosion(mask, np.ones((3, 3))) for mask in (SQUARE, found)]
    away = [distance_transform_edt(~edge, sampling=spacing) for edge in edges]
    apart = np.concatenate([away[1][edges[0]], away[0][edges[1]]])
    assert measure(SQUARE, found, spacing).surface == pytest.approx((apart <= 2).mean())
    assert measure(SQUARE, found, spacing).surface > measure(SQUARE, found).surface


def outlines(*spacings: tuple[float, float] | None) -> Outlined:
    measured = [[measure(SQUARE, np.roll(SQUARE, 1, axis=0), spacing)] for spacing in spacings]
    names = [f"i{k}" for k in range(len(spacings))]
    return Outlined(names, np.array(names, dtype=object), measured, np.ones((len(names), 1)))


def test_figures_are_in_millimetres_only_if_every_image_knows_them() -> None:
    known, mixed = outlines((0.5, 0.5), (2.0, 2.0)), outlines((0.5, 0.5), None)
    assert {"hausdorff95_mm", "surface_dice_mm"} <= known.values().keys()
    assert not {"hausdorff95", "surface_dice"} & known.values().keys()
    assert {"hausdorff95", "surface_dice"} <= mixed.values().keys()
    rows = pd.DataFrame({"image": known.images})
    assert predictions(rows, known, ["square"])["area_mm2"].tolist() == [100, 1600]
    assert "area_mm2" not in predictions(rows, mixed, ["square"])


# ------------------------------------------------------------------ what says how large a pixel is
def test_spacing_in_dicom_headers_is_used(tmp_path: Path) -> None:
    dicoms(tmp_path)
    cohort = load(tmp_path)
    assert "in millimetres; the size of a pixel was read from DICOM headers." in said(tmp_path)
    assert {cohort.spacing(image) for image in cohort.table["image"]} == {(0.5, 0.5)}
    area = next(f.text for f in audit(cohort) if f.topic == "outlines")
    assert f"Its area is {disc(0).sum() / 4:.3g} mm²." in area


def test_if_it_is_known_of_some_images_only_all_are_judged_in_pixels(tmp_path: Path) -> None:
    dicoms(tmp_path, without=4)
    cohort = load(tmp_path)
    assert "known of 26 of 30 images only, so distances are in pixels" in said(tmp_path)
    assert {cohort.spacing(image) for image in cohort.table["image"]} == {None}


def test_a_column_in_millimetres_is_used_and_one_without_a_unit_is_not(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    assert "Nothing says how many millimetres a pixel is" in said(tmp_path)
    lines = [f"{name}.png,0.25" for name in names]
    (tmp_path / "scans.csv").write_text("\n".join(["image,pixel_spacing_mm", *lines]), encoding="utf-8")
    assert "read from the column pixel_spacing_mm." in said(tmp_path)
    cohort = load(tmp_path)
    assert {cohort.spacing(image) for image in cohort.table["image"]} == {(0.25, 0.25)}
    (tmp_path / "scans.csv").write_text("\n".join(["image,spacing", *lines]), encoding="utf-8")
    assert "the column spacing does not name its unit" in said(tmp_path)


def test_header_and_table_that_disagree_give_no_millimetres(tmp_path: Path) -> None:
    dicoms(tmp_path)
    lines = [f"scan{k:02d}.dcm,{0.5 if k else 0.7}" for k in range(30)]
    (tmp_path / "scans.csv").write_text("\n".join(["image,spacing_mm", *lines]), encoding="utf-8")
    assert "known of 29 of 30 images only" in said(tmp_path)


@pytest.mark.parametrize(
    ("cell", "spacing"),
    [
        ("0.14", (0.14, 0.14)),
        (0.14, (0.14, 0.14)),
        ("[0.14, 0.2]", (0.14, 0.2)),
        ("0.14\\0.2", (0.14, 0.2)),
        ("0.14 x 0.2 mm", (0.14, 0.2)),
        ("1 2", (1.0, 2.0)),
        ("0,14", None),
        ("0", None),
        ("-0.1", None),
        ("nan", None),
        ("0.14 cm", None),
        ("0.1\\0.1\\5", None),
        (None, None),
    ],
)
def test_a_cell_is_read_only_if_it_can_mean_one_thing(cell: object, spacing: tuple[float, float] | None) -> None:
    assert parsed(cell) == spacing


def test_spacing_at_the_detector_counts_and_dots_per_inch_do_not(tmp_path: Path) -> None:
    pixels, imager, same = np.zeros((8, 8), np.uint16), [0.2, 0.1], {"PixelSpacing": [0.2, 0.1]}
    assert spacing_in(dicom(tmp_path / "a.dcm", pixels, ImagerPixelSpacing=imager)) == ((0.2, 0.1), True)
    assert spacing_in(dicom(tmp_path / "b.dcm", pixels, ImagerPixelSpacing=imager, PixelSpacing=[0.1, 0.1])) == (
        (0.1, 0.1),
        False,
    )
    assert spacing_in(dicom(tmp_path / "e.dcm", pixels, ImagerPixelSpacing=imager, **same)) == ((0.2, 0.1), True)
    calibrated = dicom(tmp_path / "f.dcm", pixels, ImagerPixelSpacing=imager, PixelSpacingCalibrationType="FIDUCIAL", **same)
    assert spacing_in(calibrated) == ((0.2, 0.1), False)
    assert spacing_in(dicom(tmp_path / "c.dcm", pixels)) is None
    cv2.imwrite(str(tmp_path / "d.tif"), pixels.astype(np.uint8), [cv2.IMWRITE_TIFF_XDPI, 300, cv2.IMWRITE_TIFF_YDPI, 300])
    assert spacing_in(tmp_path / "d.tif") is None


@pytest.mark.parametrize(("attribute", "where"), [("ImagerPixelSpacing", True), ("PixelSpacing", False)])
def test_it_is_said_where_millimetres_are_those_at_the_detector(attribute: str, where: bool, tmp_path: Path) -> None:
    dicoms(tmp_path, attribute=attribute)
    cohort = load(tmp_path)
    session, facts = SimpleNamespace(cohort=cohort), SimpleNamespace(test={}, validation={})
    told = [
        said(tmp_path),
        next(f.text for f in audit(cohort) if f.topic == "outlines"),
        " ".join(str(part) for part in tables(session, facts)),  # type: ignore[arg-type]
        next(iter(judged(SimpleNamespace(session=session)))).text,  # type: ignore[arg-type]
    ]
    assert ["at the detector, not corrected for magnification" in text for text in told] == [where] * 4
