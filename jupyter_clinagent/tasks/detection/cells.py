"""The cells of a detection's experiments; their words stand in ``templates/``."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from jupyter_clinagent.agent.playbook.plan import Rung, Size
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.views import views
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.tasks.detection import TASK


class _Way(NamedTuple):
    """What stands before an experiment (a template), the detector's name and what it goes on from, and its data's name."""

    before: str
    model: str
    start: str = ""
    free: bool = True
    data: str = "data"


_WAYS = {
    "heads": _Way("whole_images", "model", free=False),
    "windows": _Way("windows", "model"),
    "windowed teacher": _Way("windows_alone", "teacher"),
    "teacher": _Way("classifier", "teacher", "model"),
    "surest": _Way("no_classifier", "teacher", "model"),
    "student": _Way("pseudo_boxes", "model", "teacher"),
    "second": _Way("ranked_again", "second", "model"),
    "all": _Way("", "every_layer", "model"),
    "negatives": _Way("more_negatives", "more_negatives", "model", free=False, data="more"),
}


def detection_cell(number: int, rung: Rung, minutes: float, spec: Specification, size: Size) -> str:
    """One experiment; those after the first (or after the student) go on from its model, whatever became of each other."""
    way = _WAYS[rung.method]
    fewer = rung.views if rung.method == "heads" and rung.views < Rung.views else None
    given = {"number": number, "rung": rung, "minutes": minutes, "size": size, "look": partial(views, spec, boxed=True)}
    return render(TASK.package, "experiment.py", views=fewer, **given, **way._asdict())
