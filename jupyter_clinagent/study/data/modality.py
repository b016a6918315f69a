"""What kind of images these are: by DICOM headers, by names, by what these suggest; pixels tell only whether there is colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jupyter_clinagent import modalities
from jupyter_clinagent.errors import UnreadableImage
from jupyter_clinagent.imaging.reading import is_dicom, read_image
from jupyter_clinagent.study.data.folder import DataFolder

SAMPLE = 48
Source = Literal["tags", "names", "hints", "pixels"]


@dataclass(frozen=True)
class Look:
    """What a sample of the images looks like; ``evidence`` says why they are taken for a kind."""

    modality: str
    source: Source
    coloured: bool | None
    median_size: tuple[int, int] | None
    unreadable: int
    evidence: str


def look_at_sample(folder: DataFolder, images: Sequence[str], words: str = "") -> Look:
    """Read up to 48 evenly spaced images and their headers.

    Parameters
    ----------
    words
        Names of files, columns and classes.
    """
    step = max(1, len(images) // SAMPLE)
    sample = images[::step][:SAMPLE]
    read = [_try_read(folder, image) for image in sample]
    pixels = [image for image in read if image is not None]
    if not pixels:
        return Look("other", "pixels", None, None, len(read), "none of the sampled images could be read")
    share = float(np.mean([_is_coloured(image) for image in pixels]))
    seen = f"{share:.0%} of {len(pixels)} sampled images are in colour"
    kind, source, evidence = _judge(_tags(folder, sample), f"{folder.root.name} {words}", share >= 0.5, seen)
    widths, heights = [image.shape[1] for image in pixels], [image.shape[0] for image in pixels]
    size = (int(np.median(widths)), int(np.median(heights)))
    return Look(kind, source, share >= 0.5, size, len(read) - len(pixels), evidence)


def _try_read(folder: DataFolder, image: str) -> np.ndarray | None:
    try:
        return read_image(folder.path(image))
    except UnreadableImage:
        return None


def _tags(folder: DataFolder, sample: Sequence[str]) -> Counter[str]:
    """Kinds that the headers of the sampled DICOM files name."""
    files = [path for path in map(folder.path, sample) if is_dicom(path)]
    if not files:
        return Counter()
    from jupyter_clinagent.imaging.dicom import read_modality  # where there is no DICOM, pydicom isn't needed

    return Counter(kind for path in files if (kind := modalities.of_tag(read_modality(path))))


def _judge(tags: Counter[str], words: str, coloured: bool, seen: str) -> tuple[str, Source, str]:
    """The kind, where it comes from, and why; nothing is guessed from pixels but colour."""
    if len(tags) == 1:
        return next(iter(tags)), "tags", "DICOM headers say so"
    if kind := modalities.spoken_of(words, coloured=coloured):
        return kind, "names", "names in the folder say so"
    if kind := modalities.spoken_of(words, hints=True, coloured=coloured):
        return kind, "hints", f"names in the folder suggest it, and {seen}"
    return modalities.UNKNOWN[coloured], "pixels", f"no name tells, and {seen}"


def _is_coloured(image: np.ndarray) -> bool:
    spread = image.max(axis=2).astype(int) - image.min(axis=2)
    return bool(np.mean(spread) > 8)
