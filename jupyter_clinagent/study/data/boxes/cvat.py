"""CVAT: one XML file for all images, with boxes or polygons by their labels (“CVAT for images 1.1”)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from jupyter_clinagent.study.data.boxes.found import UNNAMED, AnnotatedBoxes, Row, around, gather, number
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.matching import FileIndex

_SHAPES = ("box", "polygon")


def cvat_boxes(folder: DataFolder, index: FileIndex) -> AnnotatedBoxes | None:
    """Boxes of every CVAT file; a polygon gives the box around it."""
    roots = {name: root for name in folder.with_suffix(".xml") if (root := _annotations(folder, name)) is not None}
    return gather("cvat", [row for root in roots.values() for row in _rows(root, index)], list(roots))


def _annotations(folder: DataFolder, name: str) -> ElementTree.Element | None:
    try:
        root = ElementTree.parse(folder.path(name)).getroot()
    except (ElementTree.ParseError, LookupError, ValueError, OSError):
        return None
    return root if root.tag == "annotations" and root.find("image") is not None else None


def _rows(root: ElementTree.Element, index: FileIndex) -> Iterator[tuple[str, Row]]:
    for image in root.findall("image"):
        name = image.get("name", "")
        size = number(image.get("width")), number(image.get("height"))
        for shape in image:
            if shape.tag in _SHAPES:
                yield name, (index.find(name), shape.get("label") or UNNAMED, *_corners(shape), *size)


def _corners(shape: ElementTree.Element) -> tuple[float, float, float, float]:
    if shape.tag == "box":
        x_min, y_min, x_max, y_max = (number(shape.get(corner)) for corner in ("xtl", "ytl", "xbr", "ybr"))
        return x_min, y_min, x_max, y_max
    values = [number(value) for value in re.split(r"[,;]", shape.get("points", ""))]
    return around(values[::2], values[1::2])
