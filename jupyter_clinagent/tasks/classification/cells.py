"""The cells of a classification's experiments; their words stand in ``templates/``."""

from __future__ import annotations

from functools import partial

from jupyter_clinagent.agent.playbook.debiasing import shape_of
from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.views import views
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.tasks.classification import TASK
from jupyter_clinagent.tasks.classification.ideas import Setup
from jupyter_clinagent.tasks.classification.ladder import PROBE


def experiment(number: int, rung: Rung, minutes: float, spec: Specification, size: tuple[int, int]) -> str:
    """One rung of the ladder as an experiment; every rung but the first goes on from a model before it."""
    if rung.method == "together":
        return render(TASK.package, "together.py", number=number, rung=rung)
    twin = rung.method == "twin"
    return render(
        TASK.package,
        "experiment.py",
        number=number,
        rung=rung,
        minutes=minutes,
        look=partial(views, spec),
        size=size,
        several=len(spec.classes) > 2,
        twin=twin,
        start=f"study.model({PROBE.name!r})" if twin else "model" if number > 1 else "",
    )


def refinement(number: int, chosen: Next[Setup], spec: Specification) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    setup = chosen.setup
    return render(
        TASK.package,
        "refinement.py",
        number=number,
        chosen=chosen,
        setup=setup,
        look=partial(views, spec),
        several=len(spec.classes) > 2,
    )


def freeing(number: int, rung: Rung, minutes: float, spec: Specification, start: str = "model") -> str:
    """The experiment against a confounder, going on from the plainly trained model (or another ``start``)."""
    return render(
        TASK.package,
        "freeing.py",
        number=number,
        rung=rung,
        minutes=minutes,
        look=partial(views, spec),
        several=len(spec.classes) > 2,
        start=start,
        shape=shape_of(rung.confounder),
    )
