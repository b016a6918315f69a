"""The experiments of a grading: a classifier's ladder with an ordinal loss, what frees it from a shortcut, what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook import tuning, tuning_cells
from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.guessing import like_a_guess
from jupyter_clinagent.agent.playbook.ladder import make_plan, working_size
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Signs, next_experiment
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts

FREES = True
WISHES: Mapping[str, tuple[str, ...]] = {"rare": (tuning.RARE,)}
"""Misses and false alarms are for the threshold."""
THRESHOLDS = True
NETWORK = tuning_cells.Network("GradeClassifier", "GradeEnsemble")


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
    """See :func:`~jupyter_clinagent.agent.playbook.ladder.make_plan`."""
    return make_plan(spec, cohort, speed, used, freeing)


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """An experiment of the ladder, or one against a shortcut."""
    if rung.confounder:
        return tuning_cells.freeing(number, rung, minutes, setting.spec, NETWORK, start)
    return tuning_cells.experiment(number, rung, minutes, setting.spec, setting.size, NETWORK)


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, tuning.CATALOGUE, wished)
    return None if chosen is None else (chosen.hypothesis, tuning_cells.refinement(number, chosen, setting.spec, NETWORK))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where the interval holds the kappa of a guess."""
    return like_a_guess(test.get("kappa_quadratic", {}), guess=0)


def declines(wish: str) -> str:
    """Nothing."""
    return ""
