"""The cells of a segmentation's experiments; their words stand in ``templates/``."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.tasks.segmentation import TASK
from jupyter_clinagent.tasks.segmentation.ideas import GENTLE, OutlineSetup


def experiment(number: int, rung: Rung, minutes: float, size: Size, sided: bool) -> str:
    """A planned experiment; the second goes on from the first. ``sided``: a mirror image would change what is what."""
    return render(TASK.package, "experiment.py", number=number, rung=rung, minutes=minutes, size=size, sided=sided)


def refinement(number: int, chosen: Next[OutlineSetup]) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    return render(TASK.package, "refinement.py", number=number, chosen=chosen, setup=chosen.setup, rate=GENTLE)
