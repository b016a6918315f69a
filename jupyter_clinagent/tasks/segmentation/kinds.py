"""What the pixels of mask files mean: inside and outside, numbered labels, or colours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.tasks.segmentation.legend import Legend
from jupyter_clinagent.tasks.segmentation.lines import are_lines
from jupyter_clinagent.tasks.segmentation.palettes import Colour, palettes_of
from jupyter_clinagent.tasks.segmentation.reading import marked, read_values

SAMPLE = 40
"""Masks that are looked at to tell what kind they are; of labels and colours all are, for a rare one must not go missing."""
MOST = 12
"""More values than this are shades of an edge, not labels."""
ALIKE, LARGE = 0.95, 0.3
"""A field of view covers this much of the image and overlaps itself in another one so much."""
GAPS, UNEVEN = 1.5, 10
"""Numbers of objects leave few out, and no object is so many times larger than half of the others."""
LEAST = 5
CORNERS = 0.9
"""A value that fills so many of the masks' corners lies outside, though it isn't 0."""
NEARLY_ALL = 0.9
FULL, NEAR = 255, 5
"""Pixels of a soft edge have 0 and 255 within a square of so many pixels."""
VOID, NUMBERED = 255, 64
"""255 beside labels below 64 marks pixels that nobody decided on (Pascal VOC, Cityscapes)."""
Value = int | Colour
BLACK: Colour = (0, 0, 0)
_PACKED = np.array([1 << 16, 1 << 8, 1])
"""A colour as one number."""
_LOSSY = frozenset([".jpg", ".jpeg"])
_PALETTES = "The masks have different palettes, so their colours are read, not the numbers behind them."

_LINES = "The masks draw only the line around what they outline; what lies within the line counts as inside, too."


@dataclass(frozen=True)
class Kind:
    """Values by structure (None: whatever is brighter than ``above``), and what was assumed.

    ``colours`` says that palettes are read by their colours, because their numbers mean something else in each file;
    ``called`` is what the legend calls the only value; ``line`` says that masks draw a line around what is inside.
    """

    values: Mapping[str, Any]
    said: list[str] = field(default_factory=list)
    above: float | None = None
    colours: bool = False
    called: str = ONE
    line: bool = False

    @property
    def reading(self) -> dict[str, Any]:
        """What a reference needs beside file and value."""
        told = {"above": self.above, "colours": self.colours or None, "line": self.line or None}
        return {name: value for name, value in told.items() if value is not None}

    def structures(self, name: str) -> dict[str, Any]:
        """Value by structure; a single one bears the name of its masks, else that of the legend."""
        if list(self.values) == [ONE]:
            return {self.called if name == ONE else name: self.values[ONE]}
        return {f"{name}: {label}" if name != ONE else label: value for label, value in self.values.items()}


def kind_of(masks: Sequence[Path], legend: Legend) -> Kind:
    """Judge the masks of one structure: by a sample whether their edges are soft, then by all of them which values occur."""
    palettes = palettes_of(masks)
    named: Legend = {number: legend[colour] for number, colour in palettes.colours.items() if colour in legend}
    kind = _read_kind(masks, named | legend, palettes.differ)
    kind = replace(kind, said=[*kind.said, _PALETTES], colours=True) if palettes.differ else kind
    return replace(kind, said=[*kind.said, _LINES], line=True) if _draws_lines(masks, kind) else kind


def _draws_lines(masks: Sequence[Path], kind: Kind) -> bool:
    if list(kind.values) != [ONE]:
        return False
    read = (_values(path, kind.colours) for path in sampled(masks))
    return are_lines([marked(values, kind.values[ONE], kind.above) for values in read if values is not None])


def _read_kind(masks: Sequence[Path], legend: Legend, colours: bool) -> Kind:
    read = [(path, values) for path in sampled(masks) if (values := _values(path, colours)) is not None]
    if any(values.ndim == 3 for _, values in read):
        return _coloured(set().union(*_values_of_all(masks, colours)), _outside_colour([values for _, values in read]), legend)
    brightest = max((int(values.max()) for _, values in read), default=0)
    lossy = any(path.suffix.lower() in _LOSSY for path, _ in read)
    each = [_labels(values) for _, values in read] if lossy else _values_of_all(masks, colours)
    seen = {value for values in each for value in values if isinstance(value, int)}
    if not lossy and len(seen) > MOST and _numbers_objects([values for _, values in read]):
        return Kind({ONE: None}, ["The masks number each object; all of them count as inside."], 0)
    if (lossy and len(seen) > 2) or len(seen) > MOST or (not lossy and _has_soft_edges(masks, each, colours, legend)):
        said = "The masks have soft edges; what is brighter than half counts as inside."
        return Kind({ONE: None}, [said], brightest / 2)
    if seen == {0, 1, VOID} and not any({1, VOID} <= values for values in each):
        return Kind({ONE: None}, ["Some masks are written with 1 and some with 255; both count as inside."])
    return _numbered(seen, _outside([values for _, values in read]), legend)


def _numbers_objects(masks: Sequence[np.ndarray]) -> bool:
    """Whether values run from 1 on and none fills much more than the others, as the brightest of a soft edge does."""
    shown = [np.unique(mask[mask > 0], return_counts=True) for mask in masks if mask.any()]
    running = [values.max() <= GAPS * len(values) and counts.max() <= UNEVEN * np.median(counts) for values, counts in shown]
    return len(running) > 0 and float(np.mean(running)) >= NEARLY_ALL


def _has_soft_edges(masks: Sequence[Path], each: Sequence[set[Value]], colours: bool, legend: Legend) -> bool:
    """Whether the values between 0 and 255 lie along edges only, as where a mask of two values was enlarged or shrunk.

    One value in between may be a thin wall around something, so it takes two of them.
    """
    seen = {value for values in each for value in values if isinstance(value, int)}
    between = seen - {0, FULL}
    if len(between) < 2 or seen - between != {0, FULL} or not NUMBERED <= max(between) < FULL or between & legend.keys():
        return False
    softened = sampled([path for path, values in zip(masks, each, strict=True) if values & between])
    read = [values for path in softened if (values := _values(path, colours)) is not None]
    values, edges = (
        np.concatenate(parts) for parts in zip(*((mask.ravel(), _edges(mask).ravel()) for mask in read), strict=True)
    )
    return all(edges[values == value].mean() >= NEARLY_ALL for value in between)


def _edges(mask: np.ndarray) -> np.ndarray:
    """Where both 0 and 255 are close by."""
    near = np.ones((NEAR, NEAR), np.uint8)
    grey = mask.astype(np.uint8)
    return np.asarray((cv2.erode(grey, near) == 0) & (cv2.dilate(grey, near) == FULL))


def _numbered(seen: set[int], outside: int, legend: Legend) -> Kind:
    """Masks whose values are labels."""
    inside, said = sorted(seen - {outside}), []
    if outside:
        said.append(f"The value {outside} fills the corners of the masks, so it counts as outside.")
    if len(inside) > 1 and inside[-1] == VOID and inside[-2] < NUMBERED:
        inside = inside[:-1]
        said.append(f"The value {VOID} beside numbered labels means that nobody decided, and counts as outside.")
    if len(inside) < 2:
        called = legend.get(inside[0], ONE) if inside else ONE
        return Kind({ONE: inside[0] if inside and said else None}, said, called=called)
    unnamed = [str(value) for value in inside if value not in legend]
    if unnamed:
        said.append(f"No legend says what the labels {', '.join(unnamed)} mean; they are called by their numbers.")
    return Kind(_by_name([(legend.get(value, f"label {value}"), value) for value in inside]), said)


def _by_name(values: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The value of each name; of one that several numbers or colours bear, the list of them."""
    gathered: dict[str, list[Any]] = defaultdict(list)
    for name, value in values:
        gathered[name].append(value)
    return {name: each[0] if len(each) == 1 else np.reshape(each, (len(each), -1)).tolist() for name, each in gathered.items()}


