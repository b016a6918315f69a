"""Anchors: the boxes that a detector starts from, fitted to the boxes at hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

STRIDES = (8, 16, 32)
"""Pixels between neighbouring positions of the three feature maps."""
RATIOS = 3
SCALES = (0.85, 1.15)
"""Beside each fitted size, so that a box in between overlaps one of them by more than half."""
LEAST = 4.0
"""Pixels: nothing smaller is looked for."""
SHAPES = (len(STRIDES), RATIOS * len(SCALES), 2)


def fitted(sizes: np.ndarray) -> np.ndarray:
    """Widths and heights of anchors that suit boxes of these sizes.

    The three maps take the small, medium and large third of the boxes, each in three aspect ratios: the medians of the
    narrow, middle and wide third.

    Parameters
    ----------
    sizes
        Width and height (n, 2) of the training boxes in the model's pixels; by default, without any, about a sixth of 192.

    Returns
    -------
    numpy.ndarray
        float32, shape (maps, anchors at each position, 2).
    """
    sizes = np.maximum(np.asarray(sizes, np.float64).reshape(-1, 2), LEAST) if len(sizes) else np.full((1, 2), 32.0)
    side, ratio = np.log(sizes).mean(axis=1), np.diff(np.log(sizes), axis=1)[:, 0] / 2
    thirds = [1 / 6, 1 / 2, 5 / 6]
    found = [
        [
            (level + np.log(scale) - shape, level + np.log(scale) + shape)
            for scale in SCALES
            for shape in np.quantile(ratio, thirds)
        ]
        for level in np.quantile(side, thirds)
    ]
    return np.exp(found).astype(np.float32)


def balanced(sizes: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Sizes (n, 2) of boxes, each class about as often as the commonest: platelets among ten times as many red cells get anchors.

    Parameters
    ----------
    kinds
        Class of each box (n,).
    """
    found, numbers = np.unique(kinds, return_counts=True)
    times = dict(zip(found.tolist(), np.maximum(numbers.max(initial=1) // np.maximum(numbers, 1), 1).tolist(), strict=True))
    return np.repeat(sizes, [times[kind] for kind in kinds.tolist()], axis=0)


def grid(shapes: torch.Tensor, maps: Sequence[tuple[int, int]]) -> torch.Tensor:
    """Every anchor as a box, in the order of the head's outputs.

    Parameters
    ----------
    shapes
        As :func:`fitted` gives them.
    maps
        Height and width of each feature map.

    Returns
    -------
    torch.Tensor
        float32, shape (anchors, 4).
    """
    return torch.cat([_level(shapes[k], *size, STRIDES[k]) for k, size in enumerate(maps)])


def _level(shapes: torch.Tensor, height: int, width: int, stride: int) -> torch.Tensor:
    rows, columns = ((torch.arange(n, device=shapes.device) + 0.5) * stride for n in (height, width))
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    centres = torch.stack([x, y], dim=-1)[:, :, None]
    return torch.cat([centres - shapes / 2, centres + shapes / 2], dim=-1).reshape(-1, 4)
