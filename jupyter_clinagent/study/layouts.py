"""How labels and boxes are laid out beside the images: class folders, COCO, YOLO, Pascal VOC."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from jupyter_clinagent.study.folder import DataFolder

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
    split = {image: word for image in images if (word := _split_word(image)) is not None}
    return ClassFolders(label, split if len(set(split.values())) > 1 else {}, inner)


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


class BoxFiles(NamedTuple):
    """Which annotation format was found, and how many boxes it holds."""

    layout: str
    boxes: int


def find_boxes(folder: DataFolder) -> BoxFiles | None:
    """Recognise COCO, Pascal VOC or YOLO annotation files, in this order."""
    for layout, count in (("coco", _count_coco), ("voc", _count_voc), ("yolo", _count_yolo)):
        if boxes := count(folder):
            return BoxFiles(layout, boxes)
    return None


def _count_coco(folder: DataFolder) -> int:
    return sum(len(content["annotations"]) for name in folder.with_suffix(".json") if (content := _coco(folder, name)))


def _coco(folder: DataFolder, name: str) -> dict[str, Any] | None:
    try:
        content = json.loads(folder.path(name).read_text(encoding="utf-8-sig"))
    except (ValueError, OSError):
        return None
    return content if isinstance(content, dict) and {"images", "annotations", "categories"} <= content.keys() else None


def _count_voc(folder: DataFolder) -> int:
    return sum(_voc_objects(folder, name) for name in folder.with_suffix(".xml"))


def _voc_objects(folder: DataFolder, name: str) -> int:
    try:
        root = ElementTree.parse(folder.path(name)).getroot()
    except (ElementTree.ParseError, OSError):
        return 0
    return len(root.findall("object/bndbox")) if root.tag == "annotation" else 0


_YOLO_LINE = re.compile(r"^\d+(?:\s+[01]?\.?\d+(?:e-?\d+)?){4,}\s*$")


def _count_yolo(folder: DataFolder) -> int:
    stems = {PurePosixPath(image).stem for image in folder.images}
    beside = [name for name in folder.with_suffix(".txt") if PurePosixPath(name).stem in stems]
    return sum(_yolo_lines(folder, name) for name in beside)


def _yolo_lines(folder: DataFolder, name: str) -> int:
    lines = [line for line in folder.path(name).read_text(errors="replace").splitlines() if line.strip()]
    return len(lines) if all(_YOLO_LINE.match(line) for line in lines) else 0
