"""What the closing words say of figures that are no good."""

from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.closing import estimate, threshold_message
from jupyter_clinagent.agent.playbook.turn import Call
from jupyter_clinagent.contracts import Estimate, OperatingPoint
from jupyter_clinagent.facts import EvaluationFacts, OperatingResult
from jupyter_clinagent.study.protocol.evaluation import operating_result
from jupyter_clinagent.study.report.words import at_threshold, missed_target
from jupyter_clinagent.study.showing import pages
from jupyter_clinagent.study.showing.display import plain
from jupyter_clinagent.study.showing.markup import with_interval
from jupyter_clinagent.tasks import registry


def unlearnt(task: str, test: dict[str, Any]) -> str:
    return registry.find(task).planning.unlearnt(test)


def test_a_detector_that_finds_nothing_is_said_to_have_learnt_nothing() -> None:
    assert "more minutes" in unlearnt("detection", {"map50": {"value": 0.0, "low": 0.0, "high": 0.0}, "auroc": {"value": 0.9}})
    assert unlearnt("detection", {"map50": {"value": 0.4, "low": 0.3, "high": 0.5}}) == ""


def test_an_interval_that_holds_one_half_may_be_guessing() -> None:
    assert "guessing" in unlearnt("classification", {"auroc": {"value": 0.6, "low": 0.45, "high": 0.7}})
    assert unlearnt("classification", {"macro_auroc": {"value": 0.9, "low": 0.8, "high": 0.95}}) == ""


def test_a_figure_without_an_interval_says_why() -> None:
    assert estimate({"value": 1.0, "low": None, "high": None}) == "1.000 (too few cases for an interval)"
    assert estimate({"value": 1.0, "low": 1.0, "high": 1.0}) == "1.000 (all alike, which gives no interval)"


def test_an_interval_of_no_width_is_none() -> None:
    perfect = Estimate(value=1.0, low=1.0, high=1.0)
    assert (perfect.low, perfect.high, perfect.spread) == (None, None, "")
    assert (perfect.holds(1.0), perfect.holds(0.5)) == (True, False)
    assert with_interval(perfect) == "1.000 (all alike, which gives no interval)"


def point(
    target: float | None, value: float | None, low: float | None, high: float | None, rule: str = "sensitivity"
) -> OperatingResult:
    """A threshold as the evaluator judges it, from the figure that was aimed at."""
    aim = OperatingPoint(rule=rule, target=target, positive_class="mel")
    figures = {name: Estimate(value=value, low=low, high=high) for name in ("sensitivity", "specificity")}
    return operating_result(aim, 0.4, figures, figures)


def shown(result: OperatingResult) -> Call:
    """The cell that chose it."""
    facts = EvaluationFacts(experiment="one", primary_metric="auroc", validation={}, test={}, operating_point=result, unsealed=1)
    return Call("add_and_run", {}, {"facts": [facts.model_dump(mode="json")]})


@pytest.mark.parametrize(
    ("result", "verdict", "words"),
    [
        (point(0.95, 0.95, 0.95, 0.99), "inside", "lies inside"),
        (point(0.95, 0.94, 0.90, 0.95), "inside", "lies inside"),
        (point(0.95, 0.97, 0.92, 0.99), "inside", "lies inside"),
        (point(0.95, 0.99, 0.96, 1.00), "exceeded", "is exceeded"),
        (point(0.95, 0.99, 0.96, 1.00, "specificity"), "exceeded", "is exceeded"),
        (point(0.95, 0.80, 0.70, 0.90), "missed", "is missed"),
        (point(0.95, 1.00, None, None), "too few to judge", "can't be told: the test images give no interval"),
        (point(0.95, 1.00, 1.00, 1.00), "too few to judge", "can't be told: the test images give no interval"),
        (point(0.95, None, None, None), "too few to judge", "can't be told: the test images give no interval"),
    ],
)
def test_chat_cell_and_report_agree_on_whether_the_target_was_met(result: OperatingResult, verdict: str, words: str) -> None:
    chat = threshold_message(shown(result))
    report = " ".join(at_threshold(result))
    assert result.against_target == verdict
    assert all(words in text for text in (chat, plain(pages.operating_point(result)), report))
    assert bool(list(missed_target(result))) == (verdict == "missed")


def test_without_a_target_nobody_judges_one() -> None:
    result = point(None, 0.9, 0.8, 0.95, "youden")
    chat = threshold_message(shown(result))
    assert (result.against_target, result.judge_target("the target", "the interval")) == (None, "")
    assert "target" not in chat + pages.operating_point(result)
