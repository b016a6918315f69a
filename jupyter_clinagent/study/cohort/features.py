"""Small distinct places in images, and how they look: what two pictures of one scene have in common.

SIFT features (Lowe 2004, “Distinctive image features from scale-invariant keypoints”) with the square-rooted descriptor of
Arandjelović and Zisserman (2012, “Three things everyone should know to improve object retrieval”). Descriptors are whole
numbers, so every product and sum of them is exact in float32: the same images give the same pairs on any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 256
"""Images are looked at with a longer side of at most this many pixels."""
FEATURES = 200
"""At most so many are kept of an image, the most distinct ones."""
UNIT = 255
"""Length of a descriptor."""
OVERLAY_SHARE, OVERLAY_LEAST = 0.01, 3
"""What is alike at the same place in so many images that look different is drawn into them, or how all are framed."""
VOTES, RIVALS = 4, 10
"""Images are compared that are nearest to each other in so many features; of each image no more than its best so many."""
_CONTRAST = 0.02
_WIDTH = 128
_OVERLAY_CELL = 8
_OVERLAY_ALIKE, _ALIKE = 0.85, 0.90
_LOOKS_SAME, _THUMBNAIL_UNIT = 0.90, 2000
_BLOCK, _FEW_ROWS = 2048, 256
_THREADS = 4


@dataclass(frozen=True)
class Features:
    """Features of many images, image by image.

    Attributes
    ----------
    image
        int, shape (F,): number of the image, ascending.
    place
        float32, shape (F, 2): x and y in pixels of the image at ``SIDE``.
    look
        uint8, shape (F, 128): square roots of the SIFT histogram, of length ``UNIT``.
    images
        How many images there are.
    """

    image: np.ndarray
    place: np.ndarray
    look: np.ndarray
    images: int

    def kept(self, keep: np.ndarray) -> Features:
        """Some of them; ``keep`` is bool, shape (F,)."""
        return Features(self.image[keep], self.place[keep], self.look[keep], self.images)

    def of(self, image: int) -> tuple[np.ndarray, np.ndarray]:
        """Places and looks (float32) of one image."""
        start, end = np.searchsorted(self.image, [image, image + 1])
        return self.place[start:end], self.look[start:end].astype(np.float32)


def describe(files: Sequence[str], read: Callable[[str], np.ndarray], tell: Callable[[float], None]) -> Features:
    """Features of all images; ``read`` gives RGB pixels, ``tell`` hears how much is done."""
    found = []
    with ThreadPoolExecutor(_THREADS) as pool:
        for one in pool.map(lambda file: describe_one(read(file)), files):
            found.append(one)
            tell(len(found) / len(files))
    counts = [len(place) for place, _ in found]
    place = np.concatenate([np.empty((0, 2), np.float32), *(place for place, _ in found)])
    look = np.concatenate([np.empty((0, _WIDTH), np.uint8), *(look for _, look in found)])
    return Features(np.repeat(np.arange(len(files)), counts), place, look, len(files))


def describe_one(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places and looks of an image's most distinct features."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = max(SIDE / max(grey.shape), 1 / min(grey.shape))  # a strip keeps a pixel of its shorter side
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points, histograms = cv2.SIFT.create(nfeatures=FEATURES, contrastThreshold=_CONTRAST).detectAndCompute(grey, None)
    if not points:
        return np.empty((0, 2), np.float32), np.empty((0, _WIDTH), np.uint8)
    # OpenCV promises no order, and keeps more where several are equally distinct.
    order = sorted(range(len(points)), key=lambda n: (-points[n].response, *points[n].pt, points[n].size, points[n].angle))
    order = order[:FEATURES]
    shares = histograms[order] / np.maximum(histograms[order].sum(axis=1, keepdims=True), 1)
    look = np.rint(np.sqrt(shares) * UNIT).astype(np.uint8)
    return np.array([points[n].pt for n in order], dtype=np.float32), look


# ------------------------------------------------------------------ what is drawn into images
def without_overlays(features: Features, thumbnails: np.ndarray) -> Features:
    """Without what many images have at the same place: text, instrument maps, black corners.

    Frames of a camera that stands still have everything at the same place, so only images that look different count.

    Parameters
    ----------
    thumbnails
        uint8, shape (images, pixels): grey.
    """
    same, numbers = looks_same(thumbnails), np.zeros(len(features.image), dtype=int)
    for corner in (0, _OVERLAY_CELL // 2):  # what lies on the edge of a cell lies inside one of the shifted grid
        column, row = ((features.place + corner) // _OVERLAY_CELL).astype(int).T
        for members in _alike_numbers(row * SIDE + column):
            numbers[members] = np.maximum(numbers[members], _others_alike(features, members, same))
    return features.kept(numbers < max(OVERLAY_LEAST, OVERLAY_SHARE * features.images))


def _others_alike(features: Features, members: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Of features at one place, how many each has beside it that look like it, in images that look different."""
    looks, images = features.look[members].astype(np.float32), features.image[members]
    numbers = np.zeros(len(members), dtype=int)
    for start in range(0, len(members), _FEW_ROWS):
        alike = looks[start : start + _FEW_ROWS] @ looks.T > _OVERLAY_ALIKE * UNIT**2
        one, other = np.nonzero(alike)
        numbers += np.bincount(one[~same[images[one + start], images[other]]] + start, minlength=len(members))
    return numbers


