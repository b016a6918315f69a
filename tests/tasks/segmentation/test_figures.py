"""Figures of outlines, against their definitions and scikit-learn's, scipy's."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.ndimage import binary_erosion, distance_transform_edt
from sklearn.metrics import f1_score, jaccard_score

from jupyter_clinagent.tasks.segmentation import metrics
from jupyter_clinagent.tasks.segmentation.judging import example


def disc(x: int, y: int, radius: int, size: int = 64) -> np.ndarray:
    canvas = np.zeros((size, size), np.uint8)
    cv2.circle(canvas, (x, y), radius, 1, -1)
    return canvas.astype(bool)


TRUTH, FOUND = disc(30, 30, 12), disc(34, 31, 10)


def test_areas_are_those_of_dice_and_jaccard() -> None:
    measured = metrics.measure(TRUTH, FOUND)
    dice = 2 * measured.both / (measured.found + measured.true)
    assert dice == pytest.approx(f1_score(TRUTH.ravel(), FOUND.ravel()))
    union = measured.found + measured.true - measured.both
    assert measured.both / union == pytest.approx(jaccard_score(TRUTH.ravel(), FOUND.ravel()))


def test_distances_are_those_between_edges() -> None:
    edges = [mask & ~binary_erosion(mask, np.ones((3, 3))) for mask in (TRUTH, FOUND)]
    away = [distance_transform_edt(~edge) for edge in edges]
    apart = np.concatenate([away[1][edges[0]], away[0][edges[1]]])
    measured = metrics.measure(TRUTH, FOUND)
    assert measured.hausdorff95 == pytest.approx(np.percentile(apart, 95), abs=1e-3)
    assert measured.surface == pytest.approx((apart <= metrics.TOLERANCE).mean())


def test_an_outline_moved_by_five_pixels_is_five_pixels_away() -> None:
    square = np.zeros((64, 64), bool)
    square[20:40, 20:40] = True
    assert metrics.measure(square, np.roll(square, 5, axis=1)).hausdorff95 == pytest.approx(5)
    assert metrics.measure(square, square).hausdorff95 == 0


@pytest.mark.parametrize(("truth", "found"), [(TRUTH, TRUTH & False), (TRUTH & False, FOUND), (TRUTH & False, FOUND & False)])
def test_an_empty_outline_has_no_distance(truth: np.ndarray, found: np.ndarray) -> None:
    measured = metrics.measure(truth, found)
    assert np.isnan(measured.hausdorff95)
    assert np.isnan(measured.surface)


def test_each_finding_counts_for_itself() -> None:
    two = disc(16, 16, 8) | disc(48, 48, 6)
    measured = metrics.measure(two, disc(16, 16, 8))
    assert (measured.parts, measured.parts_found) == (2, 1)


def test_specks_are_no_findings() -> None:
    speck = TRUTH.copy()
    speck[0, 0] = True
    assert metrics.measure(speck, TRUTH).parts == 1


def test_a_finding_is_found_when_half_of_it_is_covered() -> None:
    square = np.zeros((64, 64), bool)
    square[10:30, 10:30] = True
    half, less = square.copy(), square.copy()
    half[20:] = False
    less[19:] = False
    assert metrics.measure(square, half).parts_found == 1
    assert metrics.measure(square, less).parts_found == 0


def test_images_without_the_structure_have_no_dice_but_are_judged() -> None:
    judged, classes, positives = example()
    figures = judged.estimates(classes, positives, 0.5, 0)
    for name in ("dice", "found_sensitivity", "found_specificity", "lesion_sensitivity"):
        assert figures[name].value is not None
        assert 0 < figures[name].value < 1, name
    assert figures["dice"].low < figures["dice"].value < figures["dice"].high  # type: ignore[operator]


def test_intervals_are_drawn_by_groups() -> None:
    values = np.repeat(np.random.default_rng(0).random(20), 10)[:, None]
    alone = metrics.mean_of(values, None, np.arange(200).astype(str), 0)
    together = metrics.mean_of(values, None, np.repeat(np.arange(20), 10).astype(str), 0)
    assert alone.value == pytest.approx(together.value)
    assert together.high - together.low > 2 * (alone.high - alone.low)  # type: ignore[operator]


def test_a_share_that_is_perfect_has_the_exact_interval_of_so_many_groups_and_a_mean_has_none() -> None:
    ones, groups = np.ones((40, 2)), np.repeat(np.arange(20), 2).astype(str)
    ones[:20, 1] = np.nan  # the second structure is shown by ten groups
    share = metrics.mean_of(ones, None, groups, 0, share=True)
    assert (share.low, share.high) == pytest.approx((0.025 ** (1 / 10), 1.0))
    none = metrics.mean_of(1 - ones, None, groups, 0, share=True)
    assert (none.low, none.high) == pytest.approx((0.0, 1 - 0.025 ** (1 / 10)))
    assert metrics.mean_of(ones, None, groups, 0).low is None


def test_of_a_model_that_finds_everything_the_shares_have_an_interval() -> None:
    judged, classes, _ = example()
    perfect = replace(judged, measured=[[metrics.measure(disc(30, 30, 9), disc(30, 30, 9))] for _ in judged.images])
    figures = perfect.estimates(classes[:1], [0], None, 0)
    groups = len(set(judged.groups))
    for name in ("found_sensitivity", "lesion_sensitivity"):
        assert (figures[name].value, figures[name].low) == pytest.approx((1.0, 0.025 ** (1 / groups))), name


def test_without_any_image_to_judge_there_is_a_reason() -> None:
    estimate = metrics.mean_of(np.full((4, 1), np.nan), None, np.arange(4).astype(str), 0)
    assert estimate.value is None
    assert estimate.reason
