"""Outlines that annotation tools write: COCO polygons and runs, LabelMe; tables of runs are in :mod:`.run_tables`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.matching import FileIndex, file_index
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.tasks.segmentation.legend import no_legends, read_legend
from jupyter_clinagent.tasks.segmentation.run_tables import Found, tables_of_runs

BOX_ONLY = "a finding on it has a box and no outline"


class Annotated(NamedTuple):
    """Structures with their outlines, where they were read from, names of images that are not there, and what was assumed.

    ``by_file`` says that an image without an entry for a structure is in no file that speaks of it.
    """

    found: dict[str, Found]
    source: str
    strangers: list[str]
    said: list[str]
    by_file: bool = False


def annotated_outlines(inventory: Inventory) -> Annotated:
    """Outlines of the first kind of annotation that has any."""
    index = file_index(tuple(inventory.images))
    for read, source in ((_coco, "COCO"), (_labelme, "LabelMe files")):
        found, strangers = read(inventory.folder, index)
        if any(images for images in found.values()):
            return Annotated(found, source, strangers, [], read is _coco)
    legend = read_legend(inventory.folder, no_legends(inventory.tables))
    found, strangers, said = tables_of_runs(inventory.tables, legend, inventory.folder)
    return Annotated(found, "a table of runs of pixels", strangers, said)


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
    boxed: list[tuple[str, str]] = []
    asked: list[tuple[str, list[str]]] = []
    for _, content in _json(folder):
        if not isinstance(content.get("images"), list) or not isinstance(content.get("annotations"), list):
            continue
        names = {c.get("id"): str(c.get("name")) for c in content.get("categories") or [] if isinstance(c, dict)}
        files = {i.get("id"): (index.find(str(i.get("file_name"))), i) for i in content["images"] if isinstance(i, dict)}
        strangers += [str(image.get("file_name")) for file, image in files.values() if file is None]
        entries = [a for a in content["annotations"] if isinstance(a, dict)]
        drawn = {names.get(a.get("category_id"), ONE) for a in entries if a.get("segmentation")}
        listed = [image for image, _ in files.values() if image is not None]
        asked += [(name, listed) for name in {*drawn, *names.values()}]
        for name in drawn:
            found[name] = {image: [] for image in listed} | found[name]  # another reader's file may have outlined some already
        for a in entries:
            (file, image), name = files.get(a.get("image_id"), (None, {})), names.get(a.get("category_id"), ONE)
            if file is not None and name in drawn:
                found[name][file].append(_coco_reference(a.get("segmentation"), _sides(image.get("height"), image.get("width"))))
            elif file is not None:
                boxed.append((name, file))
    _add_boxed(found, boxed)
    _add_asked(found, asked)
    return dict(found), strangers


def _add_asked(found: dict[str, Found], asked: list[tuple[str, list[str]]]) -> None:
    """Images of a file that names a structure, and outlines it nowhere: it was looked for there, too."""
    for name, images in asked:
        if name in found:
            found[name] = {image: [] for image in images} | found[name]


def _add_boxed(found: dict[str, Found], boxed: list[tuple[str, str]]) -> None:
    """What one file has as boxes only: nobody's outline, unless another file outlines such things and this image lacks it."""
    for name, file in boxed:
        if name in found and not found[name].get(file):
            found[name][file] = [{"unusable": BOX_ONLY}]


def _sides(height: Any, width: Any) -> dict[str, list[int]]:
    """Height and width of the image that was outlined, as a reference bears them; nothing where the file doesn't say."""
    try:
        sides = [int(float(height)), int(float(width))]
    except (OverflowError, TypeError, ValueError):
        return {}
    return {"size": sides} if min(sides) > 0 else {}


def _coco_reference(segmentation: Any, sides: dict[str, list[int]]) -> dict[str, Any]:
    if isinstance(segmentation, list) and segmentation:
        return {"polygons": segmentation if isinstance(segmentation[0], list) else [segmentation], **sides}
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
    sides: dict[str, dict[str, list[int]]] = {}
    for name, content in _json(folder):
        if not isinstance(content.get("shapes"), list):
            continue
        file = index.find(str(content.get("imagePath"))) or index.find(PurePosixPath(name).stem)
        if file is None:
            strangers.append(name)
        else:
            read[file] = [shape for shape in content["shapes"] if isinstance(shape, dict) and shape.get("points")]
            sides[file] = _sides(content.get("imageHeight"), content.get("imageWidth"))
    for label in {str(shape.get("label") or ONE) for shapes in read.values() for shape in shapes}:
        found[label] = {file: [] for file in read}
    for file, shapes in read.items():
        for shape in shapes:
            found[str(shape.get("label") or ONE)][file].append(_labelme_reference(shape, sides[file]))
    return dict(found), strangers


def _labelme_reference(shape: dict[str, Any], sides: dict[str, list[int]]) -> dict[str, Any]:
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
    return {"polygons": [points.ravel().tolist()], **sides}


_ROUND = 72
"""Corners that a circle is drawn with."""
