"""YOLO: a text file for each image, lines ``class x_centre y_centre width height`` in parts of the image, or polygons."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np

from jupyter_clinagent.study.data.boxes.found import PARTLY, UNREAD, AnnotatedBoxes, Row, gather
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.paths import folders_of, name_of, stem_of

_LINE = re.compile(r"^(?:\d+|[^\W\d][\w-]*)(?:\s+-?(?:\d*\.)?\d+(?:e[-+]?\d+)?){4,}\s*$", re.I)
"""A class by its number, or against the format by its name, and numbers."""
_COMMAS = re.compile(r"\s*[,;]\s*")
_NUMBER = re.compile(r"[-+]?\d*[.,]?\d+(?:e[-+]?\d+)?", re.I)
_MOST = 2.0
"""A coordinate further out than this is no part of an image."""


class _LabelFile(NamedTuple):
    """A text file with an image's name: the lines that are YOLO's, and the others."""

    image: str
    lines: list[tuple[str, list[float]]]
    """Number or name of a class, and what describes a box."""
    others: list[str]

    @property
    def why(self) -> str:
        return PARTLY if self.lines else UNREAD


def yolo_boxes(folder: DataFolder, images: Sequence[str]) -> AnnotatedBoxes | None:
    """Boxes of every text file that has an image's name; class names from ``classes.txt``, ``*.names`` or ``data.yaml``.

    A label file with a line that can't be read says nothing sure of its image. An empty one says that there is no finding.
    """
    owners, names = _owners(images), _class_names(folder)
    texts = ((name, owner) for name in folder.with_suffix(".txt") if (owner := _owner(name, owners)) is not None)
    read = {name: _read(folder, name, owner) for name, owner in texts}
    homes = {PurePosixPath(name).parent for name, file in read.items() if file.lines}
    broken = {name: file for name, file in read.items() if file.others and _is_label_file(name, file, homes)}
    named = [row for file in read.values() for row in _rows(file.image, file.lines, names)]
    files = [name for name, file in read.items() if file.lines or name in broken]
    unread = {file.image: file.why for file in broken.values()}
    return gather("yolo", named, files, relative=True, unread=unread, assumed=_say_names(read))


def _is_label_file(name: str, file: _LabelFile, homes: Collection[PurePosixPath]) -> bool:
    """Whether a text that can't be read as boxes was meant to: by its place among others, or by its numbers.

    A report in words that lies elsewhere under the image's name says nothing about boxes.
    """
    path = PurePosixPath(name)
    return path.parent in homes or "labels" in map(str.lower, path.parts[:-1]) or any(map(_mostly_numbers, file.others))


def _mostly_numbers(line: str) -> bool:
    words = re.split(r"[\s;]+|,\s", line.strip())
    return len(words) > 1 and sum(bool(_NUMBER.fullmatch(word)) for word in words) > len(words) / 2


def _owners(images: Sequence[str]) -> dict[str, str]:
    """Images by their path without suffix, and by their bare name where only one has it."""
    by_stem: dict[str, list[str]] = {}
    for image in images:
        by_stem.setdefault(stem_of(image).lower(), []).append(image)
    unique = {stem: found[0] for stem, found in by_stem.items() if len(found) == 1}
    return unique | {_bare_path(image): image for image in images}


def _bare_path(path: str) -> str:
    return "/".join([*folders_of(path), stem_of(path)]).lower()


def _owner(name: str, owners: dict[str, str]) -> str | None:
    path = _bare_path(name)
    beside = "/".join("images" if part == "labels" else part for part in path.split("/"))
    return owners.get(path) or owners.get(beside) or owners.get(name_of(path))


def _read(folder: DataFolder, name: str, image: str) -> _LabelFile:
    try:
        text = folder.path(name).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return _LabelFile(image, [], [""])
    lines = [line for line in text.splitlines() if line.strip()]
    good = {line: read for line in lines if (read := _box(line)) is not None}
    return _LabelFile(image, [good[line] for line in lines if line in good], [line for line in lines if line not in good])


def _box(line: str) -> tuple[str, list[float]] | None:
    """Commas may stand between numbers that have decimal points."""
    plain = _COMMAS.sub(" ", line) if "." in line else line
    if not _LINE.match(plain):
        return None
    label, *words = plain.split()
    numbers = [float(word) for word in words]
    return (label, numbers) if all(abs(value) <= _MOST for value in numbers) else None


def _rows(image: str, lines: list[tuple[str, list[float]]], names: dict[int, str]) -> Iterator[tuple[str, Row]]:
    for label, values in lines:
        named = names.get(int(label), f"class {int(label)}") if label.isdecimal() else label
        yield image, (image, named, *_corners(values), None, None)


def _say_names(read: dict[str, _LabelFile]) -> list[str]:
    """That lines hold a class's name where the format has its number."""
    spelt = {name: {label for label, _ in file.lines if not label.isdecimal()} for name, file in read.items()}
    files, labels = [name for name, found in spelt.items() if found], sorted(set().union(*spelt.values()))
    if not files:
        return []
    return [f"{len(files)} label files ({files[0]}, …) name a class by its word instead of its number: {', '.join(labels)}."]


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
