"""The cells of a measurement's experiments; their words stand in ``templates/``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from jupyter_clinagent.agent.playbook.plain_ladder import Setup
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.views import views
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.units import is_size


def _views(spec: Measurement) -> Callable[..., str]:
    """What is enlarged has no true size any more."""
    return partial(views, spec, pipeline="true_to_scale" if is_size(spec.unit) else "")


def experiment(number: int, rung: Rung, minutes: float, spec: Measurement, size: Size) -> str:
    """A planned experiment; each goes on from the one before it."""
    return render(TASK.package, "experiment.py", number=number, rung=rung, minutes=minutes, look=_views(spec), size=size)


def refinement(number: int, chosen: Next[Setup], spec: Measurement) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    return render(TASK.package, "refinement.py", number=number, chosen=chosen, setup=chosen.setup, look=_views(spec))
