"""The experiments of a segmentation, and what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import LONGER, Signs, next_experiment
from jupyter_clinagent.agent.playbook.sides import has_sides
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks.segmentation import cells, ideas
from jupyter_clinagent.tasks.segmentation.ladder import make_plan, outline_size

FREES = False
WISHES: Mapping[str, tuple[str, ...]] = {"sensitive": (ideas.FINER, LONGER), "specific": (LONGER,)}
THRESHOLDS = False
_LEARNT = 0.1
"""Dice below which nothing was learnt."""


def size(survey: SurveyFacts, minutes: float) -> tuple[Size, Size | None]:
    """See :func:`~jupyter_clinagent.tasks.segmentation.ladder.outline_size`; whole images."""
    return outline_size(survey, minutes), None


def plan(
    spec: Specification,
    cohort: CohortFacts,
    speed: SpeedFacts,
    used: float,
    freeing: Sequence[Rung] = (),
    window: Size | None = None,
) -> tuple[Plan, list[Rung]]:
    """See :func:`~jupyter_clinagent.tasks.segmentation.ladder.make_plan`."""
    return make_plan(spec, cohort, speed, used)


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """A planned experiment."""
    return cells.experiment(number, rung, minutes, setting.size, has_sides(setting.spec.classes))


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, ideas.CATALOGUE, wished)
    return None if chosen is None else (chosen.hypothesis, cells.refinement(number, chosen))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where hardly anything overlaps."""
    value = test.get("dice", {}).get("value")
    nothing = value is not None and value < _LEARNT
    return "It has not learnt to outline anything: give it more minutes or more outlined images." if nothing else ""


def declines(wish: str) -> str:
    """Rare classes, and shortcuts."""
    return {
        "rare": "Outlines are learnt pixel by pixel, so no image counts more for its class.",
        "free": "How far outlines rely on a shortcut can't be measured yet, so no model is freed from one.",
    }.get(wish, "")
