"""The source of every cell that the playbook writes: short, in the field's own words, the decision in the cell.

Each function returns the text of one cell; its words stand in ``templates/``, a file for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from jupyter_clinagent import modalities
from jupyter_clinagent.agent.playbook.rendering import render
from jupyter_clinagent.agent.playbook.turn import Settings
from jupyter_clinagent.contracts import Allocation, Level, OperatingPoint, Plan, Specification, dumped
from jupyter_clinagent.tasks import registry

_cell = partial(render, "jupyter_clinagent.agent.playbook")
AUDIT, UNSEAL, EXPLAIN, REPORT = (_cell(f"{name}.py") for name in ("audit", "unseal", "explain", "report"))


def begin(settings: Settings, data: str, request: str, minutes: float) -> str:
    """Open the study and look at the data folder."""
    return _cell("begin.py", settings=settings, data=data, request=request, minutes=minutes)


def speak(language: str) -> str:
    """Show what is found in another language."""
    return _cell("speak.py", language=language)


def load(arguments: dict[str, object]) -> str:
    """Load, group, split and seal."""
    return _cell("load.py", arguments=arguments)


def speed(size: tuple[int, int]) -> str:
    """Measure this machine."""
    return _cell("speed.py", size=size)


def confirm(specification: Specification, approved: str) -> str:
    """Write the specification down and record its hash, and where a person approved it."""
    fields = {name: _value(value) for name, value in specification if value is not None and value not in ([], {}, Level())}
    fields |= {"only": repr(dumped(specification.only))} if specification.only else {}
    kind = _kind(specification)
    home = "" if kind is Specification else kind.__module__
    return _cell("confirm.py", fields=fields, kind=kind.__name__, home=home, approved=approved)


def _kind(specification: Specification) -> type[Specification]:
    """The class that a cell writes: the general one, unless the task's own has more fields."""
    own = type(specification)
    return own if own.model_fields.keys() != Specification.model_fields.keys() else Specification


def _value(value: object) -> str:
    if isinstance(value, OperatingPoint):
        inside = ", ".join(f"{name}={v!r}" for name, v in value if v is not None)
        return f"{type(value).__name__}({inside})"
    return repr(value.model_dump(exclude_defaults=True) if isinstance(value, Level) else value)


def specification_markdown(spec: Specification, assumptions: tuple[str, ...], where: Allocation | None = None) -> str:
    """The specification as the clinician reads it, for the card and the Markdown cell.

    Parameters
    ----------
    where
        Where every image goes; None where no cohort was loaded.
    """
    point = spec.operating_point
    rows = {
        "Objective": spec.objective,
        **(registry.specified(spec).own_rows or {"Classes": _classes(spec)}),
        "Kind of image": modalities.find(spec.modality).title,
        "Which mistake is worse": spec.risk,
        "Judged by": f"{registry.metric(spec.primary_metric).running} on validation ({spec.direction} is better)",
        **({"Which images": spec.only_in_words} if spec.only else {}),
        **({} if spec.level.by_image else {"What is judged": spec.level.in_words}),
        "Threshold": registry.specified(spec).own_thresholds
        if point is None
        else f"best sum of sensitivity and specificity for {point.named}"
        if point.rule == "youden"
        else f"{point.target:.0%} {point.rule} for {point.named}, chosen on validation",
        "Images that stay together": f"same “{spec.group_column}”" if spec.group_column else "each image by itself",
        "Partition": f"the data's own “{spec.split_column}”, if it is free of leaks"
        if spec.split_column
        else "70 % train, 15 % validation, 15 % test (sealed)",
        "Looked at separately": ", ".join(spec.subgroups) or "no columns for it",
        "Possible shortcuts": _shortcuts(spec),
        "Time": f"{spec.minutes:g} minutes from request to report",
    }
    return _cell("specification.md", title=spec.title, rows=rows, assumptions=assumptions, where=where and _places(where))


def _places(where: Allocation) -> dict[str, int]:
    """Images by class and by why they are left out, and all; which label values are meant, where the name says another."""
    classes = {name + _bearing([v for v in one.values if v != name]): one.images for name, one in where.classes.items()}
    left_out = {f"left out, {one.reason}{_bearing(one.values or [])}": one.count for one in where.left_out}
    return {**classes, **left_out, "**in all**": where.total}


def _bearing(values: list[str]) -> str:
    return f" ({', '.join(values)})" if values else ""


def with_offers(body: str, offered: Sequence[str]) -> str:
    """A card with what could be asked for instead."""
    return body if not offered else f"{body.rstrip()}\n\n{' '.join(offered)}\n"


def _classes(spec: Specification) -> str:
    return ", ".join(name if values == [name] else f"{name} ({', '.join(values)})" for name, values in spec.classes.items())


def _shortcuts(spec: Specification) -> str:
    if not spec.confounders:
        return "none named"
    return (
        f"{', '.join(spec.confounders)}; a model freed from it is kept if its reliance falls clearly and its AUROC without it "
        "loses at most 0.01 against the plainly trained one"
    )


def plan_markdown(plan: Plan) -> str:
    """The plan as the clinician reads it."""
    return _cell("plan.md", steps=plan.steps, note=plan.note)


def new_threshold(rule: str, target: float, positive: str | list[str] | None = None) -> str:
    """A post-hoc threshold on the stored scores; ``positive`` where the specification names no class for one."""
    return _cell("threshold.py", rule=rule, target=target, positive=positive)


def threshold_back(rule: str, target: float, positive: str | list[str] | None = None) -> str:
    """The threshold that was held before the last one."""
    return _cell("threshold_back.py", rule=rule, target=target, positive=positive)


def methods(sentences: list[str]) -> str:
    """The methods of a study as a paragraph."""
    return _cell("methods.md", sentences=sentences)
