from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging.reading import read_image

CANARY = "Canary^Patient"
SAMPLES = Path(os.environ.get("CLINAGENT_DATA", Path(__file__).parents[3] / "shared" / "data")) / "dicom_samples"


def dicom(path: Path, pixels: np.ndarray, **values) -> Path:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    header.PatientName, header.PatientID, header.Modality = CANARY, "canary-id", "CR"
    header.PhotometricInterpretation, header.SamplesPerPixel = "MONOCHROME2", 1
    header.Rows, header.Columns = pixels.shape[-2:]
    header.BitsAllocated = header.BitsStored = 16
    header.HighBit, header.PixelRepresentation = 15, int(pixels.dtype.kind == "i")
    if pixels.ndim == 3:
        header.NumberOfFrames = len(pixels)
    for name, value in values.items():
        setattr(header, name, value)
    header.PixelData = pixels.tobytes()
    header.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def ramp() -> np.ndarray:
    return np.tile(np.arange(0, 4096, 64, dtype=np.uint16), (32, 1))


def test_monochrome1_is_inverted(tmp_path, ramp):
    plain = read_image(dicom(tmp_path / "a.dcm", ramp))
    inverted = read_image(dicom(tmp_path / "b.dcm", ramp, PhotometricInterpretation="MONOCHROME1"))
    assert plain[0, 0, 0] == 0
    assert plain[0, -1, 0] == 255
    assert np.array_equal(inverted, 255 - plain)


def test_the_window_counts_in_rescaled_units(tmp_path, ramp):
    """Hounsfield units: stored 0 … 4095 with intercept -1024; the window 40 +- 200 shows stored 864 … 1264."""
    values = {"RescaleSlope": 1, "RescaleIntercept": -1024, "WindowCenter": 40, "WindowWidth": 400}
    row = read_image(dicom(tmp_path / "ct.dcm", ramp, **values))[0, :, 0].astype(int)
    stored = ramp[0].astype(int)
    assert (row[stored < 860] == 0).all()
    assert (row[stored > 1270] == 255).all()
    assert abs(row[stored == 1088][0] - 255 * (1088 - 864) / 400) < 4


def test_the_first_of_several_windows_is_taken(tmp_path, ramp):
    one = read_image(dicom(tmp_path / "one.dcm", ramp, WindowCenter=500, WindowWidth=400))
    both = read_image(dicom(tmp_path / "both.dcm", ramp, WindowCenter=[500, 3000], WindowWidth=[400, 800]))
    assert np.array_equal(one, both)


def test_the_middle_frame_of_several_is_taken(tmp_path, ramp):
    frames = np.stack([np.zeros_like(ramp), ramp, np.full_like(ramp, 7)])
    assert np.array_equal(read_image(dicom(tmp_path / "cine.dcm", frames)), read_image(dicom(tmp_path / "one.dcm", ramp)))


def test_signed_pixels_are_understood(tmp_path, ramp):
    signed = ramp.astype(np.int16) - 2000
    row = read_image(dicom(tmp_path / "signed.dcm", signed))[0, :, 0].astype(int)
    assert (np.diff(row) >= 0).all()


def test_a_header_without_pixels_is_refused(tmp_path, ramp):
    path = dicom(tmp_path / "a.dcm", ramp)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"\xe0\x7f\x10\x00")])
    with pytest.raises(UnreadableImage, match="without pixels"):
        read_image(path)


def test_a_file_that_is_cut_short_is_refused_without_quoting_the_header(tmp_path, ramp, capfd):
    path = dicom(tmp_path / "a.dcm", ramp)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(UnreadableImage) as refused:
        read_image(path)
    assert "Canary" not in str(refused.value) + "".join(capfd.readouterr())
    assert refused.value.__cause__ is None, "a chained decoder error could quote the header in a traceback"


@pytest.mark.skipif(not SAMPLES.exists(), reason="needs ../shared/data/dicom_samples (or $CLINAGENT_DATA)")
def test_each_sample_is_read_or_refused_with_a_reason_and_no_name_leaks(capfd):
    index = pd.read_csv(SAMPLES / "index.csv", keep_default_na=False)
    read, reasons, told = 0, {}, ""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for path in index["path"]:
            try:
                image = read_image(SAMPLES / path)
            except UnreadableImage as refused:
                reasons[path] = refused.reason
                continue
            assert image.dtype == np.uint8
            assert image.ndim == 3
            read += 1
    told = "".join(capfd.readouterr()) + "".join(str(w.message) for w in warned) + "".join(reasons.values())
    assert read == 98
    names = {name for name in index["patient_name"] if len(name) > 4}
    assert not [name for name in names if name in told]
    assert "dicom-gpl" in reasons["JPEG-LL.dcm"]
    assert "segmentation" in reasons["liver.dcm"]
    assert "dose" in reasons["rtdose.dcm"]
    assert len(index) == read + len(reasons)


def test_padding_has_no_part_in_the_window_and_is_black(tmp_path: Path, ramp: np.ndarray) -> None:
    padded = ramp.copy()
    padded[:, :20] = 65535
    plain = read_image(dicom(tmp_path / "plain.dcm", ramp[:, 20:]))
    seen = read_image(dicom(tmp_path / "padded.dcm", padded, PixelPaddingValue=65535))
    assert (seen[:, :20] == 0).all()
    assert np.array_equal(seen[:, 20:], plain)
