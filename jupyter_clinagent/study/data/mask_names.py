"""Words for masks in the names of folders and files, and what else such a name says."""

from __future__ import annotations

import re
from functools import lru_cache

from jupyter_clinagent.study.data.folder_names import MASK_FOLDERS, SPLIT_WORDS

FOLDERS = MASK_FOLDERS | {"seg", "gt", "groundtruth", "ground_truth", "ground truth", "outlines", "contours", "lesion_masks"}
PERHAPS = frozenset(
    ["label", "labels", "annotation", "annotations", "manual", "1st_manual", "2nd_manual", "3rd_manual", "target", "targets"]
)
"""Folders that hold masks if their files are named like images elsewhere."""
_SURE = frozenset(
    ["mask", "masks", "maske", "masken", "segmentation", "segmentations", "segmentierung", "segmentierungen", "groundtruth",
     "masque", "masques", "mascara", "mascaras", "máscara", "máscaras", "maschera", "maschere"]
)  # fmt: skip
_UNSURE = frozenset(["seg", "segs", "gt", "outline", "outlines", "contour", "contours", "kontur", "konturen"])
_COMPOUND = re.compile(r"(?<=\w\w\w)(masks?|masken?|segmentation|segmentierung)$", re.I)
_IMAGES = frozenset(
    ["image", "images", "img", "imgs", "bild", "bilder", "picture", "pictures", "photo", "photos", "scan", "scans", "frame",
     "frames", "input", "inputs", "original", "originals", "raw"]
)  # fmt: skip
_NOTHING = frozenset(
    ["manual", "binary", "final", "new", "all", "data", "dataset", "set", "of", "and", "with", "the", "png", "tif", "tiff", "bmp",
     "gif", "jpg", "jpeg", "expert", "st", "nd", "resized", "corrected", "label", "labels", "annotation", "annotations"]
)  # fmt: skip
"""Words that don't name what is outlined."""
_PARTS = frozenset(["tr", "ts", "te", "va"])
"""Partitions in names such as “imagesTr” and “labelsTr” (nnU-Net)."""
CERTAIN, SURE, UNSURE, NONE = 3, 2, 1, 0
"""How surely the name of a folder says that it holds masks. Only with the first one nothing else has to say so."""


@lru_cache(maxsize=10_000)
def rank(folder: str) -> int:
    """How surely a folder's name says that it holds masks.

    Examples
    --------
    >>> rank("masks"), rank("liver_masks"), rank("leftMask"), rank("seg_tumour"), rank("labels"), rank("segments")
    (3, 2, 2, 1, 1, 0)
    """
    if folder.lower() in FOLDERS:
        return CERTAIN
    found = set(map(str.lower, words(folder)))
    if found & _SURE:
        return UNSURE if found & _IMAGES else SURE
    perhaps = folder.lower() in PERHAPS or set() < found - _PARTS <= PERHAPS
    return UNSURE if perhaps or (found & _UNSURE and not found & _IMAGES) else NONE


@lru_cache(maxsize=10_000)
def holds_images(folder: str) -> bool:
    """Whether a folder's name says nothing but that it holds images."""
    found = set(map(str.lower, words(folder)))
    return bool(found & _IMAGES) and found <= _IMAGES | SPLIT_WORDS.keys() | _PARTS


def says_mask(name: str) -> bool:
    """Whether a word for masks stands in a name."""
    return bool(set(map(str.lower, words(name))) & (_SURE | _UNSURE))


def thing(name: str, besides: frozenset[str] = frozenset()) -> str:
    """What a name says beside that it is a mask; empty where that is nothing.

    Examples
    --------
    >>> thing("liver_masks"), thing("leftMask"), thing("train_masks"), thing("Lebermasken"), thing("masks_optic_disc_2")
    ('liver', 'left', '', 'Leber', 'optic disc')
    """
    idle = _SURE | _UNSURE | _NOTHING | _IMAGES | SPLIT_WORDS.keys() | _PARTS | besides
    return " ".join(word for word in words(name) if word.lower() not in idle and not word.isdigit())


def words(name: str) -> list[str]:
    """The words of a name: parts of “optic_disc”, “leftMask” and “Lebermaske”; “ground truth” is one."""
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", name)
    joined = re.sub(r"\bground[ _-]?truth", "groundtruth", apart.replace("_", " "), flags=re.I)
    return [part for word in re.findall(r"[^\W\d_]+|\d+", joined) for part in _COMPOUND.sub(r" \1", word).split()]
