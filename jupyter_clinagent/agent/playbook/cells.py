"""The source of every cell that the playbook writes: short, in the field's own words, the decision in the cell.

Each function returns the text of one cell; what varies comes in as plain values and is written with ``repr``.
"""

from __future__ import annotations

from jupyter_clinagent.contracts import OperatingPoint, Plan, Specification
from jupyter_clinagent.tasks import registry


def begin(study_folder: str, data: str, request: str, minutes: float, seed: int = 0) -> str:
    """Open the study and look at the data folder."""
    return (
        "# Open the study and look at what lies in the data folder\n"
        "from jupyter_clinagent.contracts import OperatingPoint, Specification\n"
        "from jupyter_clinagent.study import Study\n\n"
        f"study = Study({study_folder!r}, data={data!r}, minutes={minutes:g}{f', seed={seed}' if seed else ''},\n"
        f"              request={request!r})\n"
        "study.survey()"
    )


def load(arguments: dict[str, object]) -> str:
    """Load, group, split and seal."""
    written = ",\n                           ".join(f"{name}={value!r}" for name, value in arguments.items())
    return f"# Load the images, split them by group, and seal the labels of the test set\ncohort = study.load_cohort({written})"


AUDIT = "# Audit the data: broken files, duplicates, conflicting labels, columns that give the answer away\nstudy.audit()"


def speed(size: tuple[int, int]) -> str:
    """Measure this machine."""
    return f"# How fast does this machine train? The plan's times come from here\nstudy.measure_speed(sizes=[{size}])"


def confirm(specification: Specification, approved: str) -> str:
    """Write the specification down and record its hash, and where a person approved it."""
    lines = [f"    {name}={_value(value)}," for name, value in specification if value is not None and value != []]
    kind = _kind(specification)
    own = "" if kind is Specification else f"from {kind.__module__} import {kind.__name__}\n\n"
    return (
        f"# What is to be built and how it will be judged: recorded before any training\n{own}specification = {kind.__name__}(\n"
        + "\n".join(lines)
        + f"\n)\nstudy.confirm(specification{f', approved={approved!r}' if approved else ''})"
    )


def _kind(specification: Specification) -> type[Specification]:
    """The class that a cell writes: the general one, unless the task's own has more fields."""
    own = type(specification)
    return own if own.model_fields.keys() != Specification.model_fields.keys() else Specification


def _value(value: object) -> str:
    if isinstance(value, OperatingPoint):
        inside = ", ".join(f"{name}={v!r}" for name, v in value if v is not None)
        return f"{type(value).__name__}({inside})"
    return repr(value)


UNSEAL = '# The planned experiments are finished: open the test set, once\nstudy.unseal("the planned experiments are finished")'
EXPLAIN = "# What does the model look at? Heat maps of hits and of the worst misses\nstudy.explain()"
REPORT = "# Write the report, the model and the predictions\nstudy.report()"


def specification_markdown(spec: Specification, assumptions: tuple[str, ...]) -> str:
    """The specification as the clinician reads it, for the card and the Markdown cell."""
    point = spec.operating_point
    rows = {
        "Objective": spec.objective,
        "Classes": ", ".join(
            name if values == [name] else f"{name} ({', '.join(values)})" for name, values in spec.classes.items()
        ),
        "Kind of image": spec.modality,
        "Which mistake is worse": spec.risk,
        "Judged by": f"{registry.metric(spec.primary_metric).running} on validation ({spec.direction} is better)",
        "Threshold": registry.find(spec.task).planning.no_threshold()
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
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    assumed = "".join(f"\n- {line}" for line in assumptions)
    return f"## Specification: {spec.title}\n\n| | |\n|---|---|\n{table}\n" + (f"\nAssumed:{assumed}\n" if assumptions else "")


def _shortcuts(spec: Specification) -> str:
    if not spec.confounders:
        return "none named"
    return (
        f"{', '.join(spec.confounders)}; a model freed from it is kept if its reliance falls clearly and its AUROC without it "
        "loses at most 0.01 against the plainly trained one"
    )


def plan_markdown(plan: Plan) -> str:
    """The plan as the clinician reads it."""
    rows = "\n".join(f"| {n} | {s.name} | {s.hypothesis} | {s.minutes:.1f} min |" for n, s in enumerate(plan.steps, 1))
    return f"## Plan\n\n| | experiment | why | time |\n|---|---|---|---|\n{rows}\n\n{plan.note}\n"


def new_threshold(rule: str, target: float, positive: str | list[str] | None = None) -> str:
    """A post-hoc threshold on the stored scores; ``positive`` where the specification names no class for one."""
    named = f", positive={positive!r}" if positive else ""
    return f"# Another threshold on the stored scores (post hoc)\nstudy.new_threshold({rule!r}, {target:g}{named})"
