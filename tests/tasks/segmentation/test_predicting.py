"""What `predict` writes of outlines, without torch: table, masks, and DICOM segmentations."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import highdicom
import numpy as np
import pydicom
import pytest
import torch
from faster_coco_eval.core import mask as coco
from pydicom.uid import ComputedRadiographyImageStorage, generate_uid

from jupyter_clinagent.export.predict import files_beside, predict
from jupyter_clinagent.imaging.preprocessing import Preprocessing
from jupyter_clinagent.imaging.reading import read_image, to_rgb
from jupyter_clinagent.tasks.segmentation import saving
from jupyter_clinagent.tasks.segmentation.inference import INSIDE, load
from jupyter_clinagent.tasks.segmentation.module import Outliner
from tests.imaging.test_dicom import dicom

STRUCTURES = ["polyp", "left lung"]
BLOTS = cv2.resize(np.random.default_rng(4).integers(0, 4000, (6, 8)).astype(np.uint16), (80, 60))
UIDS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outliner as it starts, but for its bias: half of the pixels of :data:`BLOTS` count as inside."""
    folder = tmp_path_factory.mktemp("bundle")
    data: Any = SimpleNamespace(preprocessing=Preprocessing((96, 64)))
    model = Outliner(STRUCTURES).eval()
    with torch.no_grad():
        logits = model(torch.from_numpy(data.preprocessing.apply(to_rgb(BLOTS))[None]))
        model.decoder.head.bias -= logits.flatten(2).median(dim=2).values[0]
    saving.save(model, data, folder / "model")
    with zipfile.ZipFile(folder / "bundle.zip", "w") as archive:
        archive.writestr("manifest.json", json.dumps({"notebook": "study.ipynb", "study": "study", "cells": {}, "files": {}}))
        for file in (folder / "model").iterdir():
            archive.write(file, f"model/{file.name}")
    return folder / "bundle.zip"


def picture(path: Path) -> Path:
    cv2.imwrite(str(path), to_rgb(BLOTS))
    return path


def film(path: Path, **values: Any) -> Path:
    own = {"SOPClassUID": ComputedRadiographyImageStorage, **{name: generate_uid() for name in UIDS}}
    return dicom(path, BLOTS, **(own | values))


def predicted(bundle: Path, image: Path, folder: Path) -> tuple[list[dict[str, str]], Path]:
    judged, refused = predict(bundle, [image], folder / "out.csv")
    assert (judged, refused) == (1, [])
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), folder / "out_files"


def mask_in(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))


def test_each_structure_has_a_mask_of_the_images_size_that_the_runs_and_the_area_agree_with(bundle: Path, tmp_path: Path) -> None:
    rows, beside = predicted(bundle, picture(tmp_path / "scan.png"), tmp_path)
    assert [row["mask"] for row in rows] == ["scan_polyp.png", "scan_left_lung.png"]
    for row in rows:
        mask = mask_in(beside / row["mask"])
        assert mask.shape == (60, 80)
        assert set(np.unique(mask)) == {0, 255}
        runs = {"counts": [int(run) for run in row["runs"].split()], "size": [int(row["height"]), int(row["width"])]}
        assert (coco.decode(coco.frPyObjects(runs, 60, 80)) == (mask > 0)).all()
        assert int(row["area"]) == (mask > 0).sum()
        assert (row["area_mm2"], row["dicom_seg"], row["note"]) == ("", "", "")


def test_a_dicom_segmentation_is_the_mask_and_names_its_image_and_its_maker(bundle: Path, tmp_path: Path) -> None:
    image = film(tmp_path / "film.dcm", PixelSpacing=[0.5, 0.25])
    rows, beside = predicted(bundle, image, tmp_path)
    source, found = pydicom.dcmread(image), highdicom.seg.segread(beside / rows[0]["dicom_seg"])
    assert rows[0]["dicom_seg"] == "film.seg.dcm"
    assert rows[0]["note"] == ""
    pixels = found.get_pixels_by_source_instance([source.SOPInstanceUID])[0]
    for number, (row, structure) in enumerate(zip(rows, STRUCTURES, strict=True), 1):
        assert (pixels[..., number - 1] * 255 == mask_in(beside / row["mask"])).all()
        assert float(row["area_mm2"]) == pytest.approx(int(row["area"]) / 8)
        described = found.get_segment_description(number)
        assert described.segment_label == structure
        assert described.algorithm_type.value == "AUTOMATIC"
        assert described.algorithm_identification.name == "ClinAgent outliner"
        assert "model " in described.algorithm_identification.version
    kinds = [found.get_segment_description(number).segmented_property_type.meaning for number in (1, 2)]
    assert kinds == ["Lesion", "Lung"]
    assert (found.PatientID, found.StudyInstanceUID) == (source.PatientID, source.StudyInstanceUID)
    assert found.SeriesInstanceUID != source.SeriesInstanceUID


