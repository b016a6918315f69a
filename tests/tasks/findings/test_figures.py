"""Figures of several findings, against scikit-learn, and what is learnt from entries that are not known."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.study.protocol.opening import post_hoc
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.robustness import Part
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.findings import enough, judging, metrics, showing
from jupyter_clinagent.tasks.findings.by_finding import by_finding
from jupyter_clinagent.tasks.findings.module import masked_loss
from jupyter_clinagent.tasks.findings.scored import FindingScores
from jupyter_clinagent.tasks.findings.specification import SeveralFindings

N, NAMES = 120, ["a", "b", "c"]


@pytest.fixture
def told() -> FindingScores:
    rng = np.random.default_rng(1)
    truth = (rng.random((N, 3)) < [0.5, 0.3, 0.2]).astype(float)
    scores = np.round(np.clip(0.4 + 0.25 * truth + rng.normal(0, 0.25, truth.shape), 0, 1), 2)  # equal scores occur
    truth[rng.random(truth.shape) < 0.2] = np.nan
    groups = np.array([f"p{k // 2}" for k in range(N)], dtype=object)
    return FindingScores([f"i{k}" for k in range(N)], groups, truth, scores, np.array([0.5, 0.6, 0.4]))


def by_hand(truth: np.ndarray, scores: np.ndarray) -> float:
    """How far the mean score lies from the share that shows the finding, in bins a tenth wide, weighted by their images."""
    bins = [np.minimum((scores * 10).astype(int), 9) == k for k in range(10)]
    return float(sum(abs(truth[inside].mean() - scores[inside].mean()) * inside.mean() for inside in bins if inside.any()))


def test_each_figure_is_scikit_learns_over_the_images_of_which_the_finding_is_known(told: FindingScores) -> None:
    figures = told.estimates(NAMES, [], None, 0)
    for k, name in enumerate(NAMES):
        known = ~np.isnan(told.truth[:, k])
        truth, scores = told.truth[known, k] == 1, told.scores[known, k]
        called = scores >= told.thresholds[k]
        expected = {
            "auroc": roc_auc_score(truth, scores),
            "ap": average_precision_score(truth, scores),
            "sensitivity": called[truth].mean(),
            "specificity": (~called[~truth]).mean(),
            "prevalence": truth.mean(),
            "brier": brier_score_loss(truth, scores),
            "ece": by_hand(truth, scores),
        }
        for figure, value in expected.items():
            estimate = figures[f"{figure}:{name}"]
            assert estimate.value == pytest.approx(value, abs=1e-6), figure
            assert estimate.low is not None
            assert estimate.high is not None
            assert estimate.low <= value <= estimate.high, figure
            assert estimate.low < estimate.high, figure


def test_macro_figures_are_means_over_findings(told: FindingScores) -> None:
    figures = told.estimates(NAMES, [], None, 0)
    for figure in ("auroc", "ap"):
        values = [figures[f"{figure}:{name}"].value for name in NAMES]
        assert figures[f"macro_{figure}"].value == pytest.approx(np.mean(values))  # type: ignore[arg-type]


def test_a_finding_that_few_groups_show_does_not_move_the_mean(told: FindingScores) -> None:
    truth = told.truth.copy()
    truth[:, 2] = np.where(np.isnan(truth[:, 2]), np.nan, 0.0)
    truth[:3, 2] = 1.0
    part = FindingScores(told.images, told.groups, truth, told.scores, told.thresholds)
    figures = part.estimates(NAMES, [], None, 0)
    mean = np.mean([figures[f"auroc:{name}"].value for name in NAMES[:2]])  # type: ignore[arg-type]
    assert figures["macro_auroc"].value == pytest.approx(mean)
    assert (figures["auroc:c"].value, figures["auroc:c"].reason) == (None, "only 2 groups show it, too few to judge")
    assert figures["specificity:c"].value is not None, "enough groups are without it"


@pytest.mark.parametrize(("answer", "words"), [(1.0, "only 2 groups show it"), (0.0, "only 2 groups are without it")])
def test_robustness_headline_and_training_average_the_same_findings(told: FindingScores, answer: float, words: str) -> None:
    truth = told.truth.copy()
    truth[:, 2] = np.where(np.isnan(truth[:, 2]), np.nan, 1 - answer)
    truth[:3, 2] = answer
    part = FindingScores(told.images, told.groups, truth, told.scores, told.thresholds)
    headline = part.estimates(NAMES, [], None, 0)["macro_auroc"].value
    model = SimpleNamespace(predict_images=lambda rows: part.scores[rows[:, 0]])
    opening = cast(Opening, SimpleNamespace(test=part, trained=SimpleNamespace(model=model)))
    rows = np.arange(N)
    assert words in part.too_few[2]
    assert judging.changed(opening, rows, "macro_auroc", [], rows[:, None], Part(0, 0, 1, 1)) == headline
    assert metrics.macro_auroc(truth, part.scores, enough.counted(truth, part.groups)) == headline
    assert metrics.macro_auroc(truth, part.scores, np.ones(3, bool)) != headline


def test_a_subgroup_is_judged_by_findings_that_are_judged_in_the_whole_and_there(told: FindingScores) -> None:
    truth = told.truth.copy()
    truth[:, 2] = np.where(np.arange(N) < 12, 1.0, 0.0)
    groups = np.array([f"p{0 if k < 12 else k}" for k in range(N)], dtype=object)
    part = FindingScores(told.images, groups, truth, told.scores, told.thresholds)
    number, figure = part.in_subgroup(np.ones(N, bool), NAMES, 10, 0)
    assert number == 2, "twelve images of one patient are no more than one"
    assert figure is not None
    assert figure.value == pytest.approx(part.estimates(NAMES, [], None, 0)["macro_auroc"].value)


def test_only_findings_that_can_be_judged_have_a_curve(told: FindingScores) -> None:
    truth = told.truth.copy()
    truth[:, 2] = np.where(np.arange(N) < 3, 1.0, 0.0)
    part = FindingScores(told.images, told.groups, truth, told.scores, told.thresholds)
    session = SimpleNamespace(opening=SimpleNamespace(test=part), cohort=SimpleNamespace(classes=NAMES))
    assert list(showing.figures(cast(Session, session))) == ["roc_1", "roc_2"]


def test_a_finding_without_positives_has_no_figure_and_says_nothing_false(told: FindingScores) -> None:
    truth = told.truth.copy()
    truth[:, 1] = 0.0
    figures = FindingScores(told.images, told.groups, truth, told.scores, told.thresholds).estimates(NAMES, [], None, 0)
    assert figures["auroc:b"].value is None
    assert figures["sensitivity:b"].value is None
    assert figures["macro_auroc"].value is not None


def test_a_threshold_holds_its_rate_on_what_is_known() -> None:
    rng = np.random.default_rng(3)
    truth = (rng.random((400, 2)) < 0.3).astype(float)
    scores = np.clip(0.4 + 0.2 * truth + rng.normal(0, 0.2, truth.shape), 0, 1)
    truth[::7] = np.nan
    cut = metrics.thresholds(truth, scores, [("sensitivity", 0.95), ("specificity", 0.95)])
    sensitivity, specificity = metrics.rates(truth, scores >= cut, np.ones((1, 400)))
    assert sensitivity[0, 0] >= 0.95
    assert specificity[0, 1] >= 0.95
    assert sensitivity[0, 0] < 1
    assert specificity[0, 1] < 1


def test_what_is_not_known_teaches_nothing() -> None:
    logits = torch.tensor([[0.3, -1.2], [2.0, 0.1]], requires_grad=True)
    findings = torch.tensor([[1.0, float("nan")], [float("nan"), 0.0]])
    masked_loss(logits, findings).backward()
    assert logits.grad is not None
    assert (logits.grad == 0).tolist() == [[False, True], [True, False]]


def test_a_batch_of_which_nothing_is_known_has_no_loss() -> None:
    loss = masked_loss(torch.zeros(2, 2), torch.full((2, 2), float("nan")))
    assert loss.item() == 0


def test_the_share_that_shows_a_finding_is_of_those_of_which_it_is_known() -> None:
    truth = np.array([[1.0], [np.nan], [np.nan], [0.0]])
    told = FindingScores(["a", "b", "c", "d"], np.arange(4).astype(str), truth, np.full((4, 1), 0.5), np.array([0.5]))
    shown, scores = told.binary(0)
    assert shown.tolist() == [True, False]
    assert len(scores) == 2


# ------------------------------------------------------------------ the table of findings
def specified(**held: object) -> SeveralFindings:
    content = {"title": "t", "request": "r", "objective": "o", "modality": "radiograph", "primary_metric": "macro_auroc"}
    return SeveralFindings(task="findings", classes={name: [name] for name in NAMES}, **content, **held)  # type: ignore[arg-type]


def test_each_finding_has_a_row_with_its_figures_and_the_rule_of_its_threshold(told: FindingScores) -> None:
    figures = told.estimates(NAMES, [], None, 0)
    table = by_finding(specified(sensitivity_for={"b": 0.95}), figures, told, told)
    row = dict(zip(table.head, table.rows[1], strict=True))
    truth = told.truth[:, 1]
    known = [(truth == 1).sum(), (truth == 0).sum(), np.isnan(truth).sum()]
    assert row["Finding"] == "b"
    assert row["Images with / without / not known"] == "{} / {} / {}".format(*known)
    assert row["Threshold (rule)"] == "0.600 (sensitivity of 0.95)"
    assert row["AUROC"] == figures["auroc:b"]
    assert row["Brier score"] == f"{figures['brier:b'].value:.3f}"
    assert table.rows[0][table.head.index("Threshold (rule)")] == "0.500 (Youden)"


def test_a_finding_that_can_not_be_judged_stays_in_the_table_with_the_reason(told: FindingScores) -> None:
    truth = told.truth.copy()
    truth[:, 1], truth[:, 2] = 0.0, np.where(np.arange(N) < 3, 1.0, 0.0)
    part = FindingScores(told.images, told.groups, truth, told.scores, told.thresholds)
    rows = by_finding(specified(), part.estimates(NAMES, [], None, 0), part, part).rows
    assert [row[0] for row in rows] == NAMES
    assert rows[1][1:4] == [f"0 / {N} / 0", "– (none is known to show it)", "–"]
    assert rows[1][4] == "0.600 (not chosen: validation lacks images with or without it)"
    assert rows[2][2] == "– (only 2 groups show it, too few to judge)"
    assert [str(cell) for cell in (rows[2][5], *rows[2][7:])] == ["–"] * 3
    assert rows[2][6] == part.estimates(NAMES, [], None, 0)["specificity:c"]


def test_another_single_threshold_after_the_opening_is_refused_in_a_sentence() -> None:
    judged, classes, _ = judging.example()
    opening = SimpleNamespace(trained=SimpleNamespace(validation=judged), test=judged)
    confirmed = SimpleNamespace(specification=SimpleNamespace(operating_point=None))
    session = SimpleNamespace(opening=opening, confirmed=confirmed, cohort=SimpleNamespace(classes=classes), seed=0)
    with pytest.raises(ProtocolViolation, match="no single threshold decides"):
        post_hoc(cast(Session, session), "sensitivity", 0.9, classes[0])
