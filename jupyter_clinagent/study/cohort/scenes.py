"""Pictures of one scene: neighbouring frames of a video, crops, turned or brightened copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.duplicates import joined_groups
from jupyter_clinagent.study.cohort.features import UNIT, Features, candidates, describe, without_overlays
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.readings import Readings

MOST_IMAGES = 5_000
"""Of more images the scenes are not compared; the audit says so."""
LEAST_PLACES, SURE_PLACES = 9, 20
"""Places of 16 x 16 pixels that two images of a scene have in common: the least in any data, and enough in all."""
STILL, STILL_TIMES = 3.0, 1.5
"""Matches that move less (pixels) may be of something drawn into both images: then it takes so many times the places."""
MOST_APART = 14.0
"""Pixels by which a match may be off: tissue is soft."""
MOST_ZOOM = 3.0
_DIFFERENCE = 0.15 * UNIT**2
_RATIO = 0.8
_CELL = 16
_FEWEST = 4
RELATED_PLACES = 14
"""Pairs with so many are left out where chance is measured; frames of long videos would be mistaken for it."""
_UNRELATED, _QUANTILE = 2000, 0.995
_ROUNDS, _CONFIDENCE = 1000, 0.999
_DESCRIBING = 0.8


class Scenes(NamedTuple):
    """Pairs of images that show the same scene; ``too_many`` images to look for any.

    ``pairs`` is int, shape (P, 2): row numbers of ``readings.table``, first < second.
    """

    pairs: np.ndarray
    too_many: int = 0

    @classmethod
    def none(cls) -> Scenes:
        """Where nobody looks for any."""
        return cls(np.empty((0, 2), dtype=int))

    @property
    def said(self) -> str:
        """What a clinician should know of them."""
        if self.too_many:
            return (
                f"{self.too_many} images are too many to look for pairs that show the same scene (at most {MOST_IMAGES}), so "
                "neighbouring frames of a video may lie in different partitions: a column that says which images belong "
                "together prevents it."
            )
        number = len(self.pairs)
        if not number:
            return "No two images were found to show the same scene."
        return (
            f"{number} pair{'s' * (number != 1)} of images show{'s' * (number == 1)} the same scene (neighbouring frames of a "
            "video, crops), as comparing the images found; they stay in one partition."
        )


def find_scenes(folder: DataFolder, readings: Readings, alike: np.ndarray, tell: Callable[[float], None]) -> Scenes:
    """Find pairs of images that show the same scene.

    Parameters
    ----------
    alike
        int, shape (P, 2): row numbers of duplicates, which need not be found again.
    tell
        Hears how much is done, 0 to 1.
    """
    if len(readings.table) > MOST_IMAGES:
        return Scenes.none()._replace(too_many=len(readings.table))
    rows = np.flatnonzero(~readings.table["sha256"].duplicated().to_numpy(dtype=bool))
    files = [str(file) for file in readings.table.index[rows]]
    features = describe(files, lambda file: read_image(folder.path(file)), lambda share: tell(_DESCRIBING * share))
    own = without_overlays(features, readings.thumbnails[rows])
    pairs, places = _compared(own, lambda share: tell(_DESCRIBING + (1 - _DESCRIBING) * share))
    number = dict(zip(rows.tolist(), range(len(rows)), strict=True))
    known = np.array([(number[a], number[b]) for a, b in alike.tolist() if a in number and b in number], dtype=int).reshape(-1, 2)
    found = rows[pairs[places >= places_needed(own, np.concatenate([known, pairs[places >= RELATED_PLACES]]))]]
    tell(1.0)
    return Scenes(found[~_among(found, alike)])


def _among(pairs: np.ndarray, others: np.ndarray) -> np.ndarray:
    known = {(min(a, b), max(a, b)) for a, b in others.tolist()}
    return np.array([(a, b) in known for a, b in pairs.tolist()], dtype=bool)


def _compared(features: Features, tell: Callable[[float], None]) -> tuple[np.ndarray, np.ndarray]:
    """Candidates and the places that each has in common."""
    pairs, places = candidates(features), []
    for first, second in pairs.tolist():
        places.append(common_places(features.of(first), features.of(second)))
        tell(len(places) / len(pairs))
    return pairs, np.array(places, dtype=float)


def places_needed(features: Features, related: np.ndarray) -> float:
    """How many places it takes in these data: clearly more than images share that have nothing to do with each other.

    Parameters
    ----------
    related
        int, shape (P, 2): pairs of images that surely belong together; chance is measured on others.
    """
    group = joined_groups([str(image) for image in range(features.images)], related)
    drawn = np.random.default_rng(0).integers(0, features.images, (_UNRELATED, 2))
    unrelated = drawn[group[drawn[:, 0]] != group[drawn[:, 1]]].tolist()
    if not unrelated:
        return LEAST_PLACES
    chance = np.quantile([common_places(features.of(a), features.of(b)) for a, b in unrelated], _QUANTILE, method="higher")
    return float(np.clip(chance**2, LEAST_PLACES, SURE_PLACES))


def common_places(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    """In how many places two images have the same features, after one is moved, turned and zoomed onto the other.

    Where nothing moves, the number is divided by :data:`STILL_TIMES`.
    """
    here, there = _matched(one, other)
    if len(here) < _FEWEST:
        return 0.0
    model, fits = cv2.estimateAffinePartial2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=MOST_APART, maxIters=_ROUNDS, confidence=_CONFIDENCE, refineIters=0
    )
    if model is None or not 1 / MOST_ZOOM < np.hypot(model[0, 0], model[1, 0]) < MOST_ZOOM:
        return 0.0
    here, there = (points[fits.ravel() > 0] for points in (here, there))
    places = min(len(np.unique(points // _CELL, axis=0)) for points in (here, there))
    moved = np.median(np.abs(here - there).max(axis=1))
    return places if moved >= STILL else places / STILL_TIMES


def _matched(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Places of features that are each other's nearest, near enough, and clearly nearer than the next (Lowe 2004)."""
    (here, left), (there, right) = one, other
    if min(len(left), len(right)) < _FEWEST:
        return here[:0], there[:0]
    apart = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * left @ right.T
    nearest, rows = apart.argmin(axis=1), np.arange(len(left))
    mutual = apart.argmin(axis=0)[nearest] == rows
    distance = apart[rows, nearest]
    apart[rows, nearest] = np.inf
    good = mutual & (distance < _DIFFERENCE) & (distance < _RATIO**2 * apart.min(axis=1))
    return here[good], there[nearest[good]]
