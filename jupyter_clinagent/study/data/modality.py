"""What kind of images these are, guessed from a sample of them and from their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jupyter_clinagent.contracts import Modality
from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.data.folder import DataFolder

SAMPLE = 48
_DERMOSCOPY = re.compile(r"dermosc|isic|ham10000|melanom|nevus|naevus|lesion|\bnv\b|skin", re.I)
_SKIN_SHARE = 0.6


class Look(NamedTuple):
    """What a sample of the images looks like; ``evidence`` says it in words."""

    modality: Modality
    median_size: tuple[int, int] | None
    unreadable: int
    evidence: str


def look_at_sample(folder: DataFolder, images: Sequence[str], words: str = "") -> Look:
    """Read up to 48 evenly spaced images; colour, skin tones and names decide the modality.

    Parameters
    ----------
    words
        Names of files, columns and classes, searched for words such as *dermoscopy*.
    """
    step = max(1, len(images) // SAMPLE)
    read = [_try_read(folder, image) for image in images[::step][:SAMPLE]]
    pixels = [image for image in read if image is not None]
    if not pixels:
        return Look("other", None, len(read), "none of the sampled images could be read")
    widths, heights = [image.shape[1] for image in pixels], [image.shape[0] for image in pixels]
    modality, evidence = _judge(pixels, f"{folder.root.name} {words}")
    return Look(modality, (int(np.median(widths)), int(np.median(heights))), len(read) - len(pixels), evidence)


def _try_read(folder: DataFolder, image: str) -> np.ndarray | None:
    try:
        return read_image(folder.path(image))
    except UnreadableImage:
        return None


def _judge(pixels: list[np.ndarray], words: str) -> tuple[Modality, str]:
    coloured = float(np.mean([_is_coloured(image) for image in pixels]))
    if coloured < 0.5:
        return "radiograph", f"{1 - coloured:.0%} of {len(pixels)} sampled images are grey"
    skin = float(np.mean([_is_skin(image) for image in pixels]))
    if skin >= _SKIN_SHARE and (_DERMOSCOPY.search(words) or skin > 0.8):
        return "dermoscopy", f"{skin:.0%} of {len(pixels)} sampled images have the colours of skin"
    return "other", f"{coloured:.0%} of {len(pixels)} sampled images are in colour, {skin:.0%} have the colours of skin"


def _is_coloured(image: np.ndarray) -> bool:
    spread = image.max(axis=2).astype(int) - image.min(axis=2)
    return bool(np.mean(spread) > 8)


def _is_skin(image: np.ndarray) -> bool:
    red, green, blue = (image[..., channel].astype(int) for channel in range(3))
    return bool(np.mean((red > green) & (red > blue) & (red > 40)) > 0.6)
