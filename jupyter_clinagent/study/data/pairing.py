"""Which file outlines which image: mask folders beside the images, or masks named after them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from jupyter_clinagent.study.data.layouts import MASK_FOLDERS, SPLIT_WORDS

ONE = "outline"
"""Name of the structure where nothing names it."""
FOLDERS = MASK_FOLDERS | {"seg", "gt", "groundtruth", "ground_truth", "ground truth", "outlines", "contours", "lesion_masks"}
PERHAPS = frozenset(["label", "labels", "annotation", "annotations", "manual", "1st_manual", "target", "targets"])
"""Folders that hold masks if their files are named like images elsewhere."""
_AFTER = re.compile(
    r"^(.+?)[ _-]*(?:masks?|seg(?:mentation)?s?|ground_?truth|gt|labels?|outlines?|manual\d*)(?:[ _-]?\d+)?$", re.I
)
_PART = re.compile(rf"[ _-](?:{'|'.join(SPLIT_WORDS)})$")
_BEFORE = re.compile(r"^(?:masks?|seg(?:mentation)?|gt|labels?)[ _-]+(.+)$", re.I)


@dataclass(frozen=True)
class Paired:
    """Masks by structure and image (paths in the data folder), and mask files without an image of that name."""

    structures: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    alone: list[str] = field(default_factory=list)

    @property
    def masks(self) -> set[str]:
        """Every mask file."""
        return {mask for images in self.structures.values() for masks in images.values() for mask in masks} | set(self.alone)


def pair_masks(files: Sequence[str]) -> Paired:
    """Tell masks from images by their folders and names, and bring them together.

    ``masks/scan7.png``, ``scan7_mask.png``, ``scan7 (1)_mask_1.png``, ``mask_scan7.png``; several masks of an image belong to one
    structure unless folders below the mask folder name them (``masks/liver/scan7.png``).
    """
    stems = {name for file in files if not _level(file, FOLDERS | PERHAPS) for name in _names(file)}
    masks = {file: read for file in files if (read := _as_mask(file, stems)) is not None}
    images: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if file not in masks:
            for name in _names(file):
                images[name].append(file)
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    alone = []
    for file, (stem, structure) in masks.items():
        image = _nearest(file, images.get(stem, []))
        if image is None:
            alone.append(file)
        else:
            found[structure][image].append(file)
    return Paired(_by_folder({name: dict(pairs) for name, pairs in found.items()}), alone) if found else Paired()


def _names(image: str) -> set[str]:
    """What masks may call an image: its stem, without the name of a partition at the end (DRIVE's “21_training”)."""
    stem = PurePosixPath(image).stem.lower()
    return {stem, _PART.sub("", stem) or stem}


def _by_folder(structures: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    """Masks of one image in several folders (“mask”, “1st_manual”) outline different things, which bear the folders' names."""
    pairs = structures.get(ONE, {})
    folders = {image: [_folder(mask) for mask in masks] for image, masks in pairs.items()}
    if not any(len(set(names)) > 1 for names in folders.values()):
        return structures
    apart: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for image, masks in pairs.items():
        for mask in masks:
            apart[_folder(mask)][image].append(mask)
    return {name: one for name, one in structures.items() if name != ONE} | {name: dict(one) for name, one in apart.items()}


def _folder(mask: str) -> str:
    level = _level(mask, FOLDERS | PERHAPS)
    return PurePosixPath(mask).parts[level - 1] if level else ONE


def _as_mask(file: str, stems: set[str]) -> tuple[str, str] | None:
    """Stem of the image that a mask is for, and its structure; None for an image."""
    path = PurePosixPath(file)
    stem = path.stem.lower()
    named = _base(stem)
    level = _level(file, FOLDERS) or (_level(file, PERHAPS) if {stem, named} & stems else 0)
    if level:
        below = [part for part in path.parts[level:-1] if part.lower() not in SPLIT_WORDS]
        return (stem if stem in stems or named is None else named), (below[0] if below else ONE)
    return (named, ONE) if named in stems else None


def _base(stem: str) -> str | None:
    """What a mask's name says beside that it is a mask."""
    match = _AFTER.match(stem) or _BEFORE.match(stem)
    return match[1].rstrip(" _-") if match else None


def _level(file: str, names: frozenset[str] | set[str]) -> int:
    """How deep the folder of masks lies, counted from 1; 0 for none."""
    parts = PurePosixPath(file).parts[:-1]
    return next((number for number, part in enumerate(parts, 1) if part.lower() in names), 0)


def _nearest(mask: str, images: list[str]) -> str | None:
    """Of several images of that name, the one in the folder most like the mask's; None where two are as near."""
    if len(images) < 2:
        return images[0] if images else None
    own = set(PurePosixPath(mask).parts[:-1])
    shared = sorted(((len(own & set(PurePosixPath(image).parts[:-1])), image) for image in images), reverse=True)
    return shared[0][1] if shared[0][0] > shared[1][0] else None