def _coloured(seen: set[Value], outside: Colour, legend: Legend) -> Kind:
    """Masks whose colours are structures; black and what fills the corners lie outside."""
    drawn = {value if isinstance(value, tuple) else (value, value, value) for value in seen} - {BLACK}
    colours = drawn - {outside} or drawn
    said = [f"The {_called(outside)} fills the corners of the masks, so it counts as outside."] if colours < drawn else []
    if len(colours) > MOST:
        return Kind({ONE: None}, ["The masks have many shades of colour; what is brighter than half counts as inside."])
    named = _by_name([(legend.get(colour, _called(colour)), list(colour)) for colour in sorted(colours)])
    if all(colour in legend for colour in colours):
        return Kind(named, said)
    how = "a text file “legend.csv” with lines such as “liver,255,0,0” beside the masks names them"
    return Kind(named, [*said, f"No legend says what the colours of the masks mean; they are called by their colour, and {how}."])


def _called(colour: Colour) -> str:
    return "colour #{:02x}{:02x}{:02x}".format(*colour)


def field_of_view(masks: Sequence[Path]) -> bool:
    """Whether the masks are nearly the same large disc or frame in every image, with corners that lie outside."""
    read = [
        values if values.ndim == 2 else values.max(axis=2) for path in sampled(masks) if (values := _values(path)) is not None
    ]
    inside = [values > values.max() / 2 for values in read if values.max() > 0]
    if len(inside) < LEAST or len({mask.shape for mask in inside}) > 1 or _outside(read):
        return False
    overlaps = [(mask & inside[0]).sum() / (mask | inside[0]).sum() for mask in inside]
    return float(np.mean([mask.mean() for mask in inside])) > LARGE and min(overlaps) > ALIKE


