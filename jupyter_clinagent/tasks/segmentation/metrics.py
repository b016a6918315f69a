"""Figures of outlines, image by image, and their means with intervals; numpy, scipy and OpenCV only.

N images, S structures. An image without the structure has no Dice: whether the model leaves it alone is a question of its own
(``found_specificity``). Intervals come from a bootstrap over groups (patients, series).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import distance_transform_edt

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.metrics import all_alike
from jupyter_clinagent.imaging.spacing import Spacing
from jupyter_clinagent.tasks.segmentation.inference import SMALLEST

DRAWS = 1000
TOLERANCE = 2.0
"""Pixels, or millimetres where they are known, by which two surfaces may lie apart and still agree (Nikolov et al. 2021)."""
COVERED = 0.5
"""A finding is found if this share of its pixels is inside."""
FEWEST = 3
"""Fewer groups give no interval."""


@dataclass(frozen=True)
class Measured:
    """What one outline and its truth have in common.

    Areas in pixels; distances in pixels, or in millimetres where ``spacing`` is known; NaN where one of the two is empty.
    """

    both: int
    found: int
    true: int
    hausdorff95: float
    surface: float
    parts: int
    parts_found: int
    spacing: Spacing | None = None

    def square_millimetres(self, area: int) -> float | None:
        """An area in pixels as square millimetres; None where they are not known."""
        return None if self.spacing is None else round(area * self.spacing[0] * self.spacing[1], 4)


def measure(truth: np.ndarray, found: np.ndarray, spacing: Spacing | None = None) -> Measured:
    """Compare two outlines, bool (H, W), whose pixels are so large (None: not known)."""
    covered = _parts(truth, found)
    areas = (int((truth & found).sum()), int(found.sum()), int(truth.sum()))
    return Measured(*areas, *_surfaces(truth, found, spacing or (1.0, 1.0)), len(covered), sum(covered), spacing)


def _surfaces(truth: np.ndarray, found: np.ndarray, spacing: Spacing) -> tuple[float, float]:
    """95th percentile of the distances between the two edges, both ways, and the share of edges within :data:`TOLERANCE`."""
    if not truth.any() or not found.any():
        return float("nan"), float("nan")
    edges = [_edge(mask) for mask in (truth, found)]
    apart = np.concatenate([_distance(edges[1], spacing)[edges[0]], _distance(edges[0], spacing)[edges[1]]])
    return float(np.percentile(apart, 95)), float((apart <= TOLERANCE).mean())


def _edge(mask: np.ndarray) -> np.ndarray:
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(mask & ~inner.astype(bool))


def _distance(edge: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Of each pixel to the nearest one of an edge."""
    if spacing[0] != spacing[1]:
        return np.asarray(distance_transform_edt(~edge, sampling=spacing))
    pixels = cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)  # several times faster
    return np.asarray(pixels * spacing[0])


def _parts(truth: np.ndarray, found: np.ndarray) -> list[bool]:
    """Of each connected finding, whether it is covered."""
    number, labels = cv2.connectedComponents(truth.astype(np.uint8), connectivity=8)
    covered = []
    for part in range(1, number):
        inside = labels == part
        if inside.sum() >= SMALLEST:
            covered.append(bool((found & inside).sum() >= COVERED * inside.sum()))
    return covered


def dice(truth: np.ndarray, found: np.ndarray) -> float | None:
    """Mean Dice of bool masks (N, S, H, W) over the images that show a structure, mean over structures; None without any."""
    both, each = (truth & found).sum(axis=(2, 3)), truth.sum(axis=(2, 3)) + found.sum(axis=(2, 3))
    values = np.where(truth.any(axis=(2, 3)), 2 * both / np.maximum(each, 1), np.nan)
    return macro(values)


def macro(values: np.ndarray) -> float | None:
    """Mean over images (N, S), NaN left out, then over the structures that have any."""
    known = ~np.isnan(values)
    means = [values[known[:, s], s].mean() for s in range(values.shape[1]) if known[:, s].any()]
    return float(np.mean(means)) if means else None


# ------------------------------------------------------------------ intervals
def mean_of(
    values: np.ndarray, weights: np.ndarray | None, groups: np.ndarray, seed: int, draws: int = DRAWS, share: bool = False
) -> Estimate:
    """The macro mean of values (N, S), NaN left out, with its 95 % percentile interval from a bootstrap over groups.

    Parameters
    ----------
    weights
        (N, S), how much each value counts (findings in an image); None: all alike.
    share
        Whether it is a share of what is counted: one of 0 or 1 gets the exact interval of so many groups that are all alike.
    """
    weight = np.where(np.isnan(values), 0.0, 1.0 if weights is None else weights)
    if not (weight.sum(axis=0) > 0).any():
        return Estimate(value=None, reason="no image of this part can be judged by it")
    drawn, members = _draws(groups, seed, draws)
    tops, bottoms = members.T @ (weight * np.nan_to_num(values)), members.T @ weight
    value = _ratios(tops.sum(axis=0, keepdims=True), bottoms.sum(axis=0, keepdims=True))[0]
    spread = _ratios(drawn @ tops, drawn @ bottoms)
    spread = spread[~np.isnan(spread)]
    if members.shape[1] < FEWEST or len(spread) < draws / 2:
        return Estimate(value=float(value), reason="too few groups for an interval")
    low, high = np.percentile(spread, [2.5, 97.5])
    if share and low == high == value and value in (0.0, 1.0):
        counts = (bottoms > 0).sum(axis=0)
        low, high = all_alike(float(value), int(counts[counts > 0].min()))
    return Estimate(value=float(value), low=float(low), high=float(high))


def difference(after: np.ndarray, before: np.ndarray, groups: np.ndarray, seed: int, draws: int = DRAWS) -> Estimate:
    """How much higher the macro mean of ``after`` (N, S) is than that of ``before``, the same groups drawn for both."""
    weight = np.where(np.isnan(before) | np.isnan(after), 0.0, 1.0)
    drawn, members = _draws(groups, seed, draws)
    tops = [members.T @ (weight * np.nan_to_num(values)) for values in (after, before)]
    bottom = members.T @ weight
    whole = [_ratios(top.sum(axis=0, keepdims=True), bottom.sum(axis=0, keepdims=True))[0] for top in tops]
    spread = _ratios(drawn @ tops[0], drawn @ bottom) - _ratios(drawn @ tops[1], drawn @ bottom)
    low, high = np.nanpercentile(spread, [2.5, 97.5])
    return Estimate(value=float(whole[0] - whole[1]), low=float(low), high=float(high))


def _draws(groups: np.ndarray, seed: int, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each group is drawn (B, G), and which images it has (N, G)."""
    names, codes = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return drawn.astype(float), np.eye(len(names))[codes]


def _ratios(tops: np.ndarray, bottoms: np.ndarray) -> np.ndarray:
    """Mean over structures (B, S) -> (B,) of those that occur in a draw; NaN where none does."""
    known = bottoms > 0
    means = np.divide(tops, bottoms, out=np.zeros_like(tops), where=known)
    return np.asarray(np.divide(means.sum(axis=1), known.sum(axis=1), out=np.full(len(tops), np.nan), where=known.any(axis=1)))
