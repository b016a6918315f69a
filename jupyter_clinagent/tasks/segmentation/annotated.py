"""Outlines that annotation tools write: COCO polygons and runs, LabelMe, tables of runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.matching import FileIndex
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.study.data.tables import Table

Found = dict[str, list[dict[str, Any]]]
"""References by image; an empty list: the image is known to show nothing."""
BOX_ONLY = "a finding on it has a box and no outline"
_RUNS = ("encodedpixels", "rle", "rle_mask", "encoded_pixels", "segmentation", "mask_rle")


def annotated_outlines(inventory: Inventory) -> tuple[dict[str, Found], str, list[str]]:
    """Structures with their outlines, where they were read from, and names of images that are not there."""
    index = FileIndex(inventory.images)
    for read, source in ((_coco, "COCO"), (_labelme, "LabelMe files")):
        found, strangers = read(inventory.folder, index)
        if any(images for images in found.values()):
            return found, source, strangers
    found, strangers = _tables(inventory.tables)
    return found, "a table of runs of pixels", strangers


def _json(folder: DataFolder) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in folder.with_suffix(".json"):
        try:
            content = json.loads(folder.path(name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict):
            yield name, content


# ------------------------------------------------------------------ COCO
def _coco(folder: DataFolder, index: FileIndex) -> tuple[dict[str, Found], list[str]]:
    found: dict[str, Found] = defaultdict(dict)
    strangers: list[str] = []
    for _, content in _json(folder):
        if not isinstance(content.get("images"), list) or not isinstance(content.get("annotations"), list):
            continue
        names = {c.get("id"): str(c.get("name")) for c in content.get("categories") or [] if isinstance(c, dict)}
        files = {i.get("id"): (index.find(str(i.get("file_name"))), i) for i in content["images"] if isinstance(i, dict)}
        strangers += [str(image.get("file_name")) for file, image in files.values() if file is None]
        entries = [a for a in content["annotations"] if isinstance(a, dict)]
        for name in {names.get(a.get("category_id"), ONE) for a in entries if a.get("segmentation")}:
            listed: Found = {image: [] for image, _ in files.values() if image is not None}
            found[name] = listed | found[name]  # another reader's file may have outlined some already
        for a in entries:
            file, name = files.get(a.get("image_id"), (None, {}))[0], names.get(a.get("category_id"), ONE)
            if file is not None and name in found:  # a class of boxes only is nobody's outline
                found[name][file].append(_coco_reference(a.get("segmentation")))
    return dict(found), strangers


def _coco_reference(segmentation: Any) -> dict[str, Any]:
    if isinstance(segmentation, list) and segmentation:
        return {"polygons": segmentation if isinstance(segmentation[0], list) else [segmentation]}
    if not isinstance(segmentation, dict) or "counts" not in segmentation:
        return {"unusable": BOX_ONLY}
    counts, size = segmentation["counts"], [int(side) for side in segmentation.get("size", (0, 0))]
    return {"runs": _uncompressed(counts) if isinstance(counts, str) else [int(c) for c in counts], "size": size}


def _uncompressed(text: str) -> list[int]:
    """COCO's text of runs: six bits a letter, differences to the run before the last (pycocotools' ``rleFrString``)."""
    runs: list[int] = []
    place = 0
    while place < len(text):
        value, shift, more = 0, 0, True
        while more:
            bits = ord(text[place]) - 48
            value |= (bits & 0x1F) << (5 * shift)
            more = bool(bits & 0x20)
            place, shift = place + 1, shift + 1
            if not more and bits & 0x10:
                value |= -1 << (5 * shift)
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
    return runs


# ------------------------------------------------------------------ LabelMe
def _labelme(folder: DataFolder, index: FileIndex) -> tuple[dict[str, Found], list[str]]:
    found: dict[str, Found] = defaultdict(dict)
    strangers: list[str] = []
    read: dict[str, list[dict[str, Any]]] = {}
    for name, content in _json(folder):
        if not isinstance(content.get("shapes"), list):
            continue
        file = index.find(str(content.get("imagePath"))) or index.find(PurePosixPath(name).stem)
        if file is None:
            strangers.append(name)
        else:
            read[file] = [shape for shape in content["shapes"] if isinstance(shape, dict) and shape.get("points")]
    for label in {str(shape.get("label") or ONE) for shapes in read.values() for shape in shapes}:
        found[label] = {file: [] for file in read}
    for file, shapes in read.items():
        for shape in shapes:
            found[str(shape.get("label") or ONE)][file].append(_labelme_reference(shape))
    return dict(found), strangers


def _labelme_reference(shape: dict[str, Any]) -> dict[str, Any]:
    """LabelMe writes two corners of a rectangle, and centre and rim of a circle; a line or a point has no inside."""
    kind, points = str(shape.get("shape_type") or "polygon"), np.asarray(shape["points"], dtype=float)
    if kind == "rectangle" and len(points) == 2:
        (left, top), (right, bottom) = points
        points = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    elif kind == "circle" and len(points) == 2:
        turn = np.linspace(0, 2 * np.pi, _ROUND, endpoint=False)
        radius = float(np.hypot(*(points[1] - points[0])))
        points = points[0] + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    elif kind not in ("polygon", "rectangle"):
        return {"unusable": f"a finding on it is marked by a {kind}, which has no outline"}
    return {"polygons": [points.ravel().tolist()]}


_ROUND = 72
"""Corners that a circle is drawn with."""


# ------------------------------------------------------------------ tables
def _tables(tables: list[Table]) -> tuple[dict[str, Found], list[str]]:
    """One row for each outline; an empty cell (or -1) says that there is none."""
    found: dict[str, Found] = defaultdict(dict)
    strangers: list[str] = []
    for table in tables:
        column = next((str(name) for name in table.frame.columns if str(name).lower() in _RUNS), None)
        if column is None or not table.matched or table.image_column is None:
            continue
        label = next((c.name for c in table.by_role("label") if c.name != column), None)
        for position, cell in table.frame[column].items():
            file = table.files[position]
            if not isinstance(file, str):
                strangers.append(str(table.frame.at[position, table.image_column]))
                continue
            name = str(table.frame.at[position, label]) if label else ONE
            references = found[name].setdefault(file, [])
            runs = _starts(cell)
            if len(runs) % 2:
                references.append({"unusable": "its runs of pixels end in a start without a length"})
            elif runs:
                references.append({"starts": runs, **_sides(table.frame, position)})
    return dict(found), strangers


def _starts(cell: Any) -> list[int]:
    words = str(cell).split() if isinstance(cell, str) else []
    numbers = [int(word) for word in words if word.lstrip("-").isdigit()]
    return numbers if len(numbers) > 1 else []


def _sides(frame: pd.DataFrame, position: Any) -> dict[str, list[int]]:
    known = {str(name).lower(): frame.at[position, name] for name in frame.columns}
    try:
        return {"size": [int(float(known["height"])), int(float(known["width"]))]}
    except (KeyError, TypeError, ValueError):
        return {}
