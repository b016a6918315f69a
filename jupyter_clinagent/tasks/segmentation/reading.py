"""One outline of one image, whatever it was written as: mask files, polygons, runs of pixels.

A *reference* is plain data, so that it can be sealed: ``{"file", "value", "above", "colours", "line"}`` (value None: whatever
is brighter than ``above``, or than half of the file's brightest pixel; several values, each a list: any of them; ``colours``: a
palette is read by its colours, not its numbers; ``line``: what the mask draws a line around is inside, too), ``{"polygons",
"size"}`` (x, y, x, y, … in pixels of an image of this height and width), ``{"runs", "size"}`` (COCO: lengths of stretches
outside and inside in turn, down the columns), ``{"starts", "size", "across"}`` (tables: first pixel, counted from 1, and
length, in turn; ``across``: along the rows), or ``{"unusable"}``: something is there, and why its outline isn't known. The size
is the image's where it isn't given. An image with an unusable reference is left out: taken for empty it would teach the
opposite of the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.tasks.segmentation.lines import within
from jupyter_clinagent.tasks.segmentation.palettes import in_colour

Reference = Mapping[str, Any]
_TRIANGLE = 6
"""Numbers that make up the smallest polygon."""
SAME_SHAPE = 0.02
"""Width to height of mask and image may differ by this share; a mask at another scale is enlarged or shrunk."""


def read_outline(references: Iterable[Reference], root: Path, size: tuple[int, int]) -> np.ndarray:
    """The union of several references, bool (H, W) of ``size`` = (height, width).

    Raises
    ------
    BadInput
        A mask can't be read or has other proportions than its image; runs leave it; something has no outline.
    """
    whole = np.zeros(size, bool)
    for reference in references:
        whole |= _one(reference, root, size)
    return whole


def _one(reference: Reference, root: Path, size: tuple[int, int]) -> np.ndarray:
    if "unusable" in reference:
        raise BadInput(str(reference["unusable"]))
    if "file" in reference:
        values = read_values(root / reference["file"], bool(reference.get("colours")))
        inside = marked(values, reference.get("value"), reference.get("above"))
        inside = within(inside) if reference.get("line") else inside
        return _fitted(inside, size, f"the mask {PurePosixPath(reference['file']).name}")
    own = (int(reference["size"][0]), int(reference["size"][1])) if reference.get("size") else size
    if "polygons" in reference:
        return _filled(_scaled(reference["polygons"], own, size), size)
    runs = reference["runs"] if "runs" in reference else _as_runs(reference["starts"])
    return _fitted(
        _from_runs(runs, own[::-1]).T if reference.get("across") else _from_runs(runs, own), size, "its runs of pixels"
    )


# ------------------------------------------------------------------ files
def read_values(path: Path, colours: bool = False) -> np.ndarray:
    """Grey values, label numbers or colours of a mask file as they are stored: (H, W), or (H, W, 3) where it has colours.

    Parameters
    ----------
    colours
        Of a file with a palette its colours are read, not its numbers.

    Raises
    ------
    BadInput
        It can't be read.
    """
    try:
        with Image.open(path) as image:
            values = in_colour(image) if colours and image.mode == "P" else _drawn_in_transparency(image)
            if values is None:
                values = np.asarray(image if image.mode in ("L", "P", "I", "I;16", "1", "F") else image.convert("RGB"))
    except (OSError, UnidentifiedImageError, ValueError) as error:
        raise BadInput(f"the mask {path.name} can't be read ({type(error).__name__})") from None
    values = values.astype(np.int32)
    grey = values.ndim == 3 and bool((values == values[..., :1]).all())
    return values[..., 0] if grey else values


def _drawn_in_transparency(image: Image.Image) -> np.ndarray | None:
    """What a picture with transparency shows; None for any other one, or where all of it is equally opaque.

    Of one grey throughout (a black or white layer) only the opacity draws something. Of a coloured one the colours do, and
    what is fully transparent has none, whatever stands in its pixels.
    """
    if image.mode not in ("RGBA", "LA"):
        return None
    opacity, colours = np.asarray(image.getchannel("A")), np.array(image.convert("RGB"))
    if (colours == colours[0, 0]).all() and not opacity.any():
        return opacity  # an empty layer
    if opacity.min() == opacity.max():
        return None
    if (colours == colours[0, 0, 0]).all():
        return opacity
    colours[opacity == 0] = 0
    return colours


def marked(values: np.ndarray, value: Any, above: float | None) -> np.ndarray:
    """Where a mask's values are the one (or one of those) that mean a structure, or brighter than ``above``: bool (H, W)."""
    if value is None:
        values = values if values.ndim == 2 else values.max(axis=2)
        return np.asarray(values > (values.max() / 2 if above is None else above))
    channels = values if values.ndim == 3 else values[..., None]  # an empty mask among coloured ones is grey
    return np.asarray(np.any([(channels == one).all(axis=2) for one in np.atleast_2d(value)], axis=0))


