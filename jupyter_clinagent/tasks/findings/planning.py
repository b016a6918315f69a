"""The experiments of several findings: a linear probe, half of the network, all of it, and what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.guessing import like_a_guess
from jupyter_clinagent.agent.playbook.plain_ladder import climbing, usual_size
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import LONGER, Signs, next_experiment
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks.findings import cells, ideas

FREES = False
WISHES: Mapping[str, tuple[str, ...]] = {"sensitive": (LONGER,), "specific": (LONGER,)}
THRESHOLDS = False
PROBE = Rung("linear probe", "frozen ImageNet features say at once whether the images carry the findings", "head", 0.08)


def size(survey: SurveyFacts, minutes: float) -> tuple[Size, Size | None]:
    """The images' own proportions at about 144 pixels; whole images."""
    return usual_size(survey), None


def plan(
    spec: Specification,
    cohort: CohortFacts,
    speed: SpeedFacts,
    used: float,
    freeing: Sequence[Rung] = (),
    window: Size | None = None,
) -> tuple[Plan, list[Rung]]:
    """Share what is left of the budget among the experiments that can use it."""
    return climbing(PROBE, spec, cohort, speed, used)


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """A planned experiment."""
    return cells.experiment(number, rung, minutes, setting.spec, setting.size)


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, ideas.CATALOGUE, wished)
    return None if chosen is None else (chosen.hypothesis, cells.refinement(number, chosen, setting.spec))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where the interval holds the AUROC of a coin."""
    return like_a_guess(test.get("macro_auroc", {}), guess=0.5)


def declines(wish: str) -> str:
    """Rare classes, and shortcuts."""
    return {
        "rare": "Each finding is learnt for itself from the images of which it is known, so none can count more.",
        "free": "How far several findings rely on a shortcut can't be measured yet, so no model is freed from one.",
    }.get(wish, "")
