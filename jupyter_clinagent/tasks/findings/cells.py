"""The cells of experiments with several findings; their words stand in ``templates/``."""

from __future__ import annotations

from functools import partial

from jupyter_clinagent.agent.playbook.ladder import Setup
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.views import views
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.tasks.findings import TASK


def experiment(number: int, rung: Rung, minutes: float, spec: Specification, size: Size) -> str:
    """A planned experiment; each goes on from the one before it."""
    look = partial(views, spec)
    return render(TASK.package, "experiment.py", number=number, rung=rung, minutes=minutes, look=look, size=size)


def refinement(number: int, chosen: Next[Setup], spec: Specification) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    look = partial(views, spec)
    return render(TASK.package, "refinement.py", number=number, chosen=chosen, setup=chosen.setup, look=look)
