"""Pascal VOC: one XML file for each image."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from jupyter_clinagent.study.data.boxes.found import MOST_PART, UNREAD, AnnotatedBoxes, Row, gather, number
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.matching import FileIndex


def voc_boxes(folder: DataFolder, index: FileIndex) -> AnnotatedBoxes | None:
    """Boxes of every annotation; the image is the one named in it, or the one with the same name."""
    roots = {name: _annotation(folder, name) for name in folder.with_suffix(".xml")}
    read = {name: root for name, root in roots.items() if root is not None}
    homes = {PurePosixPath(name).parent for name in read}
    broken = {
        name: image for name in roots.keys() - read.keys() if (image := _image_of_broken(folder, name, index, homes)) is not None
    }
    named = [row for name, root in read.items() for row in _rows(name, root, index)]
    return gather("voc", named, [*read, *sorted(broken)], unread=dict.fromkeys(broken.values(), UNREAD))


def _annotation(folder: DataFolder, name: str) -> ElementTree.Element | None:
    try:
        root = ElementTree.parse(folder.path(name)).getroot()
    except (ElementTree.ParseError, LookupError, ValueError, OSError):  # an encoding that nobody knows is a LookupError
        return None
    return root if root.tag == "annotation" else None


def _image_of_broken(folder: DataFolder, name: str, index: FileIndex, homes: Collection[PurePosixPath]) -> str | None:
    """The image of an annotation that can't be read; None for XML that was never meant to be one."""
    try:
        text = folder.path(name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    if "<annotation" not in text and PurePosixPath(name).parent not in homes:
        return None
    told = re.search(r"<filename>\s*([^<]+?)\s*<", text)
    return (index.find(told[1]) if told else None) or index.find(PurePosixPath(name).stem)


def _rows(name: str, root: ElementTree.Element, index: FileIndex) -> Iterator[tuple[str, Row]]:
    file_name = (root.findtext("filename") or "").strip()
    file = index.find(file_name) or index.find(PurePosixPath(name).stem)
    width, height = number(root.findtext("size/width")), number(root.findtext("size/height"))
    for found in root.findall("object"):
        corners = [number(found.findtext(f"bndbox/{corner}")) for corner in ("xmin", "ymin", "xmax", "ymax")]
        # VOC counts pixels from 1 and includes the last one; parts of the image (not VOC's, but met with) are no pixels.
        first = 0 if max(corners) <= MOST_PART else 1
        x_min, y_min, x_max, y_max = corners[0] - first, corners[1] - first, corners[2], corners[3]
        label = (found.findtext("name") or "finding").strip()
        yield file_name or name, (file, label, x_min, y_min, x_max, y_max, width, height)
