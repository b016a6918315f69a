"""Figures of grades against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, mean_absolute_error, roc_auc_score

from jupyter_clinagent.tasks.grading import metrics
from jupyter_clinagent.tasks.grading.graded import Grades
from jupyter_clinagent.tasks.grading.judging import example


def drawn(seed: int = 0, number: int = 200, grades: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, grades, number)
    return truth, np.clip(truth + rng.integers(-2, 3, number), 0, grades - 1)


@pytest.mark.parametrize("seed", range(3))
def test_kappa_is_that_of_scikit_learn_with_weights_of_images_too(seed: int) -> None:
    truth, named = drawn(seed)
    times = np.random.default_rng(seed).integers(0, 4, len(truth))
    weights = np.stack([np.ones(len(truth)), times])
    expected = [cohen_kappa_score(truth, named, weights="quadratic", sample_weight=w) for w in weights]
    assert metrics.quadratic_kappa(truth, named, weights) == pytest.approx(expected)


def test_kappa_of_one_grade_only_is_not_defined() -> None:
    same = np.full(10, 2)
    assert np.isnan(metrics.quadratic_kappa(same, same, np.ones((1, 10)))[0])
    assert metrics.score("kappa_quadratic", same, np.eye(5)[same]) is None


def test_always_the_same_grade_has_a_kappa_of_a_guess() -> None:
    truth, _ = drawn()
    assert metrics.quadratic_kappa(truth, np.full(len(truth), 2), np.ones((1, len(truth))))[0] == pytest.approx(0)


def test_the_grade_named_has_the_smallest_expected_error() -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(5), 300)
    expected = np.stack([(scores * np.abs(np.arange(5) - k)).sum(axis=1) for k in range(5)], axis=1)
    named = metrics.median_grade(scores)
    assert expected[np.arange(300), named] == pytest.approx(expected.min(axis=1))


def test_every_figure_is_told_with_an_interval_that_holds_it() -> None:
    judged, classes, positives = example()
    found = judged.estimates(classes, positives, 0.5, 0)
    ill, score = judged.binary(*positives)
    expected = {
        "kappa_quadratic": cohen_kappa_score(judged.truth, judged.named, weights="quadratic"),
        "mae_grades": mean_absolute_error(judged.truth, judged.named),
        "within_one": (np.abs(judged.truth - judged.named) <= 1).mean(),
        "exact": (judged.truth == judged.named).mean(),
        "auroc:grade 2 or above": roc_auc_score(ill, score),
        "sensitivity": (score >= 0.5)[ill].mean(),
        "specificity:grade 1 or above": (judged.named < 1)[judged.truth < 1].mean(),
        "recall:grade 3": (judged.named == 3)[judged.truth == 3].mean(),
    }
    for name, value in expected.items():
        figure = found[name]
        assert figure.value == pytest.approx(value, abs=1e-6), name
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= value + 1e-6, name
        assert figure.high >= value - 1e-6, name


def test_without_a_cut_no_threshold_is_judged() -> None:
    judged, classes, _ = example()
    assert "sensitivity" not in judged.estimates(classes, [], None, 0)


def test_intervals_come_from_groups_so_that_copies_of_images_do_not_narrow_them() -> None:
    judged, classes, _ = example()
    twice = Grades(
        [f"{image} again {k}" for k in range(4) for image in judged.images],
        np.tile(judged.groups, 4),
        np.tile(judged.truth, 4),
        np.tile(judged.scores, (4, 1)),
    )
    once, again = (part.estimates(classes, [], None, 0)["kappa_quadratic"] for part in (judged, twice))
    assert (again.low, again.high) == pytest.approx((once.low, once.high), abs=1e-5)


def test_a_better_model_gains_and_other_images_are_refused() -> None:
    judged, _, _ = example()
    worse = Grades(judged.images, judged.groups, judged.truth, judged.scores[::-1])
    gain = judged.gain_over(worse, "kappa_quadratic", 200, 0)
    assert gain.low is not None
    assert gain.low > 0
    with pytest.raises(ValueError, match="different images"):
        judged.gain_over(Grades(judged.images[::-1], judged.groups, judged.truth, judged.scores), "kappa_quadratic", 10, 0)


def test_a_subgroup_takes_two_grades_with_enough_images() -> None:
    judged, classes, _ = example()
    assert judged.in_subgroup(np.arange(90) < 12, classes, 10, 0) == (0, None)
    number, figure = judged.in_subgroup(np.ones(90, dtype=bool), classes, 10, 0)
    assert number == 4
    assert figure is not None
    assert figure.value == pytest.approx(cohen_kappa_score(judged.truth, judged.named, weights="quadratic"))
