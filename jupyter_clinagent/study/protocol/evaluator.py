"""Who judges: its identity, which lasts, and the seal on its code while a study runs.

The identity of an evaluator is the versions of the metrics (:mod:`jupyter_clinagent.metrics`) and of the rules below, not the
text of the code: a comment or a better name changes nothing, a changed formula has to raise a version, which the golden figures
in each task's folder ask for (:func:`jupyter_clinagent.testing.check_golden`).
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Collection, Mapping
from types import CodeType, FunctionType, ModuleType

from jupyter_clinagent.errors import EvaluatorChanged
from jupyter_clinagent.imaging import cases, metrics, reliance
from jupyter_clinagent.metrics import COMMON
from jupyter_clinagent.study.protocol import acceptance, evaluation, judged
from jupyter_clinagent.tasks.task import Task

RULES = {"acceptance rule": 1, "operating point": 1, "reliance": 1, "one answer for each case": 1}
"""Versions of the rules that every task is judged by."""


def evaluator_versions(task: Task) -> dict[str, int]:
    """Version of every rule and metric that judges such a study."""
    return RULES | {metric.name: metric.version for metric in (*COMMON, *task.metrics)}


def evaluator_hash(task: Task) -> str:
    """SHA-256 of the versions above the first, so that a metric that is added leaves earlier studies' identity as it is."""
    raised = {name: version for name, version in evaluator_versions(task).items() if version > 1}
    return hashlib.sha256(json.dumps([task.name, sorted(raised.items())]).encode()).hexdigest()


def judged_otherwise(task: Task, recorded: Mapping[str, int] | None) -> list[str]:
    """How an earlier study was judged otherwise than it would be now, metric by metric.

    Parameters
    ----------
    recorded
        The versions on its record. None: the record is of release 0.1.0, which knew the first ones only.
    """
    now = evaluator_versions(task)
    then = recorded or dict.fromkeys(now, 1)
    return [
        f"{name} was version {version}, is {now.get(name, 'gone')}" for name, version in then.items() if now.get(name) != version
    ]


# ------------------------------------------------------------------ the seal on the code
def evaluator_state(task: Task) -> str:
    """Hash over the byte code that is bound now: notices functions and constants replaced while the kernel runs."""
    state, modules = hashlib.sha256(), _judging_modules(task)
    homes = {module.__name__ for module in modules}
    for module in modules:
        for name, value in sorted(vars(module).items()):
            state.update(f"{module.__name__}.{name}:{_bound(value, homes)}".encode())
    return state.hexdigest()


def _judging_modules(task: Task) -> list[ModuleType]:
    return [evaluation, judged, cases, task.part("judging"), *task.judging.JUDGES, metrics, reliance, acceptance]


def _bound(value: object, homes: Collection[str]) -> str:
    """What a name stands for: the code of functions and of the methods of the judges' own classes, the value of constants."""
    function = inspect.unwrap(value) if callable(value) else value
    if isinstance(value, property):
        function = value.fget
    if isinstance(function, (classmethod, staticmethod)):
        function = function.__func__
    if isinstance(function, FunctionType):
        return f"{function.__module__}.{function.__qualname__}:{_code(function.__code__)}"
    if isinstance(value, type):
        own = sorted(vars(value).items()) if value.__module__ in homes else []
        return f"{value.__module__}.{value.__qualname__}:" + "".join(f"{name}={_bound(member, homes)};" for name, member in own)
    return repr(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else type(value).__name__


def _code(code: CodeType) -> str:
    constants = [_code(constant) if isinstance(constant, CodeType) else repr(constant) for constant in code.co_consts]
    return f"{code.co_code.hex()}:{code.co_names}:{constants}"


def check_evaluator(task: Task, confirmed: str) -> None:
    """Compare the evaluator of a task with the one that was confirmed.

    Raises
    ------
    EvaluatorChanged
        Source or bound code is not the same.
    """
    if evaluator_state(task) != confirmed:
        raise EvaluatorChanged(
            "The code that judges the experiments is not the one that was recorded when the specification was confirmed; "
            "restore it, restart the kernel and run the notebook again."
        )
