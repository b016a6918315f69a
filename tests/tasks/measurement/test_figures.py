"""Figures of measured numbers, against calculations by hand and scikit-learn, and how they are written."""

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_absolute_error, r2_score, roc_auc_score

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.explanation import grad_cam
from jupyter_clinagent.imaging.figures import alt_text, running_best
from jupyter_clinagent.study.protocol.acceptance import judge
from jupyter_clinagent.study.protocol.experiment import _best_at
from jupyter_clinagent.study.showing.markup import with_interval
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.measurement.explanation import maps_of
from jupyter_clinagent.tasks.measurement.figures import against_truth, agreement
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues, Scale
from jupyter_clinagent.tasks.measurement.module import Measurer
from jupyter_clinagent.tasks.measurement.values import Ranges

N = 120


def measured(truth: np.ndarray, numbers: np.ndarray, line: float | None = None, unit: str | None = "months") -> MeasuredValues:
    scale = Scale(unit, 100.0, 10.0, Ranges.of(truth, unit), line, None if line is None else "below")
    groups = np.array([f"p{k // 2}" for k in range(len(truth))], dtype=object)
    return MeasuredValues([f"i{k}" for k in range(len(truth))], groups, truth, numbers, scale)


@pytest.fixture
def told() -> MeasuredValues:
    rng = np.random.default_rng(3)
    truth = rng.uniform(20, 200, N)
    return measured(truth, truth - 4 + rng.normal(0, 9, N), line=80.0)


def test_limits_of_agreement_are_those_of_a_calculation_by_hand() -> None:
    """Differences 1, 3, -2, 4, -1: mean 1, squares around it 0 + 4 + 9 + 9 + 4 = 26, variance 26 / 4 = 6.5, deviation 2.5495."""
    truth = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    figures = measured(truth, truth + np.array([1, 3, -2, 4, -1])).estimates(["a"], [], None, 0)
    assert figures["bias"].value == pytest.approx(1.0)
    assert figures["limits_of_agreement_low"].value == pytest.approx(1 - 1.96 * 2.5495, abs=1e-3)
    assert figures["limits_of_agreement_high"].value == pytest.approx(1 + 1.96 * 2.5495, abs=1e-3)
    assert figures["mae"].value == pytest.approx((1 + 3 + 2 + 4 + 1) / 5)
    assert figures["rmse"].value == pytest.approx((31 / 5) ** 0.5)


def test_the_other_figures_are_those_of_scikit_learn_and_numpy(told: MeasuredValues) -> None:
    figures = told.estimates(["boneage"], [], None, 0)
    below, off = told.truth < 80, np.abs(told.measured - told.truth)
    expected = {
        "mae": mean_absolute_error(told.truth, told.measured),
        "median_mae": np.abs(told.truth - 100).mean(),
        "within": (off <= 10).mean(),
        "r2": r2_score(told.truth, told.measured),
        "correlation": np.corrcoef(told.truth, told.measured)[0, 1],
        "line_sensitivity": (told.measured[below] < 80).mean(),
        "line_specificity": (told.measured[~below] >= 80).mean(),
        "line_auroc": roc_auc_score(below, -told.measured),
    }
    for name, value in expected.items():
        figure = figures[name]
        assert figure.value == pytest.approx(value, abs=1e-6), name
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= value <= figure.high, name


def test_intervals_draw_patients_and_not_images() -> None:
    """Ten images of each patient with the same error are no more than one."""
    rng = np.random.default_rng(0)
    errors, truth = np.repeat(rng.normal(0, 8, 40), 10), rng.uniform(20, 200, 400)
    one = measured(truth, truth + errors)
    together = MeasuredValues(one.images, np.repeat([f"p{k}" for k in range(40)], 10), one.truth, one.measured, one.scale)
    wide, narrow = (each.estimates(["a"], [], None, 0)["bias"] for each in (together, one))
    assert (wide.high or 0) - (wide.low or 0) > 1.8 * ((narrow.high or 0) - (narrow.low or 0))


def test_a_share_of_all_has_the_exact_interval_of_so_many_patients(told: MeasuredValues) -> None:
    close = MeasuredValues(told.images, told.groups, told.truth, told.truth + 0.5, told.scale).estimates(["a"], [], None, 0)
    patients = len(set(map(str, told.groups)))
    assert (close["within"].value, close["within"].low) == pytest.approx((1.0, 0.025 ** (1 / patients)))
    assert close["bias"].low is None  # what is always half a month off may be so by chance, but a mean has no such interval


