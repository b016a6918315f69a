"""The experiments of a classification: the ladder, what may free it from a shortcut, and what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook import tuning, tuning_cells
from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.guessing import like_a_guess
from jupyter_clinagent.agent.playbook.ladder import make_plan, working_size
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Signs, next_experiment
from jupyter_clinagent.agent.playbook.tuning_cells import Network
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts

FREES = True
WISHES: Mapping[str, tuple[str, ...]] = {"rare": (tuning.RARE,)}
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
    """See :func:`~jupyter_clinagent.agent.playbook.ladder.make_plan`."""
    return make_plan(spec, cohort, speed, used, freeing)


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """An experiment of the ladder, or one against a shortcut."""
    network = _network(setting.spec)
    if rung.confounder:
        return tuning_cells.freeing(number, rung, minutes, setting.spec, network, start)
    return tuning_cells.experiment(number, rung, minutes, setting.spec, setting.size, network)


def _network(spec: Specification) -> Network:
    """Several classes are named as if all were equally common."""
    return Network(options=", equal_prevalence=True" if len(spec.classes) > 2 else "")


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, tuning.CATALOGUE, wished)
    if chosen is None:
        return None
    return chosen.hypothesis, tuning_cells.refinement(number, chosen, setting.spec, _network(setting.spec))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where the interval holds the AUROC of a coin."""
    return like_a_guess(test.get("macro_auroc") or test.get("auroc", {}), guess=0.5)


def declines(wish: str) -> str:
    """Nothing."""
    return ""
