"""Pieces of an image that lie beside it or below it (``149.bmp``, ``CROPPED/149_01.bmp``): they show the same, and never part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jupyter_clinagent.study.data.paths import stem_of

LEAST_WHOLE, LEAST_SHARE = 5, 0.3
"""So many images have pieces, and so large a share of all images are pieces, if their names say so at all."""
_PIECE = re.compile(r"^(.+?)[ _-]+(?:crops?|patch|tile|cell|roi|part)?[ _-]*\d{1,4}$", re.I)


def find_crops(images: Sequence[str]) -> dict[str, str]:
    """The whole image (its path without suffix) of each image that is a piece, and of those that have pieces; empty without any.

    Examples
    --------
    >>> whole = [f"sick/{n}.png" for n in range(5)]
    >>> find_crops([*whole, *(f"sick/cropped/{n}_01.png" for n in range(5))])["sick/cropped/4_01.png"]
    'sick/4'
    """
    names = {_without_suffix(image) for image in images}
    pieces = {image: whole for image in images if (whole := _whole(_without_suffix(image), names)) is not None}
    if len(set(pieces.values())) < LEAST_WHOLE or len(pieces) < LEAST_SHARE * len(images):
        return {}
    having = set(pieces.values())
    return pieces | {image: name for image in images if image not in pieces and (name := _without_suffix(image)) in having}


def _without_suffix(image: str) -> str:
    return image.rpartition("/")[0] + "/" + stem_of(image) if "/" in image else stem_of(image)


def _whole(piece: str, names: set[str]) -> str | None:
    """The image of the name that the piece's begins with, in its folder or the next one above that has it."""
    folder, _, stem = piece.rpartition("/")
    begins = _PIECE.match(stem)
    above = folder
    while begins is not None:
        whole = f"{above}/{begins[1]}" if above else begins[1]
        if whole in names:
            return whole
        if not above:
            break
        above = above.rpartition("/")[0]
    return None
