"""Finds the tasks: the folders beside this file, and packages that announce one.

Another package adds a task by the entry-point group ``jupyter_clinagent.tasks`` whose value names its
:class:`~jupyter_clinagent.tasks.task.Task`. Naming a task imports nothing heavy: its parts come when they are asked for.
"""

from __future__ import annotations

import pkgutil
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_clinagent.errors import BadInput, OutOfScope
from jupyter_clinagent.metrics import COMMON, Metric
from jupyter_clinagent.tasks.task import Task

if TYPE_CHECKING:  # pydantic is not there where a bundle's model only predicts
    from jupyter_clinagent.contracts import Specification

GROUP = "jupyter_clinagent.tasks"


@cache
def tasks() -> Mapping[str, Task]:
    """Every task by its name, those whose words decide first."""
    found: dict[str, Task] = {}
    for task in [*_own(), *_announced()]:
        if found.setdefault(task.name, task) is not task:
            warnings.warn(f"Two packages call a task {task.name}; that of {found[task.name].package} is used.", stacklevel=2)
    return {task.name: task for task in sorted(found.values(), key=lambda task: -task.precedence)}


def _own() -> Iterator[Task]:
    folder, package = Path(__file__).parent, __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(folder)]):
        if module.ispkg:
            yield import_module(f"{package}.{module.name}").TASK


def _announced() -> Iterator[Task]:
    """Those of other packages; one that can't be imported must not keep the others from working."""
    for point in entry_points(group=GROUP):
        try:
            yield point.load()
        except Exception as error:
            warnings.warn(f"The task {point.name} ({point.value}) can't be used: {type(error).__name__}: {error}", stacklevel=2)


def find(name: str) -> Task:
    """A task by its name.

    Raises
    ------
    OutOfScope
        Nobody has announced such a task; names those that there are.
    """
    if name not in tasks():
        raise OutOfScope(f"There is no task “{name}”; there are: {', '.join(tasks())}. Is the package that brings it installed?")
    return tasks()[name]


def usual() -> Task:
    """The task of a request that names none."""
    return next(task for task in tasks().values() if task.usual)


@cache
def catalogue() -> Mapping[str, Metric]:
    """Every metric by its name, those that tasks share first."""
    return {metric.name: metric for metric in (*COMMON, *(metric for task in tasks().values() for metric in task.metrics))}


@cache
def phantoms() -> Mapping[str, Task]:
    """The task that brings each kind of phantom."""
    return {kind: task for task in sorted(tasks().values(), key=lambda task: task.precedence) for kind in task.phantom.KINDS}


def metric(name: str) -> Metric:
    """A metric by its name; ``auroc:effusion`` is the AUROC of effusion; one that nobody described is called by its name."""
    base, _, part = name.partition(":")
    known = catalogue().get(base) or Metric(base, base, "")
    if not part:
        return known
    spoken = f"{known.spoken} of {part}" if known.spoken else ""
    return known._replace(name=name, title=f"{known.title} of {part}", spoken=spoken, headline=False)


def exported(name: str) -> Any:
    """A class or function that a task's cells import from :mod:`jupyter_clinagent.imaging`.

    Raises
    ------
    AttributeError
        No task exports such a name.
    """
    for task in tasks().values():
        if name in task.exports:
            return getattr(task.part(task.exports[name]), name)
    raise AttributeError(f"no task exports {name!r}")


def exports() -> list[str]:
    """All names that :func:`exported` knows."""
    return [name for task in tasks().values() for name in task.exports]


def specification_names() -> list[str]:
    """Names of the tasks' own classes of specifications, as cells may write them."""
    return [task.specification.__name__ for task in tasks().values()]


def specified(content: Specification | Mapping[str, Any]) -> Specification:
    """A specification as its task defines it.

    Parameters
    ----------
    content
        Plain data, or a specification of the general kind, as the cells of some tasks write it.

    Raises
    ------
    BadInput
        It names no task, or an unknown one.
    """
    plain = dict(content) if isinstance(content, Mapping) else content.model_dump(mode="json")
    if plain.get("task") not in tasks():
        given = f"the unknown task “{plain['task']}”" if "task" in plain else "no task"
        raise BadInput(f"The specification names {given}; write task=… with one of {', '.join(tasks())}.")
    return find(plain["task"]).specification.model_validate(plain)
