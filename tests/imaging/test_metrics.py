from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, roc_auc_score

from jupyter_clinagent.imaging import metrics


def case(n: int = 200, classes: int = 3, seed: int = 0, signal: float = 1.0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    logits = rng.normal(0, 1, (n, classes)) + signal * np.eye(classes)[y]
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return y, proba


def test_the_metrics_agree_with_scikit_learn():
    y, proba = case()
    assert metrics.score("macro_auroc", y, proba) == pytest.approx(roc_auc_score(y, proba, multi_class="ovr", average="macro"))
    assert metrics.score("balanced_accuracy", y, proba) == pytest.approx(balanced_accuracy_score(y, proba.argmax(1)))
    assert metrics.score("auroc", y, proba, positive=2) == pytest.approx(roc_auc_score(y == 2, proba[:, 2]))
    y, proba = case(classes=2)
    assert metrics.score("brier", y, proba) == pytest.approx(brier_score_loss(y, proba[:, 1]))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_weighted_auroc_equals_that_of_repeated_images_with_ties(seed, levels):
    rng = np.random.default_rng(seed)
    hit = np.r_[True, False, rng.random(30) < 0.4]
    scores, counts = rng.integers(0, levels, 32) / levels, rng.integers(1, 4, 32)
    ours = metrics.weighted_auroc(hit, scores, counts[None].astype(np.float32))[0]
    assert ours == pytest.approx(roc_auc_score(np.repeat(hit, counts), np.repeat(scores, counts)))


def test_sensitivity_and_specificity_follow_the_threshold():
    y = np.array([1, 1, 1, 0, 0])
    positive = np.array([0.9, 0.6, 0.2, 0.6, 0.1])
    proba = np.column_stack([1 - positive, positive])
    assert metrics.score("sensitivity", y, proba, positive=1, threshold=0.6) == pytest.approx(2 / 3)
    assert metrics.score("specificity", y, proba, positive=1, threshold=0.6) == pytest.approx(1 / 2)


def test_a_perfectly_calibrated_score_has_no_calibration_error():
    confidence = np.repeat([0.15, 0.85], 100)
    y = np.concatenate([np.arange(100) < 15, np.arange(100) < 85]).astype(int)
    proba = np.column_stack([1 - confidence, confidence])
    assert metrics.score("ece", y, proba, positive=1) == pytest.approx(0, abs=1e-9)
    assert metrics.calibration_slope(y, confidence) == pytest.approx(1, abs=1e-3)
    overconfident = np.where(confidence > 0.5, 0.99, 0.01)
    assert metrics.calibration_slope(y, overconfident) < 0.6


def test_a_missing_class_gives_no_value_but_a_reason():
    y, proba = np.zeros(10, int), case(10)[1]
    assert metrics.score("macro_auroc", y, proba) is None
    estimate = metrics.estimate("macro_auroc", y, proba, np.arange(10))
    assert estimate.value is None
    assert "class is missing" in estimate.reason


def test_too_few_groups_give_a_value_without_an_interval():
    y, proba = np.array([0, 0, 0, 1]), case(4, 2)[1]
    estimate = metrics.estimate("auroc", y, proba, ["a", "a", "a", "b"], positive=1)
    assert estimate.value is not None
    assert (estimate.low is None) == (estimate.reason is not None)


def test_an_interval_contains_its_value_and_shrinks_with_more_images():
    widths = []
    for n in (100, 1000):
        y, proba = case(n)
        estimate = metrics.estimate("macro_auroc", y, proba, np.arange(n))
        assert estimate.low < estimate.value < estimate.high
        widths.append(estimate.high - estimate.low)
    assert widths[1] < widths[0] / 2


def test_copies_of_an_image_do_not_narrow_the_interval():
    """Ten pictures of each patient are no more evidence than one: only groups count."""
    y, proba = case(60)
    once = metrics.estimate("macro_auroc", y, proba, np.arange(60))
    copied = metrics.estimate("macro_auroc", np.repeat(y, 10), np.repeat(proba, 10, axis=0), np.repeat(np.arange(60), 10))
    assert copied.high - copied.low == pytest.approx(once.high - once.low, rel=1e-6)
    naive = metrics.estimate("macro_auroc", np.repeat(y, 10), np.repeat(proba, 10, axis=0), np.arange(600))
    assert naive.high - naive.low < 0.5 * (once.high - once.low)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    truth = metrics.score("auroc", *case(40_000, 2, 999), positive=1)
    for seed in range(100):
        y, proba = case(150, 2, seed)
        estimate = metrics.estimate("auroc", y, proba, np.arange(150), positive=1, draws=200)
        covered += estimate.low <= truth <= estimate.high
    assert 86 <= covered <= 100


def test_a_paired_difference_is_narrower_than_two_separate_intervals():
    y, weak = case(300, signal=1.0)
    strong = weak ** (1 + 0.3 * np.eye(3)[y])
    strong /= strong.sum(axis=1, keepdims=True)
    groups = np.arange(300)
    difference = metrics.paired_difference("macro_auroc", y, weak, strong, groups)
    alone = metrics.estimate("macro_auroc", y, strong, groups)
    assert difference.high - difference.low < alone.high - alone.low
    assert metrics.paired_difference("macro_auroc", y, weak, weak, groups).value == 0


@pytest.mark.parametrize("target", [0.8, 0.95, 0.99])
def test_the_threshold_reaches_its_target(target):
    rng = np.random.default_rng(0)
    hit = rng.random(500) < 0.3
    scores = rng.normal(0, 1, 500) + hit
    assert (scores >= metrics.choose_threshold(hit, scores, "sensitivity", target))[hit].mean() >= target
    assert (scores < metrics.choose_threshold(hit, scores, "specificity", target))[~hit].mean() >= target


def test_the_next_threshold_would_miss_the_target():
    hit = np.array([True] * 20 + [False] * 20)
    scores = np.r_[np.arange(1, 21), np.arange(-20, 0)] / 20.0
    threshold = metrics.choose_threshold(hit, scores, "sensitivity", 0.95)
    assert (scores >= threshold)[hit].sum() == 19
    threshold = metrics.choose_threshold(hit, scores, "specificity", 0.95)
    assert (scores < threshold)[~hit].sum() == 19


def test_youden_separates_what_can_be_separated():
    threshold = metrics.choose_threshold(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]), "youden")
    assert threshold == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("hit", "rule", "target"), [([1, 1], "youden", None), ([0, 1], "best", None), ([0, 1], "sensitivity", None)]
)
def test_an_impossible_threshold_is_refused(hit, rule, target):
    with pytest.raises(ValueError, match=r"threshold needs|the rule is"):
        metrics.choose_threshold(np.array(hit), np.array([0.1, 0.9]), rule, target)


