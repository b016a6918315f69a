"""The experiments of a classification: the ladder, what may free it from a shortcut, and what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Signs, next_experiment
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks.classification import cells, ideas
from jupyter_clinagent.tasks.classification.ladder import make_plan, working_size

FREES = True
WISHES: Mapping[str, tuple[str, ...]] = {"rare": (ideas.RARE,)}
"""Misses and false alarms are for the threshold."""
THRESHOLDS = True


def size(survey: SurveyFacts, minutes: float) -> tuple[Size, Size | None]:
    """The images' own proportions; whole images."""
    return working_size(survey), None


def plan(
    spec: Specification,
    cohort: CohortFacts,
    speed: SpeedFacts,
    used: float,
    freeing: Sequence[Rung] = (),
    window: Size | None = None,
) -> tuple[Plan, list[Rung]]:
    """See :func:`~jupyter_clinagent.tasks.classification.ladder.make_plan`."""
    return make_plan(spec, cohort, speed, used, freeing)


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """An experiment of the ladder, or one against a shortcut."""
    if rung.confounder:
        return cells.freeing(number, rung, minutes, setting.spec, start)
    return cells.experiment(number, rung, minutes, setting.spec, setting.size)


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, ideas.CATALOGUE, wished)
    return None if chosen is None else (chosen.hypothesis, cells.refinement(number, chosen, setting.spec))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where the interval holds the AUROC of a coin."""
    ranks = test.get("macro_auroc") or test.get("auroc", {})
    low, high = ranks.get("low"), ranks.get("high")
    guesses = low is not None and high is not None and low <= 0.5 <= high
    return "From this test set it can't be told whether it is better than guessing." if guesses else ""


def declines(wish: str) -> str:
    """Nothing."""
    return ""
