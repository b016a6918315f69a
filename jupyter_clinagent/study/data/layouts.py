"""How labels are laid out in folders: one for each class, one for each partition."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

SPLIT_WORDS = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
MASK_FOLDERS = frozenset(["mask", "masks", "segmentation", "segmentations", "groundtruth_masks"])


class ClassFolders(NamedTuple):
    """Label, partition word and inner (patient) folder of each image that lies in a class folder."""

    label: dict[str, str]
    split: dict[str, str]
    inner: dict[str, str]


def find_class_folders(images: Sequence[str]) -> ClassFolders | None:
    """Recognise a folder per class, at any depth, with or without partition folders.

    The class level is the shallowest with two or more names. Where the names of a deeper level recur under several
    of its parents (``hospital_a/melanoma``, ``hospital_b/melanoma``), that deeper level is the class.

    Returns
    -------
    ClassFolders or None
        None where the folders tell nothing apart, or where fewer than half of the images lie that deep.
    """
    parts = {image: _without_split(image) for image in images}
    level = _class_level(list(parts.values()))
    if level is None:
        return None
    label = {image: names[level] for image, names in parts.items() if len(names) > level}
    inner = {image: "/".join(names[level + 1 :]) for image, names in parts.items() if len(names) > level + 1}
    return ClassFolders(label, find_split_folders(images), inner)


def find_split_folders(images: Sequence[str]) -> dict[str, str]:
    """Partition word of each image that lies in a folder named like one; empty where there is only one such word."""
    split = {image: word for image in images if (word := _split_word(image)) is not None}
    return split if len(set(split.values())) > 1 else {}


def _split_word(image: str) -> str | None:
    words = [SPLIT_WORDS[name.lower()] for name in PurePosixPath(image).parts[:-1] if name.lower() in SPLIT_WORDS]
    return words[0] if words else None


def _without_split(image: str) -> list[str]:
    return [name for name in PurePosixPath(image).parts[:-1] if name.lower() not in SPLIT_WORDS]


def _class_level(parts: list[list[str]]) -> int | None:
    deepest = max(len(names) for names in parts)
    levels = [level for level in range(deepest) if _tells_apart(parts, level)]
    if not levels:
        return None
    return levels[1] if len(levels) > 1 and _recurs(parts, levels[0], levels[1]) else levels[0]


def _tells_apart(parts: list[list[str]], level: int) -> bool:
    names = [folders[level] for folders in parts if len(folders) > level]
    return len(names) >= 0.5 * len(parts) and len(set(names)) > 1


def _recurs(parts: list[list[str]], outer: int, inner: int) -> bool:
    parents: dict[str, set[str]] = defaultdict(set)
    for names in parts:
        if len(names) > inner:
            parents[names[inner]].add(names[outer])
    numbered = all(re.search(r"\d", name) for name in parents)
    # Patients may be numbered anew in each class folder: numbers that recur are still no classes.
    return not numbered and sum(len(found) > 1 for found in parents.values()) >= 0.5 * len(parents)
