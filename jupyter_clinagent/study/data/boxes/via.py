"""VGG Image Annotator: one JSON file for all images, with regions in pixels (version 2, annotations or a whole project)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from jupyter_clinagent.study.data.boxes.found import UNNAMED, AnnotatedBoxes, Row, around, gather, number
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.matching import FileIndex


def via_boxes(folder: DataFolder, index: FileIndex) -> AnnotatedBoxes | None:
    """Boxes of every file of the annotator; a region of another shape gives the box around it."""
    found = {name: images for name in folder.with_suffix(".json") if (images := _images(folder, name))}
    return gather("via", [row for images in found.values() for row in _rows(images, index)], list(found))


def _images(folder: DataFolder, name: str) -> list[dict[str, Any]]:
    """What the file says of each image; empty where it is another kind of JSON."""
    try:
        content = json.loads(folder.path(name).read_text(encoding="utf-8-sig"))
    except (ValueError, OSError):
        return []
    content = content.get("_via_img_metadata", content) if isinstance(content, dict) else {}
    images = list(content.values()) if isinstance(content, dict) else []
    return images if all(isinstance(one, dict) and {"filename", "regions"} <= one.keys() for one in images) else []


def _rows(images: list[dict[str, Any]], index: FileIndex) -> Iterator[tuple[str, Row]]:
    for image in images:
        name, regions = str(image["filename"]), image["regions"]
        for region in regions.values() if isinstance(regions, dict) else regions or ():
            yield name, (index.find(name), _label(region.get("region_attributes")), *_corners(region), None, None)


def _label(attributes: object) -> str:
    """The first attribute that says something; of boxes to tick, those that are."""
    for value in attributes.values() if isinstance(attributes, dict) else ():
        if isinstance(value, dict):
            value = " ".join(str(name) for name, ticked in value.items() if ticked)
        if str(value).strip():
            return str(value).strip()
    return UNNAMED


def _corners(region: dict[str, Any]) -> tuple[float, float, float, float]:
    shape = region.get("shape_attributes") or {}
    if "all_points_x" in shape:
        return around(*([number(value) for value in shape.get(f"all_points_{axis}", ())] for axis in "xy"))
    if "cx" in shape:
        x, y = number(shape["cx"]), number(shape.get("cy"))
        across, down = (number(shape.get(radius, shape.get("r"))) for radius in ("rx", "ry"))
        return x - across, y - down, x + across, y + down
    x, y, width, height = (number(shape.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height
