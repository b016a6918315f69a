"""Every image read in full once: is it whole, what is its hash, and what does it look like."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.data.folder import DataFolder

THUMBNAIL = 32
_HASH_SIDE = 16
_THREADS = 4


@dataclass(frozen=True)
class Readings:
    """What reading the images gave, row by row for the readable ones.

    Attributes
    ----------
    table
        Indexed by file: ``sha256``, ``bytes``, ``width``, ``height``.
    hashes
        uint64, shape (N, 4): difference hash of 256 bits.
    thumbnails
        uint8, shape (N, 1024): grey, 32 × 32.
    broken
        Reason by file, for those that can't be read; they are kept out.
    """

    table: pd.DataFrame
    hashes: np.ndarray
    thumbnails: np.ndarray
    broken: dict[str, str]


def read_all(folder: DataFolder, files: Sequence[str]) -> Readings:
    """Read images in threads. An unreadable one is counted with its reason, never fatal."""
    with ThreadPoolExecutor(_THREADS) as pool:
        results = list(pool.map(lambda file: _read_one(folder.path(file)), files))
    good = {file: result for file, result in zip(files, results, strict=True) if isinstance(result, _Reading)}
    broken = {file: result for file, result in zip(files, results, strict=True) if isinstance(result, str)}
    table = pd.DataFrame(
        {file: (r.sha256, r.size, r.width, r.height) for file, r in good.items()}, index=["sha256", "bytes", "width", "height"]
    ).T
    thumbnails = np.array([r.thumbnail for r in good.values()], dtype=np.uint8).reshape(-1, THUMBNAIL**2)
    hashes = np.array([r.hash for r in good.values()], dtype=np.uint64).reshape(-1, 4)
    return Readings(table, hashes, thumbnails, broken)


@dataclass(frozen=True)
class _Reading:
    sha256: str
    size: int
    width: int
    height: int
    hash: np.ndarray
    thumbnail: np.ndarray


def _read_one(path: Path) -> _Reading | str:
    try:
        raw = path.read_bytes()
        if not raw:
            return "empty file"
        pixels = read_image(path)
    except UnreadableImage as error:
        return error.reason
    except OSError as error:
        return f"could not be opened ({type(error).__name__})"
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    thumbnail = cv2.resize(grey, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    height, width = grey.shape
    return _Reading(hashlib.sha256(raw).hexdigest(), len(raw), width, height, difference_hash(grey), thumbnail.ravel())


def difference_hash(grey: np.ndarray) -> np.ndarray:
    """Difference hash: is each of 16 × 16 places brighter than its left neighbour.

    Parameters
    ----------
    grey
        uint8, shape (H, W).

    Returns
    -------
    np.ndarray
        uint64, shape (4,): 256 bits.
    """
    small = cv2.resize(grey, (_HASH_SIDE + 1, _HASH_SIDE), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)
