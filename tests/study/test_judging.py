"""The acceptance rule, the operating point, subgroups, galleries: what decides."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.contracts import Estimate, OperatingPoint
from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.study.protocol.acceptance import judge, probability_of_gain
from jupyter_clinagent.study.protocol.evaluation import choose_operating_point, operating_result, subgroup_table
from jupyter_clinagent.study.protocol.evaluator import evaluator_hash, evaluator_state, evaluator_versions, judged_otherwise
from jupyter_clinagent.study.protocol.ledger import Entry, Ledger, recipe_hash
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.classification.galleries import choose_rows
from jupyter_clinagent.tasks.classification.predictions import Predictions
from jupyter_clinagent.testing import check_golden


def predictions(strength: float, n: int = 300, seed: int = 0, classes: int = 2) -> Predictions:
    """Scores that follow the truth by ``strength`` standard deviations."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % classes
    logits = rng.normal(0, 1, (n, classes)) + strength * np.eye(classes)[truth]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions([f"i{k}" for k in range(n)], np.array([f"g{k // 2}" for k in range(n)], dtype=object), truth, scores)


def verdict(before: Predictions, after: Predictions):
    values = [p.estimates(["a", "b"], [1], None, 0)["auroc"].value for p in (after, before)]
    return judge("auroc", before, after, values[0], values[1], 0)  # type: ignore[arg-type]


def test_the_first_experiment_is_the_baseline_and_kept() -> None:
    assert judge("auroc", None, predictions(1.0), 0.8, None, 0).kept


def test_a_clear_gain_is_kept_and_called_real() -> None:
    judged = verdict(predictions(0.5), predictions(2.0))
    assert judged.kept
    assert "real" in judged.reason


def test_a_loss_and_an_equal_model_are_discarded() -> None:
    assert not verdict(predictions(2.0), predictions(0.5)).kept
    assert not verdict(predictions(1.0), predictions(1.0)).kept


def test_noise_is_seldom_taken_for_a_gain() -> None:
    """Two equally good models: the rule may err in about one case of five, not more."""
    kept = [verdict(predictions(1.0, n=160, seed=2 * k), predictions(1.0, n=160, seed=2 * k + 1)).kept for k in range(40)]
    assert np.mean(kept) < 0.35


def test_the_probability_of_a_gain_is_symmetric() -> None:
    better, worse = predictions(1.2, seed=1), predictions(1.0, seed=2)
    there, back = probability_of_gain("auroc", worse, better, 0), probability_of_gain("auroc", better, worse, 0)
    assert abs(there + back - 1) < 0.02


def test_the_operating_point_reaches_its_target_on_validation_and_reports_the_test_interval() -> None:
    validation, test = predictions(1.5, seed=1), predictions(1.5, seed=2)
    point = OperatingPoint(rule="sensitivity", target=0.9, positive_class="b")
    threshold = choose_operating_point(validation, point, ["a", "b"])
    figures = [p.estimates(["a", "b"], [1], threshold, 0) for p in (validation, test)]
    result = operating_result(point, threshold, *figures)
    assert result.validation["sensitivity"].value >= 0.9  # type: ignore[operator]
    aimed = result.test["sensitivity"]
    assert result.target_in_interval == (aimed.low <= 0.9 <= aimed.high)  # type: ignore[operator]


def test_the_target_is_said_to_be_outside_where_it_is() -> None:
    point = OperatingPoint(rule="sensitivity", target=0.95, positive_class="b")
    figures = {"sensitivity": Estimate(value=0.8, low=0.7, high=0.9), "specificity": Estimate(value=0.8, low=0.7, high=0.9)}
    assert operating_result(point, 0.5, figures, figures).target_in_interval is False


def test_subgroups_are_judged_where_there_are_enough_images() -> None:
    shown = predictions(1.5, classes=3, n=300)
    metadata = pd.DataFrame({"sex": ["m", "f"] * 146 + ["x"] * 8, "age": [str(20 + k % 60) for k in range(300)]})
    table = subgroup_table(shown, metadata, ["sex", "age"], ["a", "b", "c"], 0).set_index("value")
    assert table.loc["m", "classes"] == 3
    assert table.loc["m", "estimate"].value > 0.7
    assert table.loc["x", "estimate"] is None
    assert {"20–39", "40–59", "60–79"} <= set(table.index)


