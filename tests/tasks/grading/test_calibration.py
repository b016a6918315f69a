"""Two numbers that make probabilities of grades fit validation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from jupyter_clinagent.tasks.grading import metrics
from jupyter_clinagent.tasks.grading.calibration import fitted, recalibrated


def drawn(number: int = 4000, slope: float = 1.0, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Grades drawn from known probabilities, and these probabilities stretched and shifted."""
    rng = np.random.default_rng(0)
    known = rng.dirichlet(np.ones(4), number)
    truth = np.array([rng.choice(4, p=row) for row in known])
    return truth, recalibrated(known, (slope, shift))


def test_probabilities_stay_probabilities_in_the_order_of_their_cuts() -> None:
    _, scores = drawn(200)
    found = recalibrated(scores, (2.5, -1.3))
    assert found.sum(axis=1) == pytest.approx(np.ones(200))
    assert (found >= 0).all()
    for cut in range(1, 4):
        before, after = scores[:, cut:].sum(axis=1), found[:, cut:].sum(axis=1)
        assert (np.argsort(before) == np.argsort(after)).all()
        assert special.logit(after) == pytest.approx(2.5 * special.logit(before) - 1.3, abs=1e-4)


def test_no_change_changes_nothing() -> None:
    _, scores = drawn(200)
    assert recalibrated(scores, (1.0, 0.0)) == pytest.approx(scores, abs=1e-5)


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, 1.0), (2.0, -2.0)])
def test_what_was_stretched_and_shifted_is_put_right(slope: float, shift: float) -> None:
    truth, scores = drawn(slope=slope, shift=shift)
    found = fitted(truth, scores)
    assert found == pytest.approx((1 / slope, -shift / slope), abs=0.15)


def test_grades_that_all_came_out_too_low_agree_better_afterwards() -> None:
    truth, scores = drawn(slope=3.0, shift=-4.0)
    found = recalibrated(scores, fitted(truth, scores))
    before, after = (metrics.score("kappa_quadratic", truth, part) for part in (scores, found))
    assert before is not None
    assert after is not None
    assert after > before + 0.1


def test_a_faultless_validation_set_does_not_leave_only_zero_and_one() -> None:
    truth = np.arange(40) % 4
    scores = np.full((40, 4), 0.1) + 0.6 * np.eye(4)[truth]
    found = recalibrated(scores, fitted(truth, scores))
    assert found.max() < 0.999
    assert (found.argmax(axis=1) == truth).all()