def test_where_nothing_is_outlined_the_segmentation_says_so(bundle: Path, tmp_path: Path) -> None:
    from jupyter_clinagent.tasks.segmentation.dicom_seg import write_segmentation

    image = film(tmp_path / "film.dcm")
    model: Any = SimpleNamespace(folder=bundle.parent / "model", classes=STRUCTURES)
    write_segmentation(model, image, np.zeros((2, 60, 80), bool), tmp_path / "empty.dcm")
    found = highdicom.seg.segread(tmp_path / "empty.dcm")
    assert found.number_of_segments == 2
    assert not found.pixel_array.any()


@pytest.mark.parametrize("charset", [None, "ISO_IR 100"])
def test_a_structure_of_any_name_keeps_it_and_has_a_type(charset: str | None, bundle: Path, tmp_path: Path) -> None:
    from jupyter_clinagent.tasks.segmentation.dicom_seg import write_segmentation

    names = ["Milz", "Tumor links", "Läsion", "Leber ohne Tumor", "Übermass", "部位", "ClassId 2", "x" * 80, "liver", "2"]
    image = film(tmp_path / "film.dcm", **({"SpecificCharacterSet": charset, "PatientName": "Müller^Ö"} if charset else {}))
    model: Any = SimpleNamespace(folder=bundle.parent / "model", classes=names)
    write_segmentation(model, image, np.ones((len(names), 60, 80), bool), tmp_path / "seg.dcm")
    found = highdicom.seg.segread(tmp_path / "seg.dcm")
    assert found.PatientName == pydicom.dcmread(image).PatientName
    described = [found.get_segment_description(number) for number in range(1, len(names) + 1)]
    assert [one.segment_label for one in described] == [name[:64] for name in names]
    kinds = [one.segmented_property_type.meaning for one in described]
    assert kinds == ["Liver" if name == "liver" else "Selected region" for name in names]


def test_an_area_at_the_detector_is_called_so(bundle: Path, tmp_path: Path) -> None:
    rows, _ = predicted(bundle, film(tmp_path / "film.dcm", ImagerPixelSpacing=[0.5, 0.25]), tmp_path)
    assert [row["note"] for row in rows] == ["area_mm2 is at the detector, not corrected for magnification"] * 2


@pytest.mark.parametrize(
    ("values", "why"),
    [({"StudyInstanceUID": None}, "lacks StudyInstanceUID"), ({"frames": True}, "several frames")],
)
def test_why_a_dicom_image_has_no_segmentation_stands_in_the_table(
    values: dict[str, Any], why: str, bundle: Path, tmp_path: Path
) -> None:
    if values.pop("frames", False):
        own = {"SOPClassUID": ComputedRadiographyImageStorage, **{name: generate_uid() for name in UIDS}}
        image = dicom(tmp_path / "film.dcm", np.random.default_rng(0).integers(0, 99, (3, 60, 80)).astype(np.uint16), **own)
    else:
        image = film(tmp_path / "film.dcm", **values)
    rows, beside = predicted(bundle, image, tmp_path)
    assert all(why in row["note"] and row["dicom_seg"] == "" for row in rows)
    assert all((beside / row["mask"]).is_file() for row in rows)


def test_the_exported_model_outlines_what_torch_outlines(bundle: Path, tmp_path: Path) -> None:
    model, onnx = saving.load(bundle.parent / "model"), load(bundle.parent / "model")
    pixels = read_image(picture(tmp_path / "scan.png"))
    (found,) = model.predict_images(onnx.preprocessing.apply(pixels)[None])
    theirs = onnx.run(pixels, ["inside"])[0]
    assert np.abs(found - theirs).max() < 1e-4
    assert 0 < (theirs >= INSIDE).mean() < 1


def test_outlines_are_written_without_torch(bundle: Path, tmp_path: Path) -> None:
    image = film(tmp_path / "film.dcm")
    code = (
        "import sys; from pathlib import Path\nfrom jupyter_clinagent.export.predict import predict\n"
        f"predict(Path({str(bundle)!r}), [Path({str(image)!r})], Path({str(tmp_path / 'out.csv')!r}))\n"
        "print([name for name in ('torch', 'lightning', 'pandas', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
    assert (tmp_path / "out_files" / "film.seg.dcm").is_file()


def test_images_of_one_name_do_not_overwrite_each_others_masks() -> None:
    images = [Path("a/1.png"), Path("b/1.png"), Path("b/1.dcm"), Path("b/1-2.png"), Path("b/1.2.840")]
    names = [place.name for place in files_beside(images, Path("out.csv")).values()]
    assert names == ["1", "1-2", "1-3", "1-2-2", "1.2.840"]
