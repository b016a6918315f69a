"""The cells of experiments with several findings; their words stand in ``templates/``."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.ladder import Setup
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.tasks.findings import TASK


def _augmentation(modality: str) -> str:
    return modality if modality in ("dermoscopy", "radiograph") else "other"


def experiment(number: int, rung: Rung, minutes: float, modality: str, size: Size) -> str:
    """A planned experiment; each goes on from the one before it."""
    look = _augmentation(modality)
    return render(TASK.package, "experiment.py", number=number, rung=rung, minutes=minutes, augmentation=look, size=size)


def refinement(number: int, chosen: Next[Setup], modality: str) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    look = _augmentation(modality)
    return render(TASK.package, "refinement.py", number=number, chosen=chosen, setup=chosen.setup, augmentation=look)
