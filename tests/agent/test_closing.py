"""What the closing words say of figures that are no good."""

from typing import Any

from jupyter_clinagent.agent.playbook.closing import estimate
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
