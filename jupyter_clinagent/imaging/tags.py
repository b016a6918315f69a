"""Tags that OpenCV passes over: the orientation of images with transparency, and what zero means in a TIFF of many bits."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

ORIENTATION, PHOTOMETRIC = 274, 262
"""Numbers of tags (TIFF 6.0, section 8)."""
WHITE_IS_ZERO = 0
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_VALUES = {3: "H", 4: "I"}
"""How a short and a long are stored."""
_TURNS = {1: (0, False), 2: (0, True), 3: (2, False), 4: (2, True), 5: (1, True), 6: (3, False), 7: (3, True), 8: (1, False)}
"""Quarter turns to the left, and whether the picture is mirrored first (Exif 2.32, table 6)."""


def tag(block: bytes, number: int) -> int | None:
    """A value of the first directory of a TIFF or EXIF block; None where it isn't there, or can't be read.

    Parameters
    ----------
    block
        From its byte-order mark on.
    """
    order = _TIFF.get(block[:4])
    try:
        return next((value for found, value in _entries(block, order) if found == number), None) if order else None
    except struct.error:  # cut short, or no directory where the header says
        return None


def _entries(block: bytes, order: str) -> Iterator[tuple[int, int]]:
    start = struct.unpack_from(f"{order}I", block, 4)[0]
    for k in range(struct.unpack_from(f"{order}H", block, start)[0]):
        at = start + 2 + 12 * k
        number, kind = struct.unpack_from(f"{order}HH", block, at)
        if kind in _VALUES:
            yield number, struct.unpack_from(order + _VALUES[kind], block, at + 8)[0]


def exif(data: bytes) -> bytes:
    """The EXIF block of a PNG or WebP file; empty where there is none."""
    if data.startswith(b"\x89PNG"):
        return next((body for name, body in _chunks(data, 8, ">I4s", 4) if name == b"eXIf"), b"")
    found = next((body for name, body in _chunks(data, 12, "<4sI", 0) if name == b"EXIF"), b"")
    return found.removeprefix(b"Exif\0\0")


def _chunks(data: bytes, at: int, head: str, tail: int) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk; a PNG's bears a checksum of 4 bytes, a WebP's is padded to an even length."""
    while at + 8 <= len(data):
        first, second = struct.unpack_from(head, data, at)
        name, length = (first, second) if isinstance(first, bytes) else (second, first)
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + (tail or length % 2)


def upright(image: np.ndarray, orientation: int | None) -> np.ndarray:
    """An array (H, W) or (H, W, C) turned as its EXIF orientation says."""
    turns, mirrored = _TURNS.get(orientation or 1, (0, False))
    return np.rot90(image[:, ::-1] if mirrored else image, turns)