def sampled(files: Sequence[Path]) -> list[Path]:
    """At most :data:`SAMPLE` files, evenly spread."""
    return list(files[:: max(1, len(files) // SAMPLE)][:SAMPLE])


def _outside(masks: Sequence[np.ndarray]) -> int:
    """The value that nearly all corners have, or 0."""
    corners = np.array([mask[row, column] for mask in masks if mask.ndim == 2 for row in (0, -1) for column in (0, -1)], int)
    values, counts = np.unique(corners, return_counts=True)
    return int(values[counts.argmax()]) if len(corners) and counts.max() >= CORNERS * len(corners) else 0


def _outside_colour(masks: Sequence[np.ndarray]) -> Colour:
    """The colour that nearly all corners have, or black; a mask without colours has the grey of its number."""
    code = _outside([mask @ _PACKED if mask.ndim == 3 else mask * int(_PACKED.sum()) for mask in masks])
    return _unpacked(code)


def _unpacked(code: int) -> Colour:
    return code >> 16, code >> 8 & 255, code & 255


def _values_of_all(masks: Sequence[Path], colours: bool) -> list[set[Value]]:
    """Values or colours of each mask; of one with more than a label map has, just enough to tell that it does."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(partial(_values_in, colours=colours), masks))


def _values_in(path: Path, colours: bool) -> set[Value]:
    values = _values(path, colours)
    if values is None:
        return set()
    if values.ndim == 2:
        return _labels(values)
    return {_unpacked(code) for code in np.unique(values.reshape(-1, 3) @ _PACKED)[: 2 * MOST].tolist()}


def _labels(mask: np.ndarray) -> set[Value]:
    return set(np.unique(mask)[: 2 * MOST].tolist())


def _values(path: Path, colours: bool = False) -> np.ndarray | None:
    """None where it can't be read; it is counted when the cohort is loaded."""
    try:
        return read_values(path, colours)
    except BadInput:
        return None