def looks_same(thumbnails: np.ndarray) -> np.ndarray:
    """Whether two images look the same as a whole: bool, shape (images, images)."""
    pixels = thumbnails.astype(np.int64)
    centred = (pixels * pixels.shape[1] - pixels.sum(axis=1, keepdims=True)).astype(np.float64)
    length = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    whole = np.rint(centred / np.maximum(length, 1) * _THUMBNAIL_UNIT).astype(np.float32)
    least = _LOOKS_SAME * _THUMBNAIL_UNIT**2
    blocks = [whole[start : start + _BLOCK] @ whole.T > least for start in range(0, len(whole), _BLOCK)]
    return np.concatenate([np.empty((0, len(whole)), dtype=bool), *blocks]) | np.eye(len(whole), dtype=bool)


def _alike_numbers(numbers: np.ndarray) -> Iterator[np.ndarray]:
    """Positions of each number that occurs more than once."""
    order = np.argsort(numbers, kind="stable")
    edges = np.flatnonzero(np.diff(numbers[order])) + 1
    yield from (members for members in np.split(order, edges) if len(members) > 1)


# ------------------------------------------------------------------ who may show the same
def candidates(features: Features) -> np.ndarray:
    """Pairs of images worth a closer look: each feature votes for the image that has the one most like it.

    Features are compared with those of their own kind only. Kinds are as many features drawn at even distances, the square
    root of their number, so the work grows with the 1.5th power of it.

    Returns
    -------
    np.ndarray
        int, shape (P, 2): numbers of images, first < second.
    """
    if not len(features.image):
        return np.empty((0, 2), dtype=int)
    votes = [_votes(features, members) for members in _alike_numbers(_kinds(features.look))]
    pairs = np.concatenate([np.empty(0, dtype=int), *votes])
    pairs, numbers = np.unique(pairs, return_counts=True)
    pairs, numbers = pairs[numbers >= VOTES], numbers[numbers >= VOTES]
    return _best(np.stack(np.divmod(pairs, features.images), axis=1), numbers)


def _kinds(looks: np.ndarray) -> np.ndarray:
    kinds = round(np.sqrt(len(looks)))
    examples = looks[np.linspace(0, len(looks) - 1, kinds).astype(int)].astype(np.float32).T
    blocks = range(0, len(looks), _BLOCK)
    return np.concatenate([(looks[start : start + _BLOCK].astype(np.float32) @ examples).argmax(axis=1) for start in blocks])


def _votes(features: Features, members: np.ndarray) -> np.ndarray:
    """For each feature of a kind, its image and that of the one most like it, as one number for the pair."""
    looks, images = features.look[members].astype(np.float32), features.image[members]
    votes = []
    for start in range(0, len(members), _BLOCK):
        part = slice(start, start + _BLOCK)
        alike = looks[part] @ looks.T
        alike[images[part, None] == images] = 0
        nearest, highest = images[alike.argmax(axis=1)], alike.max(axis=1)
        first, second = np.minimum(images[part], nearest), np.maximum(images[part], nearest)
        votes.append((first * features.images + second)[highest > _ALIKE * UNIT**2])
    return np.concatenate(votes)


def _best(pairs: np.ndarray, votes: np.ndarray) -> np.ndarray:
    """Pairs that are among the best of one of their images."""
    images, numbers = pairs.T.ravel(), np.tile(np.arange(len(pairs)), 2)
    order = np.lexsort((numbers, -votes[numbers], images))
    rank = np.arange(len(order)) - np.searchsorted(images[order], images[order])
    return pairs[np.unique(numbers[order][rank < RIVALS])]