def test_galleries_show_hits_misses_and_false_alarms_by_the_threshold() -> None:
    truth = np.array([1, 1, 1, 0, 0, 0])
    positive = np.array([0.9, 0.6, 0.2, 0.1, 0.7, 0.4])
    test = Predictions([], np.array([]), truth, np.column_stack([1 - positive, positive]))
    chosen = choose_rows(test, ["a", "b"], [1], 0.5, 5)
    assert [pick.rows.tolist() for pick in chosen] == [[0, 1], [2], [4]]


def test_galleries_of_many_classes_give_every_class_its_turn() -> None:
    truth = np.array([0] * 8 + [1, 2])
    scores = np.eye(3)[truth] * 0.5 + 0.1
    scores[:8, 0] += 0.2
    hits = choose_rows(Predictions([], np.array([]), truth, scores), ["a", "b", "c"], [], None, 4)[0]
    assert set(truth[hits.rows]) == {0, 1, 2}


def test_classes_held_together_are_judged_by_the_sum_of_their_scores_against_the_rest() -> None:
    shown, classes = predictions(1.5, classes=4, n=300), ["a", "b", "c", "d"]
    point = OperatingPoint(rule="specificity", target=0.8, positive_class=["b", "d"])
    threshold = choose_operating_point(shown, point, classes)
    ill, called = np.isin(shown.truth, [1, 3]), shown.scores[:, 1] + shown.scores[:, 3] >= threshold
    figures = shown.estimates(classes, [1, 3], threshold, 0)
    assert figures["sensitivity"].value == pytest.approx(called[ill].mean())
    assert figures["specificity"].value == pytest.approx((~called[~ill]).mean())
    assert figures["specificity"].value >= 0.8  # type: ignore[operator]
    assert point.named == "b or d"


def test_galleries_of_classes_held_together_show_maps_of_the_true_or_the_likeliest_of_them() -> None:
    truth = np.array([0, 1, 2, 1])
    scores = np.array([[0.5, 0.4, 0.1], [0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.1, 0.1, 0.8]])
    chosen = choose_rows(Predictions([], np.array([]), truth, scores), ["a", "b", "c"], [0, 1], 0.5, 5)
    assert [(pick.rows.tolist(), pick.about.tolist()) for pick in chosen] == [([0, 1], [0, 1]), ([3], [1]), ([2], [1])]
    assert chosen[1].title == "Worst misses: a or b, not recognised"


def test_the_evaluators_identity_is_its_versions_and_stays_where_a_metric_is_added() -> None:
    task = registry.find("detection")
    before = evaluator_hash(task)
    assert evaluator_state(task) == evaluator_state(task)
    assert evaluator_hash(replace(task, metrics=(*task.metrics, Metric("new", "New", "here")))) == before
    versions = [metric._replace(version=2) if metric.name == "map50" else metric for metric in task.metrics]
    raised = replace(task, metrics=tuple(versions))
    assert evaluator_hash(raised) != before
    assert judged_otherwise(raised, None) == ["map50 was version 1, is 2"]


def test_a_study_of_the_first_release_is_judged_as_it_was_while_no_version_is_raised() -> None:
    task = registry.find("detection")
    assert judged_otherwise(task, None) == []
    assert judged_otherwise(task, evaluator_versions(task)) == []


def test_a_changed_formula_is_told_to_raise_the_version_and_then_to_write_its_figures_anew() -> None:
    task = replace(registry.find("classification"), package="tests.study.otherwise")
    with pytest.raises(AssertionError, match="raise the version of auroc"):
        check_golden(task)
    raised = tuple(metric._replace(version=2) for metric in task.metrics)
    with pytest.raises(AssertionError, match="balanced_accuracy has another version"):
        check_golden(replace(task, package=registry.find("classification").package, metrics=raised))


def test_a_recipe_hash_ignores_the_order_of_keys_and_nothing_else() -> None:
    assert recipe_hash({"a": 1, "b": [2]}) == recipe_hash({"b": [2], "a": 1})
    assert recipe_hash({"a": 1}) != recipe_hash({"a": 2})


def test_the_ledger_remembers_experiments_of_earlier_sessions_and_counts_an_opening_once(tmp_path) -> None:
    def entry(name: str) -> Entry:
        stages = [{"name": "half", "steps": 5, "total_steps": 5}]
        return Entry(name=name, hypothesis="", minutes=1, recipe="r" + name, details={}, metric="auroc", stages=stages)

    first = Ledger(tmp_path)
    first.add(entry("one"))
    first.add(entry("two"))
    assert first.open("opening")
    second = Ledger(tmp_path)
    second.add(entry("two"))
    assert [e.name for e in second.all] == ["one", "two"]
    assert second.replay_of("one", "rone") is not None
    assert second.replay_of("one", "other") is None
    assert not second.open("opening")
