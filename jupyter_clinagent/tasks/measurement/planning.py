"""The experiments of a measurement: a linear probe, half of the network, all of it, and what refines it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.plain_ladder import climbing, usual_size
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Signs, next_experiment
from jupyter_clinagent.contracts import Plan, Specification
from jupyter_clinagent.facts import CohortFacts, SpeedFacts, SurveyFacts
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.measurement import cells, ideas
from jupyter_clinagent.tasks.measurement.specification import Measurement

FREES = False
WISHES: Mapping[str, tuple[str, ...]] = {}
THRESHOLDS = False
PROBE = Rung("linear probe", "frozen ImageNet features say at once whether the images carry the number", "head", 0.08)
_NO_ALARMS = "A measured number has no misses and no false alarms: say how far it may be off, or draw a line in a new study."


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


def _specified(setting: Setting) -> Measurement:
    specification = registry.specified(setting.spec)
    assert isinstance(specification, Measurement)
    return specification


def cell(number: int, rung: Rung, minutes: float, setting: Setting, start: str = "model") -> str:
    """A planned experiment."""
    return cells.experiment(number, rung, minutes, _specified(setting), setting.size)


def refined(signs: Signs, begun: int, wished: Sequence[str], number: int, setting: Setting) -> tuple[str, str] | None:
    """The idea with the highest expected gain per minute."""
    chosen = next_experiment(signs, begun, ideas.CATALOGUE, wished)
    return None if chosen is None else (chosen.hypothesis, cells.refinement(number, chosen, _specified(setting)))


def unlearnt(test: Mapping[str, Any]) -> str:
    """Where the model isn't clearly better than always saying the median of the training images."""
    low = test.get("median_gain", {}).get("low")
    if low is None or low > 0:
        return ""
    return "From this test set it can't be told whether it is better than always saying the median of the training images."


def declines(wish: str) -> str:
    """Misses and false alarms, rare classes, and shortcuts."""
    return {
        "sensitive": _NO_ALARMS,
        "specific": _NO_ALARMS,
        "rare": "A measurement has no classes; the error in each quarter of the range stands in the report.",
        "free": "How far a measured number relies on a shortcut can't be told yet, so no model is freed from one.",
    }.get(wish, "")
