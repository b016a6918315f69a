"""Masks beside the images: which file outlines which image, and whether it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import cv2
import numpy as np

from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.folder_names import MASK_FOLDERS
from jupyter_clinagent.study.data.paths import folders_of, stem_of

_AFFIXES = ("_mask", "-mask", "_segmentation", "-segmentation", "_seg")
SAME_PROPORTIONS = 0.02
"""Width to height of a mask and its image may differ by this share; a mask at another scale is enlarged or shrunk."""
_SAMPLE = 60
_LOOKED_AT, _FEW, _FLAT = 12, 12, 0.97
"""Of so many files of a folder most have so many values in this share of their pixels, if they are masks."""


@dataclass(frozen=True)
class MaskFolder:
    """Masks of one folder, by the image that each outlines (paths in the data folder)."""

    name: str
    files: dict[str, str] = field(default_factory=dict)


def find_masks(folder: DataFolder) -> list[MaskFolder]:
    """Mask folders whose files are named like images outside them (``scan7.jpg``, ``masks/scan7.png``), the fullest first.

    A folder below the mask folder (``masks/drain/scan7.png``) gives the masks their name.
    """
    inside = {file: name for file in folder.images if (name := _mask_folder(file)) is not None}
    by_stem: dict[str, list[str]] = {}
    for file in folder.images:
        if file not in inside:
            by_stem.setdefault(stem_of(file).lower(), []).append(file)
    found: dict[str, MaskFolder] = {}
    for file, name in inside.items():
        images = by_stem.get(_stem(file), [])
        if len(images) == 1:  # two images of that name: which one it outlines would be a guess
            found.setdefault(name, MaskFolder(name)).files[images[0]] = file
    return sorted(found.values(), key=lambda masks: -len(masks.files))


def masks_among(folder: DataFolder, files: Sequence[str]) -> list[str]:
    """Files of those folders that look like masks: nearly all pixels of a sample have one of a few values."""
    members: dict[PurePosixPath, list[str]] = {}
    for file in files:
        members.setdefault(PurePosixPath(file).parent, []).append(file)
    found = []
    for inside in members.values():
        sample = inside[:: max(1, len(inside) // _LOOKED_AT)][:_LOOKED_AT]
        if sum(_is_flat(folder.path(file)) for file in sample) > len(sample) / 2:
            found += inside
    return found


def _is_flat(path: Path) -> bool:
    values = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    if values is None:
        return False
    return bool(np.sort(np.bincount(values.ravel()))[-_FEW:].sum() >= _FLAT * values.size)


def _mask_folder(file: str) -> str | None:
    parts = folders_of(file)
    level = next((number for number, part in enumerate(parts) if part.lower() in MASK_FOLDERS), None)
    return None if level is None else parts[min(level + 1, len(parts) - 1)]


def _stem(file: str) -> str:
    stem = stem_of(file).lower()
    return next((stem.removesuffix(affix) for affix in _AFFIXES if stem.endswith(affix)), stem)


def read_mask(path: Path, size: tuple[int, int]) -> np.ndarray | None:
    """A mask at the size of its image.

    Parameters
    ----------
    size
        Height and width of the image.

    Returns
    -------
    np.ndarray or None
        bool of shape ``size``; None where the file can't be read or has other proportions than the image.
    """
    grey = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None or not _fits(grey.shape, size):
        return None
    marked = grey > max(int(grey.max()) // 2, 0)
    return cv2.resize(marked.astype(np.uint8), (size[1], size[0]), interpolation=cv2.INTER_NEAREST) > 0


def _fits(mask: Sequence[int], image: Sequence[int]) -> bool:
    return abs((mask[1] * image[0]) / (mask[0] * image[1]) - 1) <= SAME_PROPORTIONS


def count_unfit(folder: DataFolder, masks: MaskFolder) -> tuple[int, int]:
    """How many of (at most 60 sampled) masks have other proportions than their image or can't be read, and how many were seen."""
    pairs = sorted(masks.files.items())
    sample = pairs[:: max(1, len(pairs) // _SAMPLE)][:_SAMPLE]
    return sum(not _fits_image(folder.path(image), folder.path(mask)) for image, mask in sample), len(sample)


def _fits_image(image: Path, mask: Path) -> bool:
    from jupyter_clinagent.errors import UnreadableImage
    from jupyter_clinagent.imaging.reading import read_image

    try:
        height, width = read_image(image).shape[:2]
    except UnreadableImage:
        return True  # it is counted among the images
    return read_mask(mask, (height, width)) is not None
