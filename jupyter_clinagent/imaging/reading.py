"""From a file to uint8 RGB: photographs and radiographs as JPEG, PNG, TIFF, BMP, WebP, or DICOM.

What can't be read is refused with a reason (:class:`~jupyter_clinagent.errors.UnreadableImage`) that never quotes the
file: no header value, no text of a decoder. Nothing here imports torch.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging import tags
from jupyter_clinagent.imaging.spacing import Told
from jupyter_clinagent.imaging.windowing import percentile_window, window

PHOTOGRAPHS = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".bmp", ".webp"})
EXTENSIONS = PHOTOGRAPHS | {".dcm", ".dicom", ".dic"}

# Decoders complain on the console and quote what they read; what matters of it becomes a reason.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def read_image(path: str | Path) -> np.ndarray:
    """Decode one file.

    More than 8 bits are windowed to the percentiles :data:`~jupyter_clinagent.imaging.windowing.WINDOW`, jointly over the
    channels; transparent parts become black; the EXIF orientation is applied. Of a multi-frame DICOM the middle frame is taken.

    Returns
    -------
    numpy.ndarray
        uint8, RGB, shape (height, width, 3).

    Raises
    ------
    UnreadableImage
        With a reason that quotes nothing of the file.
    """
    path = Path(path)
    data = _bytes(path)
    if is_dicom(path, data):
        try:
            from jupyter_clinagent.imaging.dicom import read_dicom
        except ModuleNotFoundError as error:  # `predict` runs without what only DICOM needs
            raise UnreadableImage(str(path), "reading DICOM needs pydicom and pylibjpeg, which are not installed") from error
        return to_rgb(read_dicom(path))
    return to_rgb(_decode(path, data))


def is_dicom(path: str | Path, data: bytes | None = None) -> bool:
    """Tell a DICOM file by its suffix or, where there is none, by its magic number."""
    path = Path(path)
    if path.suffix.lower() in EXTENSIONS:
        return path.suffix.lower() not in PHOTOGRAPHS
    head = data if data is not None else _head(path)
    return head[128:132] == b"DICM"


def spacing_in(path: Path) -> Told | None:
    """That of a DICOM file; None for any other one: a photograph's dots per inch are those of paper, not of a patient."""
    if not is_dicom(path):
        return None
    try:
        from jupyter_clinagent.imaging.dicom import read_spacing
    except ModuleNotFoundError:  # `predict` runs without what only DICOM needs
        return None
    return read_spacing(path)


def to_rgb(image: np.ndarray) -> np.ndarray:
    """Any grey, RGB or RGBA array as contiguous uint8 RGB."""
    if image.dtype != np.uint8:
        image = _eight_bits(image)
    if image.ndim == 2 or image.shape[2] == 1:
        return np.ascontiguousarray(np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2))
    if image.shape[2] == 4:
        image = image[..., :3] * (image[..., 3:] / 255.0)
    return np.ascontiguousarray(image.astype(np.uint8))


def _eight_bits(image: np.ndarray) -> np.ndarray:
    """What is transparent, and how much, has no part in the window of what is seen."""
    if image.ndim == 2 or image.shape[2] < 4:
        return percentile_window(image)
    seen, alpha = image[..., :3], image[..., 3]
    top = float(np.iinfo(alpha.dtype).max) if alpha.dtype.kind == "u" else 1.0
    return np.dstack([percentile_window(seen, alpha > 0), window(alpha, 0, top)])


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableImage(str(path), "the file can't be opened") from error
    if not data:
        raise UnreadableImage(str(path), "the file is empty (0 bytes)")
    return data


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(132)
    except OSError:
        return b""


def _decode(path: Path, data: bytes) -> np.ndarray:
    if _cut_short(data):
        raise UnreadableImage(str(path), "the file is cut short")
    # IMREAD_UNCHANGED keeps the alpha channel but ignores an EXIF orientation, the other flags the reverse
    alpha = _has_alpha(data)
    flags = cv2.IMREAD_UNCHANGED if alpha else cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        image = None
    if image is None or image.size == 0:
        raise UnreadableImage(str(path), "the file is damaged or not an image")
    if alpha:
        image = tags.upright(image, tags.tag(tags.exif(data), tags.ORIENTATION))
    if image.dtype != np.uint8 and tags.tag(data, tags.PHOTOMETRIC) == tags.WHITE_IS_ZERO:  # of 8 bits OpenCV knows it
        image = image.max() - image
    return image if image.ndim == 2 else image[..., [2, 1, 0, *range(3, image.shape[2])]]


def _has_alpha(data: bytes) -> bool:
    if data.startswith(b"\x89PNG"):
        return data[25:26] in (b"\x04", b"\x06")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return data[12:16] == b"VP8X" and bool(data[20] & 0x10)
    return data[:4] in (b"II*\0", b"MM\0*")


def _cut_short(data: bytes) -> bool:
    """Tell by the container's own marks: OpenCV fills the missing part of a truncated file with grey without a word."""
    if data.startswith(b"\xff\xd8"):
        return data.find(b"\xff\xd9", _start_of_scan(data)) < 0
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data[-64:] and b"IEND" not in data
    if data[:4] == b"RIFF":
        return len(data) < 8 + int.from_bytes(data[4:8], "little")
    return data[:2] == b"BM" and len(data) < int.from_bytes(data[2:6], "little")


def _start_of_scan(data: bytes) -> int:
    """Offset of the first scan of a JPEG; what lies before may hold a thumbnail with an end mark of its own."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xDA:
            return at
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)
