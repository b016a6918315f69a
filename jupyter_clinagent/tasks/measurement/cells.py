"""The cells of a measurement's experiments; their words stand in ``templates/``."""

from __future__ import annotations

from functools import partial

from jupyter_clinagent.agent.playbook.plain_ladder import Setup
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.views import views
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.units import is_size


def look(spec: Measurement, size: object, strength: float = 1.0) -> str:
    """The call that makes the views of training images: what is enlarged has no true size any more."""
    return views(spec, size, strength, pipeline="true_to_scale" if is_size(spec.unit) else "")


def experiment(number: int, rung: Rung, minutes: float, spec: Measurement, size: Size) -> str:
    """A planned experiment; each goes on from the one before it."""
    return render(TASK.package, "experiment.py", number=number, rung=rung, minutes=minutes, look=partial(look, spec), size=size)


def refinement(number: int, chosen: Next[Setup], spec: Measurement) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    return render(TASK.package, "refinement.py", number=number, chosen=chosen, setup=chosen.setup, look=partial(look, spec))
