from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging import tags
from jupyter_clinagent.imaging.reading import is_dicom, read_image


@pytest.fixture
def photograph() -> np.ndarray:
    """RGB, red on the left, blue on the right, a bright top."""
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, :30, 0], image[:, 30:, 2] = 200, 200
    image[:5] = 250
    return image


def written(path, image, suffix, *options):
    path = path / f"image{suffix}"
    path.write_bytes(
        cv2.imencode(suffix, image[..., ::-1] if image.ndim == 3 and image.shape[2] == 3 else image, *options)[1].tobytes()
    )
    return path


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    tiff = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x12\x01\x03\0\x01\0\0\0" + bytes([orientation, 0, 0, 0]) + b"\0\0\0\0"
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff"])
def test_lossless_formats_come_back_exactly_as_rgb(tmp_path, photograph, suffix):
    assert np.array_equal(read_image(written(tmp_path, photograph, suffix)), photograph)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_formats_come_back_as_rgb_in_the_right_order(tmp_path, photograph, suffix):
    image = read_image(written(tmp_path, photograph, suffix))
    assert image.dtype == np.uint8
    assert image.shape == photograph.shape
    assert image[30, 10, 0] > 150 > image[30, 10, 2]


def test_grey_is_repeated_over_three_channels(tmp_path):
    grey = np.arange(200, dtype=np.uint8).reshape(10, 20)
    image = read_image(written(tmp_path, grey, ".png"))
    assert image.shape == (10, 20, 3)
    assert all(np.array_equal(image[..., c], grey) for c in range(3))


def test_sixteen_bits_are_windowed_to_their_own_percentiles(tmp_path):
    """A 12-bit film in a 16-bit file would be nearly black if it were just divided by 257."""
    film = np.linspace(800, 4000, 100 * 100).astype(np.uint16).reshape(100, 100)
    film[0, 0] = 65535  # a hot pixel
    image = read_image(written(tmp_path, film, ".png"))
    assert image.min() == 0
    assert image.max() == 255
    assert 120 < np.median(image) < 135


def test_transparent_parts_become_black(tmp_path, photograph):
    alpha = np.full((40, 60, 1), 255, np.uint8)
    alpha[20:] = 0
    image = read_image(written(tmp_path, np.concatenate([photograph[..., ::-1], alpha], axis=2), ".png"))
    assert np.array_equal(image[:20], photograph[:20])
    assert not image[20:].any()


def test_the_exif_orientation_is_applied(tmp_path, photograph):
    path = written(tmp_path, photograph, ".jpg")
    path.write_bytes(with_orientation(path.read_bytes(), 6))
    image = read_image(path)
    assert image.shape == (60, 40, 3)
    assert image[:, -1].mean() > 200, "turned clockwise, the bright top is on the right"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp", ".webp"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_that_is_cut_short_is_refused(tmp_path, suffix, share):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    path = written(tmp_path, noise, suffix)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(UnreadableImage, match=r"cut short|damaged"):
        read_image(path)


def test_a_truncated_jpeg_is_found_even_when_its_thumbnail_has_an_end_mark(tmp_path, photograph):
    jpeg = written(tmp_path, photograph, ".jpg").read_bytes()
    thumbnail = b"Exif\0\0" + cv2.imencode(".jpg", photograph[:8, :8])[1].tobytes()
    path = tmp_path / "camera.jpg"
    whole = jpeg[:2] + b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail + jpeg[2:]
    path.write_bytes(whole)
    assert read_image(path).shape == photograph.shape
    path.write_bytes(whole[:-20])
    with pytest.raises(UnreadableImage, match="cut short"):
        read_image(path)


def test_bytes_after_the_end_of_a_jpeg_do_no_harm(tmp_path, photograph):
    path = written(tmp_path, photograph, ".jpg")
    path.write_bytes(path.read_bytes() + b"\0" * 512)
    assert read_image(path).shape == photograph.shape


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "0 bytes"), (b"not an image at all", "damaged"), (b"\xff\xd8", "cut short"), (b"\x89PNG\r\n", "cut short")],
)
def test_what_is_no_image_is_refused_with_a_reason(tmp_path, content, reason):
    path = tmp_path / "image.jpg"
    path.write_bytes(content)
    with pytest.raises(UnreadableImage, match=reason) as refused:
        read_image(path)
    assert refused.value.path == str(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableImage, match="can't be opened"):
        read_image(tmp_path / "nowhere.jpg")


def test_nothing_is_written_to_the_console(tmp_path, photograph, capfd):
    path = written(tmp_path, photograph, ".jpg")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UnreadableImage):
        read_image(path)
    assert capfd.readouterr() == ("", "")


def test_dicom_is_told_by_suffix_or_magic_number(tmp_path):
    bare = tmp_path / "IM0001"
    bare.write_bytes(b"\0" * 128 + b"DICM")
    assert is_dicom(bare)
    assert is_dicom("a.DCM")
    assert not is_dicom("a.jpg")
    assert not is_dicom(tmp_path / "absent")


def test_reading_does_not_import_torch():
    code = (
        "import sys; import jupyter_clinagent.imaging.reading, jupyter_clinagent.imaging.dicom; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ------------------------------------------------------------------ tags that OpenCV passes over
def test_an_opaque_alpha_changes_nothing_of_sixteen_bits(tmp_path: Path) -> None:
    ramp = np.tile(np.arange(0, 12000, 100, dtype=np.uint16), (40, 1))
    cv2.imwrite(str(tmp_path / "plain.png"), np.dstack([ramp] * 3))
    cv2.imwrite(str(tmp_path / "alpha.png"), np.dstack([ramp] * 3 + [np.full_like(ramp, 65535)]))
    assert np.array_equal(read_image(tmp_path / "alpha.png"), read_image(tmp_path / "plain.png"))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_images_with_transparency_are_turned_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(pixels).convert("RGBA").save(path, exif=exif, lossless=True)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
    assert np.array_equal(read_image(path), upright)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_bright_means_bright_where_zero_is_white(tmp_path: Path, depth: type) -> None:
    top = np.iinfo(depth).max
    ramp = np.tile(np.linspace(0, top, 64).astype(depth), (16, 1))
    path = tmp_path / "film.tif"
    cv2.imwrite(str(path), top - ramp)
    raw = bytearray(path.read_bytes())
    start = int.from_bytes(raw[4:8], "little")
    for at in range(start + 2, start + 2 + 12 * int.from_bytes(raw[start : start + 2], "little"), 12):
        if raw[at : at + 2] == (262).to_bytes(2, "little"):  # PhotometricInterpretation: white is zero
            raw[at + 8 : at + 10] = b"\0\0"
    path.write_bytes(raw)
    seen = read_image(path)[8, :, 0].astype(int)
    assert seen[0] < 10
    assert seen[-1] > 245
    assert (np.diff(seen) >= 0).all()


@pytest.mark.parametrize("block", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x01"])
def test_damaged_tags_say_nothing(block: bytes) -> None:
    assert tags.tag(block, tags.ORIENTATION) is None
