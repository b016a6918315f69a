"""YOLO: a text file for each image, lines ``class x_centre y_centre width height`` in parts of the image, or polygons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import numpy as np

from jupyter_clinagent.study.boxes.found import AnnotatedBoxes, Row, gather
from jupyter_clinagent.study.folder import DataFolder

_LINE = re.compile(r"^\d+(?:\s+-?(?:\d*\.)?\d+(?:e[-+]?\d+)?){4,}\s*$", re.I)
_MOST = 2.0
"""A coordinate further out than this is no part of an image, so the file is none of YOLO's."""


def yolo_boxes(folder: DataFolder, images: Sequence[str]) -> AnnotatedBoxes | None:
    """Boxes of every text file that has an image's name; class names from ``classes.txt``, ``*.names`` or ``data.yaml``."""
    owners, names = _owners(images), _class_names(folder)
    read = {name: lines for name in folder.with_suffix(".txt") if (lines := _lines(folder, name))}
    owned = {name: owner for name in read if (owner := _owner(name, owners)) is not None}
    named = [row for name, image in owned.items() for row in _rows(image, read[name], names)]
    return gather("yolo", named, list(owned), relative=True)


def _owners(images: Sequence[str]) -> dict[str, str]:
    """Images by their path without suffix, and by their bare name where only one has it."""
    by_stem: dict[str, list[str]] = {}
    for image in images:
        by_stem.setdefault(PurePosixPath(image).stem.lower(), []).append(image)
    unique = {stem: found[0] for stem, found in by_stem.items() if len(found) == 1}
    return unique | {PurePosixPath(image).with_suffix("").as_posix().lower(): image for image in images}


def _owner(name: str, owners: dict[str, str]) -> str | None:
    path = PurePosixPath(name.lower()).with_suffix("")
    beside = "/".join("images" if part == "labels" else part for part in path.parts)
    return owners.get(path.as_posix()) or owners.get(beside) or owners.get(path.name)


def _lines(folder: DataFolder, name: str) -> list[list[float]]:
    lines = [line for line in folder.path(name).read_text(errors="replace").splitlines() if line.strip()]
    if not all(_LINE.match(line) for line in lines):
        return []
    numbers = [[float(word) for word in line.split()] for line in lines]
    return numbers if all(abs(value) <= _MOST for line in numbers for value in line[1:]) else []


def _rows(image: str, lines: list[list[float]], names: dict[int, str]) -> Iterator[tuple[str, Row]]:
    for number, *values in lines:
        label = names.get(int(number), f"class {int(number)}")
        yield image, (image, label, *_corners(values), None, None)


def _corners(values: list[float]) -> tuple[float, float, float, float]:
    if len(values) >= 6:  # a polygon
        points = np.array(values[: len(values) // 2 * 2]).reshape(-1, 2)
        (x_min, y_min), (x_max, y_max) = points.min(axis=0), points.max(axis=0)
        return float(x_min), float(y_min), float(x_max), float(y_max)
    x, y, width, height = values[:4]
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _class_names(folder: DataFolder) -> dict[int, str]:
    for name in folder.others:
        base = PurePosixPath(name).name.lower()
        if base == "classes.txt" or base.endswith(".names"):
            lines = folder.path(name).read_text(encoding="utf-8", errors="replace").splitlines()
            return {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    for name in folder.with_suffix(".yaml", ".yml"):
        if found := _yaml_names(folder.path(name).read_text(encoding="utf-8", errors="replace")):
            return found
    return {}


def _yaml_names(text: str) -> dict[int, str]:
    """The three ways in which ``names:`` is written: ``[a, b]``, ``- a`` line by line, ``0: a`` line by line."""
    if inline := re.search(r"^names:\s*\[(.*?)\]", text, re.M | re.S):
        return {number: _bare(part) for number, part in enumerate(inline[1].split(",")) if _bare(part)}
    block = re.search(r"^names:[ \t]*\r?\n((?:[ \t]*(?:-|\d+:).*(?:\r?\n|$))+)", text, re.M)
    lines = block[1].splitlines() if block else []
    return {number: _bare(re.sub(r"^\s*(-|\d+:)", "", line)) for number, line in enumerate(lines)}


def _bare(text: str) -> str:
    return text.strip().strip("\"'")
