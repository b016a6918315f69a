from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from jupyter_clinagent.imaging import reliance as measure
from jupyter_clinagent.imaging.reliance import ConfoundedScores


def scores(by_label: float, by_confounder: float, *, n: int = 800, seed: int = 0, rates: tuple[float, float] = (0.85, 0.05)):
    """Logits that follow label and confounder by known coefficients, with noise; the confounder goes with the label."""
    rng = np.random.default_rng(seed)
    label = rng.random(n) < 0.4
    confounder = rng.random(n) < np.where(label, *rates)
    logit = by_label * label + by_confounder * confounder + rng.normal(0, 1, n) - 2
    return ConfoundedScores(label, confounder, special.expit(logit), np.arange(n) // 2, "drain")


@pytest.mark.parametrize(("by_label", "by_confounder"), [(3.0, 0.0), (3.0, 1.0), (1.0, 1.0), (0.5, -2.0), (0.0, 2.0)])
def test_reliance_is_the_share_of_the_confounders_coefficient_however_correlated_the_two_are(by_label, by_confounder):
    exact = abs(by_confounder) / (abs(by_label) + abs(by_confounder))
    for rates in ((0.85, 0.05), (0.5, 0.5)):
        found = measure.reliance(scores(by_label, by_confounder, rates=rates, n=3000))
        assert found.value == pytest.approx(exact, abs=0.06)
        assert found.low <= exact + 0.02  # type: ignore[operator]
        assert found.high >= exact - 0.02  # type: ignore[operator]


def test_reliance_equals_the_weighted_regression_that_defines_it():
    shown = scores(2.0, 1.0, n=300)
    weights = np.zeros(300)
    for members in shown.cells.values():
        weights[members] = 1 / members.sum()
    design = np.column_stack([np.ones(300), shown.label, shown.confounder]) * np.sqrt(weights)[:, None]
    b = np.linalg.lstsq(design, shown.logit * np.sqrt(weights), rcond=None)[0]
    assert measure.reliance(shown).value == pytest.approx(abs(b[2]) / (abs(b[1]) + abs(b[2])), abs=1e-6)


def test_reliance_on_phantoms_is_near_the_exact_counterfactual():
    """A score made of two measured parts of the picture: taking the drain out changes just one of them."""
    from jupyter_clinagent import phantoms

    made = phantoms.chest(400, 0, 64, drain_positive=0.5, drain_negative=0.5)
    label, drain = np.array([p.label == "pneumothorax" for p in made]), np.array([p.drain for p in made])

    def score(image: np.ndarray, phantom: phantoms.ChestPhantom) -> float:
        return 2.0 * (phantom.label == "pneumothorax") + 0.05 * float(image[phantom.drain_mask].mean())

    here, twin = (np.array([score(getattr(p, name), p) for p in made]) for name in ("image", "twin"))
    exact = np.abs(here - twin).mean() / (np.abs(here - twin).mean() + 2.0)
    groups = np.array([p.patient_id for p in made])
    found = measure.reliance(ConfoundedScores(label, drain, special.expit(here - here.mean()), groups))
    assert found.value == pytest.approx(exact, abs=0.05)


@pytest.mark.parametrize(
    ("rates", "reason"), [((1.0, 1.0), "every image"), ((0.0, 0.0), "every image"), ((0.5, 0.0), "negative with drain")]
)
def test_what_cannot_be_estimated_is_left_out_with_a_reason(rates, reason):
    found = measure.reliance(scores(1.0, 1.0, rates=rates))
    assert found.value is None
    assert reason in str(found.reason)


def test_a_fall_is_paired_and_its_interval_excludes_zero_where_it_is_real():
    before, after = scores(2.0, 2.0), scores(2.0, 0.2)
    change = measure.reliance_change(before, after)
    assert change.value == pytest.approx(measure.reliance(after).value - measure.reliance(before).value)  # type: ignore[operator]
    assert change.high < 0  # type: ignore[operator]
    assert measure.reliance_change(before, before).value == 0


def test_false_alarms_sensitivity_and_auroc_are_told_by_group():
    shown = scores(2.0, 3.0, n=4000)
    both = {c: measure.false_positive_rate(shown, 0.5, confounder=c).value for c in (True, False)}
    negatives = ~shown.label & shown.confounder
    assert both[True] == pytest.approx((shown.score[negatives] >= 0.5).mean())
    assert both[True] > both[False] + 0.3
    assert measure.sensitivity(shown, 0.5, confounder=True).value > measure.sensitivity(shown, 0.5, confounder=False).value
    everywhere = measure.auroc_without(scores(2.0, 0.0, n=4000)).value
    assert measure.auroc_without(shown).value == pytest.approx(everywhere, abs=0.05)


def test_decisions_that_flip_are_counted_both_ways():
    before, after = np.array([0.9, 0.9, 0.1, 0.1]), np.array([0.9, 0.1, 0.9, 0.1])
    assert measure.decision_flips(before, after, np.arange(4), 0.5).value == 0.5
    assert measure.decision_flips(before, before, np.arange(4), 0.5).value == 0
    assert measure.decision_flips(np.empty(0), np.empty(0), np.empty(0), 0.5).value is None


def test_weights_let_both_groups_count_alike_within_each_class():
    shown = scores(1.0, 1.0)
    weights = measure.cell_weights(shown.label, shown.confounder)
    for label in (True, False):
        sums = [weights[(shown.label == label) & (shown.confounder == c)].sum() for c in (True, False)]
        assert sums[0] == pytest.approx(sums[1])
        assert sum(sums) == pytest.approx((shown.label == label).sum())
