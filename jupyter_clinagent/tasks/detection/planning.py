"""The experiments of a detection, and what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import LONGER, Signs, next_experiment
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts
from jupyter_clinagent.tasks.detection import ideas
from jupyter_clinagent.tasks.detection.cells import detection_cell
from jupyter_clinagent.tasks.detection.ladder import EVERY, NEGATIVES, make_detection_plan
from jupyter_clinagent.tasks.detection.ladder import detection_size as size

__all__ = ["FREES", "THRESHOLDS", "WISHES", "cell", "declines", "plan", "refined", "size", "unlearnt"]

FREES = False
WISHES: Mapping[str, tuple[str, ...]] = {
    "sensitive": (ideas.FINER, ideas.AGAIN, EVERY.name, LONGER),
    "specific": (NEGATIVES.name, LONGER),
}
THRESHOLDS = False
_LEARNT = 0.05
"""mAP50 below which nothing was learnt."""


def plan(
    spec: Specification,
    cohort: CohortFacts,
    speed: SpeedFacts,
    used: float,
    freeing: Sequence[Rung] = (),
    window: Size | None = None,
) -> tuple[Plan, list[Rung]]:
    """See :func:`~jupyter_clinagent.tasks.detection.ladder.make_detection_plan`."""
    return make_detection_plan(spec, cohort, speed, used, window)


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """See :func:`~jupyter_clinagent.tasks.detection.cells.detection_cell`."""
    return detection_cell(number, rung, minutes, setting.spec, setting.size)


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, ideas.CATALOGUE, wished)
    return None if chosen is None else (chosen.hypothesis, ideas.cell(number, chosen, setting.spec))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where next to no box is right."""
    value = test.get("map50", {}).get("value")
    nothing = value is not None and value < _LEARNT
    return "It has not learnt to mark findings: give it more minutes or more images with boxes." if nothing else ""


def declines(wish: str) -> str:
    """Rare classes, and shortcuts."""
    return {
        "rare": "A detector draws images by whether they show a finding, not by its class.",
        "free": "How far a detector relies on a shortcut can't be measured yet, so none is freed from one.",
    }.get(wish, "")