def test_numbers_have_their_unit_and_shares_none(told: MeasuredValues) -> None:
    figures = told.estimates(["boneage"], [], None, 0)
    assert {name for name, figure in figures.items() if figure.unit == "months"} == {
        "mae", "median_mae", "median_gain", "rmse", "bias", "limits_of_agreement_low", "limits_of_agreement_high",
    }  # fmt: skip
    assert with_interval(Estimate(value=-4.06, low=-5.5, high=2.71, unit="months")) == "-4.06 (-5.50 to 2.71) months"
    assert with_interval(Estimate(value=0.91, low=0.88, high=0.94)) == "0.910 (0.880–0.940)"


def test_all_alike_values_have_no_r2_and_no_crash() -> None:
    figures = measured(np.full(20, 50.0), np.linspace(40, 60, 20)).estimates(["a"], [], None, 0)
    assert figures["r2"].value is None
    assert "same value" in str(figures["r2"].reason)
    assert figures["mae"].value is not None


# ------------------------------------------------------------------ less is better
def test_a_model_with_a_smaller_error_is_kept_and_one_with_a_greater_error_is_not(told: MeasuredValues) -> None:
    better = measured(told.truth, told.truth + 0.3 * told.differences, line=80.0)
    errors = [float(np.abs(one.differences).mean()) for one in (told, better)]
    kept = judge("mae", told, better, errors[1], errors[0], 0)
    discarded = judge("mae", better, told, errors[0], errors[1], 0)
    assert (kept.kept, discarded.kept) == (True, False)
    assert f"{errors[1] - errors[0]:+.3f} against the best so far (lower is better)" in kept.reason


def test_the_best_look_at_validation_is_the_lowest_error() -> None:
    history = [{"value": 9.0, "step": 10}, {"value": 5.0, "step": 20}, {"value": 7.0, "step": 40}]
    assert _best_at(history, registry.metric("mae").sign) == 0.5
    assert _best_at(history, registry.metric("auroc").sign) == 0.25


def test_the_running_best_goes_down() -> None:
    figure = running_best(["probe", "half", "all"], [20.0, 12.0, 15.0], [True, True, False], "mae", "months")
    (steps,) = [line for line in figure.axes[0].lines if line.get_label() == "kept so far"]
    assert list(steps.get_ydata()) == [20.0, 12.0, 12.0]
    assert figure.axes[0].get_ylabel().split() == ["Validation", "mean", "absolute", "error", "(months)"]


def test_an_error_is_much_worse_from_a_quarter_more_on_and_a_share_from_five_points_less() -> None:
    mae, auroc = registry.metric("mae"), registry.metric("auroc")
    assert [mae.much_worse(value, 10.0) for value in (8.0, 12.4, 12.6)] == [False, False, True]
    assert [auroc.much_worse(value, 0.9) for value in (0.95, 0.86, 0.84)] == [False, False, True]


# ------------------------------------------------------------------ what is drawn
def test_heat_maps_of_small_numbers_show_what_makes_them_small() -> None:
    model = Measurer(["boneage"], trainable="head").eval()
    model.centre.fill_(100.0)
    images = np.random.default_rng(0).integers(0, 255, (3, 64, 64, 3), dtype=np.uint8)
    with torch.no_grad():
        model.head.weight.fill_(-1.0)
    numbers, maps = model.predict_images(images)[:, 0], maps_of(model, images)
    assert (numbers < 100).all()
    assert grad_cam(model, images, 0).max() < maps.max() == pytest.approx(1.0)


def test_the_plots_name_the_measure_and_its_unit_on_their_axes(told: MeasuredValues) -> None:
    known = told.estimates(["boneage"], [], None, 0)
    scatter, plot = against_truth(told, "boneage"), agreement(told, known)
    assert [axis.get_label_text() for axis in (scatter.axes[0].xaxis, scatter.axes[0].yaxis)] == [
        "True boneage (months)",
        "Measured boneage (months)",
    ]
    assert plot.axes[0].get_ylabel() == "Measured minus true number (months)"
    assert f"bias {known['bias'].written(known['bias'].value or 0)} months" in alt_text(plot)


def test_errors_are_told_by_range_and_subgroup(told: MeasuredValues) -> None:
    assert [int((told.labels == k).sum()) for k in range(4)] == [30, 30, 30, 30]
    low = told.labels == 0
    number, estimate = told.in_subgroup(low, ["boneage"], 10, 0)
    assert number == 1
    assert estimate is not None
    assert estimate.value == pytest.approx(np.abs(told.differences[low]).mean())
    assert told.in_subgroup(low & (np.cumsum(low) <= 9), ["boneage"], 10, 0) == (0, None)
