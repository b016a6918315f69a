"""COCO: JSON files with ``images``, ``annotations`` and ``categories``, one for all images or one for each partition."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import pandas as pd

from jupyter_clinagent.study.data.boxes.found import UNREAD, AnnotatedBoxes, Row, gather
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.folder_names import SPLIT_WORDS
from jupyter_clinagent.study.data.matching import FileIndex

_PLUMBING = frozenset(["id", "width", "height", "license", "coco_url", "flickr_url", "date_captured"])
_NOWHERE = (float("nan"),) * 4


class CocoFile(NamedTuple):
    """One annotation file and the image file behind each of its image ids."""

    name: str
    content: dict[str, Any]
    files: dict[str, str | None]


def _id(entry: dict[str, Any], key: str = "id") -> str:
    """As text: a number in one list and the same in quotation marks in the other mean the same image."""
    return str(entry.get(key))


def read_coco(folder: DataFolder, index: FileIndex) -> list[CocoFile]:
    """Every COCO file of a folder."""
    found = []
    for name in folder.with_suffix(".json"):
        content = _content(folder, name)
        if content is not None:
            files = {_id(entry): _image_file(name, str(entry.get("file_name", "")), index) for entry in content["images"]}
            found.append(CocoFile(name, content, files))
    return found


def _content(folder: DataFolder, name: str) -> dict[str, Any] | None:
    try:
        content = json.loads(folder.path(name).read_text(encoding="utf-8-sig"))
    except (ValueError, OSError):
        return None
    parts = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(part), list) for part in parts):
        return None
    return {part: [entry for entry in content[part] if isinstance(entry, dict)] for part in parts}


def _image_file(json_name: str, file_name: str, index: FileIndex) -> str | None:
    """Beside the JSON, in ``images/``, or wherever the one file with this name lies."""
    parent = PurePosixPath(json_name).parent
    places = (parent / file_name, parent / "images" / file_name, PurePosixPath(file_name))
    return next((file for place in places if (file := index.find(place.as_posix()))), None) if file_name else None


def coco_boxes(found: Sequence[CocoFile], folder: DataFolder, images: Sequence[str]) -> AnnotatedBoxes | None:
    """Boxes of all files together.

    Where one of several JSON files can't be read, nobody knows of the images that no other one lists.
    """
    named = [row for coco in found for row in _rows(coco)]
    read = [coco.name for coco in found]
    broken = [name for name in folder.with_suffix(".json") if name not in read and _is_broken(folder, name)] if found else []
    listed = {file for coco in found for file in coco.files.values()}
    unread = {image: UNREAD for image in images if image not in listed} if broken else {}
    return gather("coco", named, [*read, *broken], unread=unread)


def _is_broken(folder: DataFolder, name: str) -> bool:
    try:
        json.loads(folder.path(name).read_text(encoding="utf-8-sig"))
    except (ValueError, OSError):
        return True
    return False


def _rows(coco: CocoFile) -> Iterator[tuple[str, Row]]:
    entries = {_id(entry): entry for entry in coco.content["images"]}
    names = {_id(entry): str(entry.get("name", "")).strip() for entry in coco.content["categories"]}
    for annotation in coco.content["annotations"]:
        image, category = _id(annotation, "image_id"), _id(annotation, "category_id")
        entry = entries.get(image, {})
        label = names.get(category) or f"category {category}"
        size = entry.get("width"), entry.get("height")
        yield str(entry.get("file_name", f"image {image}")), (coco.files.get(image), label, *_corners(annotation), *size)


def _corners(annotation: dict[str, Any]) -> tuple[float, float, float, float]:
    try:
        x, y, width, height = (float(value) for value in annotation["bbox"])
    except (KeyError, TypeError, ValueError):
        return _NOWHERE
    return x, y, x + width, y + height


def coco_table(found: Sequence[CocoFile]) -> tuple[pd.DataFrame, pd.Series] | None:
    """What the files say of their images beside their boxes (patient, split, …) as a table of text cells.

    With several files, one for each partition, the partition in a file's name is a column too.

    Returns
    -------
    tuple or None
        The table and the image file that each row names; None where there is nothing beside the file names.
    """
    rows = [
        (_extras(entry, _split_word(coco.name) if len(found) > 1 else None), coco.files[_id(entry)])
        for coco in found
        for entry in coco.content["images"]
        if entry.get("file_name")
    ]
    frame = pd.DataFrame([extras for extras, _ in rows], dtype=object)
    files = pd.Series([file for _, file in rows], index=frame.index, dtype=object)
    return (frame.where(frame.notna(), None), files) if len(frame.columns) > 1 else None


def _extras(entry: dict[str, Any], part: str | None) -> dict[str, str]:
    kept = {k: str(v) for k, v in entry.items() if k not in _PLUMBING and isinstance(v, str | int | float)}
    return kept | ({"annotation_file": part} if part else {})


def _split_word(name: str) -> str | None:
    words = re.split(r"[^a-z]+", name.lower())
    return next((SPLIT_WORDS[word] for word in reversed(words) if word in SPLIT_WORDS), None)
