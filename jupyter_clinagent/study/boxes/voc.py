"""Pascal VOC: one XML file for each image."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import PurePosixPath

from jupyter_clinagent.study.boxes.found import AnnotatedBoxes, Row, gather
from jupyter_clinagent.study.folder import DataFolder
from jupyter_clinagent.study.matching import FileIndex


def voc_boxes(folder: DataFolder, index: FileIndex) -> AnnotatedBoxes | None:
    """Boxes of every annotation; the image is the one named in it, or the one with the same name."""
    read = {name: root for name in folder.with_suffix(".xml") if (root := _annotation(folder, name)) is not None}
    named = [row for name, root in read.items() for row in _rows(name, root, index)]
    return gather("voc", named, list(read))


def _annotation(folder: DataFolder, name: str) -> ElementTree.Element | None:
    try:
        root = ElementTree.parse(folder.path(name)).getroot()
    except (ElementTree.ParseError, OSError):
        return None
    return root if root.tag == "annotation" else None


def _rows(name: str, root: ElementTree.Element, index: FileIndex) -> Iterator[tuple[str, Row]]:
    file_name = (root.findtext("filename") or "").strip()
    file = index.find(file_name) or index.find(PurePosixPath(name).stem)
    width, height = _number(root.findtext("size/width")), _number(root.findtext("size/height"))
    for found in root.findall("object"):
        corners = [_number(found.findtext(f"bndbox/{corner}")) for corner in ("xmin", "ymin", "xmax", "ymax")]
        # VOC counts pixels from 1 and includes the last one.
        x_min, y_min, x_max, y_max = corners[0] - 1, corners[1] - 1, corners[2], corners[3]
        label = (found.findtext("name") or "finding").strip()
        yield file_name or name, (file, label, x_min, y_min, x_max, y_max, width, height)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