def fits(shape: tuple[int, int], size: tuple[int, int]) -> bool:
    """Whether a mask of this height and width has the proportions of its image."""
    return abs((shape[1] * size[0]) / (shape[0] * size[1]) - 1) <= SAME_SHAPE


def _fitted(inside: np.ndarray, size: tuple[int, int], what: str) -> np.ndarray:
    height, width = inside.shape
    if not fits((height, width), size):
        raise BadInput(f"{what} has {width} × {height} pixels, its image {size[1]} × {size[0]}: another shape")
    if (height, width) == size:
        return inside
    return cv2.resize(inside.astype(np.uint8), (size[1], size[0]), interpolation=cv2.INTER_NEAREST).astype(bool)


# ------------------------------------------------------------------ polygons and runs
def _filled(shapes: list[list[float]], size: tuple[int, int]) -> np.ndarray:
    """The union of polygons, filled as COCO's own tools fill them: OpenCV counts the line itself as inside, which widens them."""
    from faster_coco_eval.core import mask as coco

    if any(len(shape) < _TRIANGLE or len(shape) % 2 for shape in shapes):
        raise BadInput("a polygon of it has fewer than three points or half a point")
    if not shapes:
        return np.zeros(size, bool)
    return np.asarray(coco.decode(coco.merge(coco.frPyObjects(shapes, *size))), dtype=bool)


def _scaled(polygons: Iterable[Iterable[float]], own: tuple[int, int], size: tuple[int, int]) -> list[list[float]]:
    """Polygons drawn on an image of ``own`` height and width, in the pixels of one of ``size``.

    Raises
    ------
    BadInput
        The two images have other proportions: one is a part of the other or turned, and nothing says how.
    """
    if not fits(own, size):
        raise BadInput(
            f"its outline was drawn on an image of another size ({own[1]} × {own[0]} pixels, this one has {size[1]} × {size[0]})"
        )
    shares = (size[1] / own[1], size[0] / own[0])
    return [[float(value) * shares[place % 2] for place, value in enumerate(points)] for points in polygons]


def _as_runs(starts: list[int]) -> list[int]:
    """“3 2 8 1” (from the third pixel two, from the eighth one) as stretches: 2 outside, 2 inside, 3 outside, 1 inside."""
    runs, at = [], 0
    for start, length in sorted(zip(starts[0::2], starts[1::2], strict=False)):
        runs += [start - 1 - at, length]
        at = start - 1 + length
    if any(run < 0 for run in runs):
        raise BadInput("its runs of pixels overlap or begin before the image does")
    return runs


def _from_runs(runs: list[int], size: tuple[int, int]) -> np.ndarray:
    """Stretches outside and inside in turn, beginning outside, down the columns."""
    height, width = size
    if sum(runs) > height * width:
        raise BadInput(f"its runs of pixels cover {sum(runs)}, the image has {height * width}: they run out of it")
    ends = np.cumsum(runs)
    flat = np.zeros(height * width, bool)
    for start, stop in zip(ends[0::2], ends[1::2], strict=False):
        flat[start:stop] = True
    return flat.reshape((width, height)).T
