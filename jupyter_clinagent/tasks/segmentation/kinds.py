"""What the pixels of mask files mean: inside and outside, numbered labels, or colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.tasks.segmentation.legend import Legend
from jupyter_clinagent.tasks.segmentation.pairing import ONE
from jupyter_clinagent.tasks.segmentation.reading import read_values

MOST = 12
"""More values than this are shades of an edge, not labels."""
ALIKE, LARGE = 0.95, 0.3
"""A field of view covers this much of the image and overlaps itself in another one so much."""
LEAST = 5
_LOSSY = frozenset([".jpg", ".jpeg"])


@dataclass(frozen=True)
class Kind:
    """Values by structure (None: whatever is bright), and what was assumed."""

    values: Mapping[str, Any]
    said: list[str] = field(default_factory=list)

    def structures(self, name: str) -> dict[str, Any]:
        """Value by structure; a single one bears the name of its masks."""
        if list(self.values) == [ONE]:
            return {name: self.values[ONE]}
        return {f"{name}: {label}" if name != ONE else label: value for label, value in self.values.items()}


def kind_of(masks: Sequence[Path], legend: Legend) -> Kind:
    """Judge a sample of masks."""
    read = [(path, values) for path in masks if (values := _values(path)) is not None]
    if any(values.ndim == 3 for _, values in read):
        return _coloured([values for _, values in read if values.ndim == 3], legend)
    seen = sorted({int(v) for _, values in read for v in np.unique(values)} - {0})
    soft = any(path.suffix.lower() in _LOSSY for path, _ in read) or len(seen) > MOST
    if soft and len(seen) > 1:
        return Kind({ONE: None}, ["The masks have soft edges; what is brighter than half counts as inside."])
    if len(seen) < 2:
        return Kind({ONE: None})
    named = {legend.get(value, f"label {value}"): value for value in seen}
    unnamed = [str(value) for value in seen if value not in legend]
    said = [f"No legend says what the labels {', '.join(unnamed)} mean; they are called by their numbers."] if unnamed else []
    return Kind(named, said)


def _coloured(masks: Sequence[np.ndarray], legend: Legend) -> Kind:
    colours = {(int(r), int(g), int(b)) for mask in masks for r, g, b in np.unique(mask.reshape(-1, 3), axis=0)} - {(0, 0, 0)}
    if len(colours) > MOST:
        return Kind({ONE: None}, ["The masks have many shades of colour; what is brighter than half counts as inside."])
    named = {legend.get(colour, "colour #{:02x}{:02x}{:02x}".format(*colour)): list(colour) for colour in sorted(colours)}
    if all(colour in legend for colour in colours):
        return Kind(named)
    how = "a text file “legend.csv” with lines such as “liver,255,0,0” beside the masks names them"
    return Kind(named, [f"No legend says what the colours of the masks mean; they are called by their colour, and {how}."])


def field_of_view(masks: Sequence[Path]) -> bool:
    """Whether the masks are nearly the same large disc or frame in every image."""
    read = [values if values.ndim == 2 else values.max(axis=2) for path in masks if (values := _values(path)) is not None]
    inside = [values > values.max() / 2 for values in read if values.max() > 0]
    if len(inside) < LEAST or len({mask.shape for mask in inside}) > 1:
        return False
    overlaps = [(mask & inside[0]).sum() / (mask | inside[0]).sum() for mask in inside]
    return float(np.mean([mask.mean() for mask in inside])) > LARGE and min(overlaps) > ALIKE


def _values(path: Path) -> np.ndarray | None:
    """None where it can't be read; it is counted when the cohort is loaded."""
    try:
        return read_values(path)
    except BadInput:
        return None
