from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from torchvision.ops import batched_nms, box_iou

from jupyter_clinagent.imaging import boxes
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.imaging.preprocessing import Preprocessing


def random_corners(rng, n):
    low = rng.uniform(0, 80, (n, 2))
    return np.concatenate([low, low + rng.uniform(2, 40, (n, 2))], axis=1).astype(np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_overlaps_are_those_of_torchvision(seed):
    rng = np.random.default_rng(seed)
    a, b = random_corners(rng, 7), random_corners(rng, 5)
    assert np.allclose(boxes.intersection_over_union(a, b), box_iou(torch.from_numpy(a), torch.from_numpy(b)), atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_what_suppression_leaves_is_what_torchvision_leaves(seed):
    rng = np.random.default_rng(seed)
    corners, scores = random_corners(rng, 80), rng.random((80, 2)).astype(np.float32)
    found = boxes.select(corners, scores, (200, 200), smallest=0.5)
    anchors, kinds = np.nonzero(scores >= 0.5)
    values = torch.from_numpy(scores[anchors, kinds])
    kept = batched_nms(torch.from_numpy(corners[anchors]), values, torch.from_numpy(kinds), boxes.OVERLAP)[: boxes.MOST_BOXES]
    assert np.allclose(found.scores, values[kept])
    assert np.array_equal(found.classes, kinds[kept])
    assert np.allclose(found.corners, corners[anchors][kept])


def test_boxes_are_clipped_to_the_image_and_empty_ones_dropped():
    found = boxes.select(np.array([[-5.0, 2, 30, 400], [500, 5, 600, 9]]), np.array([[0.9], [0.8]]), (64, 48))
    assert found.corners.tolist() == [[0, 2, 30, 48]]
    assert len(boxes.select(np.empty((0, 4)), np.empty((0, 1)), (64, 48))) == 0


def test_mirroring_twice_changes_nothing():
    found = Boxes.of([[1, 2, 11, 22]])
    assert found.mirrored(50).corners.tolist() == [[39, 2, 49, 22]]
    assert found.mirrored(50).mirrored(50).corners.tolist() == found.corners.tolist()


def test_a_table_becomes_boxes_in_the_order_of_the_images():
    table = pd.DataFrame(
        [["b", "two", 1, 2, 3, 4], ["a", "one", 5, 6, 7, 8], ["b", "one", 0, 0, 9, 9]],
        columns=["image", "class", "x_min", "y_min", "x_max", "y_max"],
    )
    a, none, b = boxes.listed(table, ["a", "c", "b"], ["one", "two"])
    assert a.corners.tolist() == [[5, 6, 7, 8]]
    assert len(none) == 0
    assert b.classes.tolist() == [1, 0]


@pytest.mark.parametrize("crop", [1.0, 0.8])
@pytest.mark.parametrize("shape", [(90, 130), (200, 64), (97, 101)])
def test_a_box_goes_to_the_models_pixels_with_what_it_encloses_and_back(crop, shape):
    height, width = shape
    image = np.zeros((height, width, 3), np.uint8)
    x, y, w, h = width // 3, height // 3, width // 4, height // 4
    image[y : y + h, x : x + w] = 255
    preprocessing = Preprocessing(size=(96, 64), crop=crop)
    corners = np.array([[x, y, x + w, y + h]], float)
    moved = preprocessing.to_model(corners, width, height)
    seen = preprocessing.apply(image)[..., 0] > 127
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert moved[0] == pytest.approx([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], abs=1.0)
    assert preprocessing.to_original(moved, width, height) == pytest.approx(corners)
