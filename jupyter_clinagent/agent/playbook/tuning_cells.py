"""The cells of a classifier's experiments; their words stand in ``templates/``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from jupyter_clinagent.agent.playbook.debiasing import shape_of
from jupyter_clinagent.agent.playbook.ladder import PROBE
from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.tuning import Setup
from jupyter_clinagent.agent.playbook.views import views
from jupyter_clinagent.contracts import Specification

_cell = partial(render, "jupyter_clinagent.agent.playbook")


@dataclass(frozen=True)
class Network:
    """What a task's cells train: the classes that they import, and what these are told beyond the usual."""

    name: str = "ImageClassifier"
    together: str = "Ensemble"
    options: str = ""


def experiment(number: int, rung: Rung, minutes: float, spec: Specification, size: tuple[int, int], network: Network) -> str:
    """One rung of the ladder as an experiment; every rung but the first goes on from a model before it."""
    if rung.method == "together":
        return _cell("together.py", number=number, rung=rung, network=network)
    twin = rung.method == "twin"
    return _cell(
        "experiment.py",
        number=number,
        rung=rung,
        minutes=minutes,
        look=partial(views, spec),
        size=size,
        network=network,
        twin=twin,
        start=f"study.model({PROBE.name!r})" if twin else "model" if number > 1 else "",
    )


def refinement(number: int, chosen: Next[Setup], spec: Specification, network: Network) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    look = partial(views, spec)
    return _cell("refinement.py", number=number, chosen=chosen, setup=chosen.setup, look=look, network=network)


def freeing(number: int, rung: Rung, minutes: float, spec: Specification, network: Network, start: str = "model") -> str:
    """The experiment against a confounder, going on from the plainly trained model (or another ``start``)."""
    return _cell(
        "freeing.py",
        number=number,
        rung=rung,
        minutes=minutes,
        look=partial(views, spec),
        network=network,
        start=start,
        shape=shape_of(rung.confounder),
    )
