"""The cells of a measurement's experiments; their words stand in ``templates/``."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.ladder import Setup
from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.specification import Measurement
from jupyter_clinagent.tasks.measurement.units import is_size


def augmentation(spec: Measurement) -> str:
    """The function of ``imaging.augment``: what is enlarged has no true size any more."""
    if is_size(spec.unit):
        return "true_to_scale"
    return spec.modality if spec.modality in ("dermoscopy", "radiograph") else "other"


def experiment(number: int, rung: Rung, minutes: float, spec: Measurement, size: Size) -> str:
    """A planned experiment; each goes on from the one before it."""
    look = augmentation(spec)
    return render(TASK.package, "experiment.py", number=number, rung=rung, minutes=minutes, augmentation=look, size=size)


def refinement(number: int, chosen: Next[Setup], spec: Measurement) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    look = augmentation(spec)
    return render(TASK.package, "refinement.py", number=number, chosen=chosen, setup=chosen.setup, augmentation=look)
