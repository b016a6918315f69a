from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from jupyter_clinagent.contracts.study import ALIKE
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection import metrics as dm


def case(seed, images=40, classes=2):
    """Random truth, and detections that are jittered truth, doubles and inventions; some scores are equal."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(images):
        n = int(rng.integers(0, 4))
        low = rng.uniform(0, 150, (n, 2))
        real = np.concatenate([low, low + rng.uniform(10, 50, (n, 2))], axis=1)
        kinds = rng.integers(0, classes, n)
        seen = np.concatenate([real + rng.normal(0, 3, (n, 4)), real + rng.normal(0, 6, (n, 4)), rng.uniform(0, 90, (2, 4))])
        seen[-2:, 2:] += seen[-2:, :2] + 10
        seen[:, 2:] = np.maximum(seen[:, 2:], seen[:, :2] + 1)
        labels = np.concatenate([kinds, kinds, rng.integers(0, classes, 2)])
        kept = rng.random(len(seen)) < 0.7
        truth.append(Boxes.of(real, kinds))
        found.append(Boxes.of(seen[kept], labels[kept], rng.random(kept.sum()).round(2)))
    return truth, found


@pytest.mark.parametrize("seed", range(8))
def test_our_average_precision_is_that_of_coco(seed):
    truth, found = case(seed)
    standard = dm.coco(truth, found)
    for name in ("map50", "map"):
        assert dm.score(name, truth, found) == pytest.approx(standard[name], abs=1e-6)


@pytest.mark.parametrize("name", ["map50", "map", "froc_1", "auroc"])
def test_weights_are_repetitions_of_images(name):
    truth, found = case(1, images=25)
    rows = np.random.default_rng(0).integers(0, 25, 25)
    counted = dm._values(name, truth, found, np.bincount(rows, minlength=25)[None].astype(np.float32))[0]
    repeated = dm.score(name, [truth[k] for k in np.sort(rows)], [found[k] for k in np.sort(rows)])
    assert counted == pytest.approx(repeated, abs=1e-9)


def test_froc_by_hand():
    """Four images, three findings: hits at .9 and .6, false alarms at .8, .7 and .5; one finding is never seen."""
    box, far = [[10, 10, 30, 30]], [[60, 60, 80, 80]]
    truth = [Boxes.of(box), Boxes.of(box), Boxes.of(box), Boxes()]
    found = [
        Boxes.of(box + far, scores=[0.9, 0.8]),
        Boxes.of(far + box, scores=[0.7, 0.6]),
        Boxes.of(far, scores=[0.5]),
        Boxes(),
    ]
    rates, sensitivity = dm.froc_curve(truth, found)
    assert rates == pytest.approx([0, 0, 0.25, 0.5, 0.5, 0.75])
    assert sensitivity == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3, 2 / 3, 2 / 3])
    assert dm.score("froc_0.5", truth, found) == pytest.approx(2 / 3)
    assert dm.score("froc_1", truth, found) == pytest.approx(2 / 3)


def test_equal_scores_pass_the_threshold_together():
    box, far = [[10, 10, 30, 30]], [[60, 60, 80, 80]]
    truth, found = [Boxes.of(box)], [Boxes.of(box + far, scores=[0.5, 0.5])]
    assert dm.score("froc_0.5", truth, found) == 0
    assert dm.score("froc_1", truth, found) == 1
    three = [dm.score(name, truth, found) for name in ("froc_0.5", "froc_1", "froc_2")]
    assert dm.score("froc", truth, found) == pytest.approx(np.mean(three))


def test_a_finding_counts_once_and_only_in_its_own_class():
    box = [[10, 10, 30, 30]]
    truth = [Boxes.of(box)]
    assert dm.outcomes(truth, [Boxes.of(box * 2, scores=[0.9, 0.8])], 0.5).tolist() == [[1, 0, 1]]
    assert dm.outcomes(truth, [Boxes.of(box, classes=[1])], 0.5).tolist() == [[0, 1, 1]]
    assert dm.outcomes(truth, [Boxes.of(box, scores=[0.4])], 0.5).tolist() == [[0, 1, 0]]


def test_the_image_level_auroc_takes_the_highest_score():
    truth, found = case(3, images=60)
    hit, scores = [len(b) > 0 for b in truth], [max(b.scores, default=0.0) for b in found]
    assert dm.score("auroc", truth, found) == pytest.approx(roc_auc_score(hit, scores))
    groups = np.arange(60) // 8
    estimate = dm.estimates(["auroc"], truth, found, groups, draws=50)["auroc"]
    assert estimate.value is None
    assert "groups" in estimate.reason


def test_intervals_enclose_the_value_and_shrink_with_more_patients():
    def interval(images):
        truth, found = case(5, images)
        got = dm.estimates(["map50", "froc_1"], truth, found, np.arange(images), draws=200)
        for estimate in got.values():
            assert estimate.low <= estimate.value <= estimate.high
        return got["map50"].high - got["map50"].low

    assert interval(160) < interval(20)


def test_a_perfect_detector_has_the_exact_interval_of_so_many_groups():
    box, other = Boxes.of([[10, 10, 40, 40]], [0], [0.9]), Boxes.of([[60, 60, 90, 90]], [1], [0.8])
    images = [*[box] * 20, *[other] * 12, *[Boxes()] * 40]
    groups = np.arange(72) // 2
    got = dm.estimates(["map50", "froc_1", "auroc"], images, images, groups, draws=100)
    rests = {"map50": 6, "froc_1": 16, "auroc": 16}  # the rarer class; images with boxes, which are fewer than those without
    for name, number in rests.items():
        assert (got[name].low, got[name].high) == pytest.approx((0.025 ** (1 / number), 1.0)), name


def test_the_paired_difference_of_a_detector_to_itself_is_nothing_and_to_a_blind_one_all():
    truth, found = case(6)
    groups = np.arange(len(truth))
    same = dm.paired_difference("map50", truth, found, found, groups, draws=50)
    assert (same.value, same.low, same.reason) == (0, None, ALIKE)
    blind = dm.paired_difference("map50", truth, [Boxes()] * len(truth), found, groups, draws=50)
    assert blind.value == pytest.approx(dm.score("map50", truth, found))
    assert blind.low > 0


def test_nothing_to_find_is_not_defined_and_nothing_found_is_zero():
    box = Boxes.of([[1, 1, 9, 9]])
    assert dm.score("map50", [Boxes()], [box]) is None
    assert dm.score("froc_1", [Boxes()], [box]) is None
    assert dm.coco([Boxes()], [box])["map50"] is None
    assert dm.score("map50", [box], [Boxes()]) == 0
    assert dm.score("froc_1", [box], [Boxes()]) == 0
    with pytest.raises(ValueError, match="map50"):
        dm.score("accuracy", [box], [box])


def test_a_thousand_draws_are_a_matter_of_seconds():
    truth, found = case(0, images=200)
    began = time.process_time()
    dm.estimates(["map50", "map", "froc_0.5", "froc_1", "froc_2", "auroc"], truth, found, np.arange(200))
    assert time.process_time() - began < 12


def test_examples_for_a_gallery_show_what_they_say():
    box, far = Boxes.of([[10, 10, 30, 30]]), Boxes.of([[60, 60, 80, 80]])
    truth, found = [box, box, Boxes(), box], [box, Boxes(), far, far]
    assert dm.examples(truth, found, 0.5) == {"hits": [0], "misses": [1, 3], "false alarms": [2, 3]}
