"""Masks with a palette: whether their numbers mean the same in every file, or only their colours do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palettes:
    """What the palettes of a set of masks say.

    Attributes
    ----------
    differ
        The same number is another colour in another file, so colours have to be read.
    colours
        Colour by number, where all files agree.
    """

    differ: bool = False
    colours: dict[int, Colour] = field(default_factory=dict)


@dataclass(frozen=True)
class _Used:
    """The whole palette of a file, and the colours of the numbers that it uses."""

    whole: bytes
    colours: dict[int, Colour]

    @property
    def told(self) -> bool:
        """Whether it tells numbers apart: an unwritten palette is one colour throughout."""
        return len(set(self.colours.values())) > 1

    @property
    def grey(self) -> bool:
        return all(len(set(colour)) == 1 for colour in self.colours.values())

    @property
    def plain(self) -> bool:
        """Whether every number is its own grey value, as in a file without a palette."""
        return all(colour == (number, number, number) for number, colour in self.colours.items())


def palettes_of(masks: Sequence[Path]) -> Palettes:
    """Compare the palettes of masks, by the numbers that each uses; files that can't be read say nothing."""
    with ThreadPoolExecutor(4) as pool:
        modes = list(pool.map(_mode, masks))
        if "P" not in modes:
            return Palettes()
        read = pool.map(_used, [mask for mask, mode in zip(masks, modes, strict=True) if mode in ("P", "L")])
        told = [used for used in read if used is not None and used.told]
    if _agree(told):
        return Palettes(colours=_colours(told))
    drawn = [used for used in told if not used.plain]
    if not all(used.grey for used in drawn) and _agree(drawn):  # the others hold bare numbers
        return Palettes(colours=_colours(drawn))
    return Palettes(differ=True)


def in_colour(image: Image.Image) -> np.ndarray:
    """The colours of an image with a palette, uint8 (H, W, 3)."""
    return np.asarray(_table(image)[np.asarray(image)])


def _agree(told: Sequence[_Used]) -> bool:
    """Whether each number has one colour, and each colour one number unless all palettes are the same as a whole."""
    pairs = {pair for used in told for pair in used.colours.items()}
    numbers, colours = {number for number, _ in pairs}, {colour for _, colour in pairs}
    same = len({used.whole for used in told}) <= 1
    return len(numbers) == len(pairs) and (same or len(colours) == len(pairs))


def _colours(told: Iterable[_Used]) -> dict[int, Colour]:
    return {number: colour for used in told for number, colour in used.colours.items()}


def _mode(path: Path) -> str:
    try:
        with Image.open(path) as image:
            return image.mode
    except (OSError, UnidentifiedImageError, ValueError):
        return ""


def _used(path: Path) -> _Used | None:
    try:
        with Image.open(path) as image:
            numbers = np.unique(np.asarray(image)).tolist()
            table = _table(image)
    except (OSError, UnidentifiedImageError, ValueError):
        return None
    return _Used(table.tobytes(), {number: tuple(table[number].tolist()) for number in numbers})


def _table(image: Image.Image) -> np.ndarray:
    """256 colours, uint8 (256, 3); of a grey image each number is its own grey."""
    if image.mode != "P":
        return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    given = np.array(image.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)[:256]
    return np.concatenate([given, np.zeros((256 - len(given), 3), np.uint8)])
