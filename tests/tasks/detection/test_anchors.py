from __future__ import annotations

import numpy as np
import torch
from torchvision.ops import box_iou

from jupyter_clinagent.tasks.detection import anchors


def grid_of(sizes, picture=128):
    shapes = torch.from_numpy(anchors.fitted(sizes))
    return anchors.grid(shapes, [(picture // stride, picture // stride) for stride in anchors.STRIDES])


def test_fitted_anchors_overlap_every_box_by_half_wherever_it_lies():
    rng = np.random.default_rng(0)
    sizes = np.exp(rng.normal([3.2, 2.7], 0.25, (300, 2)))
    low = rng.uniform(0, 128 - sizes.clip(max=100))
    corners = torch.from_numpy(np.concatenate([low, low + sizes], axis=1)).float()
    best = box_iou(corners, grid_of(sizes)).max(dim=1).values
    assert (best > 0.4).float().mean() > 0.98  # less than that would be background to the loss
    assert (best > 0.5).float().mean() > 0.9
    unfitted = box_iou(corners, grid_of(4 * sizes)).max(dim=1).values
    assert (unfitted > 0.5).float().mean() < 0.3


def test_there_are_as_many_anchors_as_the_heads_expect_centred_on_the_maps_cells():
    grid = grid_of(np.array([[20.0, 10.0]]))
    each = anchors.SHAPES[1]
    assert len(grid) == each * sum((128 // stride) ** 2 for stride in anchors.STRIDES)
    centres = (grid[:, :2] + grid[:, 2:]) / 2
    assert centres[0].tolist() == [4, 4]
    assert centres[each].tolist() == [12, 4]


def test_without_any_box_there_are_anchors_all_the_same():
    assert anchors.fitted(np.empty((0, 2))).shape == anchors.SHAPES
    assert anchors.fitted(np.array([[0.0, 0.0]])).min() > 0