def test_a_rule_needs_only_the_images_that_it_counts():
    scores = np.array([0.1, 0.2, 0.8, 0.9])
    assert 0.1 < metrics.choose_threshold(np.ones(4), scores, "sensitivity", 0.75) <= 0.2
    assert 0.8 < metrics.choose_threshold(np.zeros(4), scores, "specificity", 0.75) <= 0.9
    for hit, rule in ((np.zeros(4), "sensitivity"), (np.ones(4), "specificity"), (np.zeros(4), "youden")):
        with pytest.raises(ValueError, match="threshold needs images of the kind that its rule counts"):
            metrics.choose_threshold(hit, scores, rule, 0.75)


def test_wilson_matches_the_published_example():
    low, high = metrics.wilson(15, 148)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.0624, 0.1605)
    assert metrics.wilson(0, 0) == (0.0, 1.0)


def test_net_benefit_of_treating_all_follows_the_prevalence():
    hit = np.arange(100) < 20
    benefit = metrics.net_benefit(hit, np.ones(100), np.array([0.1, 0.2]))
    assert benefit == pytest.approx([0.2 - 0.8 / 9, 0.2 - 0.8 / 4])


def test_the_confusion_matrix_has_the_truth_in_its_rows():
    assert metrics.confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist() == [[1, 1], [0, 1]]


def test_decision_weights_change_who_is_named_but_not_the_ranking():
    y, proba = case(classes=3)
    weights = np.array([1.0, 1.0, 50.0])
    assert (metrics.decide(proba, weights) == 2).mean() > 0.9
    assert np.array_equal(metrics.decide(proba), proba.argmax(axis=1))
    assert metrics.score("macro_auroc", y, proba, decision=weights) == metrics.score("macro_auroc", y, proba)
    assert metrics.score("balanced_accuracy", y, proba, decision=weights) < metrics.score("balanced_accuracy", y, proba) - 0.1
    estimate = metrics.estimate("balanced_accuracy", y, proba, np.arange(len(y)), decision=weights)
    assert estimate.value == metrics.score("balanced_accuracy", y, proba, decision=weights)


def test_the_interval_of_a_calibration_error_holds_the_error_itself() -> None:
    rng = np.random.default_rng(0)
    probability = rng.uniform(size=400)
    truth = (rng.uniform(size=400) < probability).astype(int)  # perfectly calibrated: resampling can only look worse
    scores = np.column_stack([1 - probability, probability])
    ece = metrics.estimates(["ece"], truth, scores, np.arange(400), positive=1, threshold=0.5)["ece"]
    assert ece.low is not None
    assert ece.high is not None
    assert ece.low <= ece.value <= ece.high  # type: ignore[operator]


def test_a_perfect_share_has_the_exact_interval_of_its_cases_and_not_none() -> None:
    y, groups = np.repeat([0, 1], [40, 20]), np.repeat(np.arange(30), 2)
    proba = np.column_stack([1 - y, y]).astype(float)
    found = metrics.estimates(["auroc", "sensitivity", "specificity", "brier"], y, proba, groups)
    assert (found["auroc"].low, found["auroc"].high) == metrics.all_alike(1.0, 10)
    assert (found["sensitivity"].low, found["specificity"].low) == (
        metrics.all_alike(1.0, 10)[0],
        metrics.all_alike(1.0, 20)[0],
    )
    assert found["brier"].reason == "all alike, which gives no interval"
    exact = stats.binomtest(20, 20).proportion_ci(0.95, method="exact")
    assert metrics.all_alike(1.0, 20) == pytest.approx((exact.low, exact.high))
