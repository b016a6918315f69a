"""The source of every cell that the playbook writes: short, in the field's own words, the decision in the cell.

Each function returns the text of one cell; what varies comes in as plain values and is written with ``repr``.
"""

from __future__ import annotations

from jupyter_clinagent.tasks.classification.ideas import Recipe
from jupyter_clinagent.agent.playbook.plan import PROBE, Rung
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.contracts import OperatingPoint, Plan, Specification


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
    return (
        "# What is to be built and how it will be judged: recorded before any training\nspecification = Specification(\n"
        + "\n".join(lines)
        + f"\n)\nstudy.confirm(specification{f', approved={approved!r}' if approved else ''})"
    )


def _value(value: object) -> str:
    if isinstance(value, OperatingPoint):
        inside = ", ".join(f"{name}={v!r}" for name, v in value if v is not None)
        return f"{type(value).__name__}({inside})"
    return repr(value)


def experiment(number: int, rung: Rung, minutes: float, modality: str, size: tuple[int, int], several: bool) -> str:
    """One rung of the ladder as an experiment; every rung but the first goes on from a model before it."""
    first = (
        "from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier, augment\n\n"
        f"size = {size}   # width, height in pixels\n"
        f"views = augment.{augmentation(modality)}(size)\n"
        "data = CohortDataModule(cohort, size=size, train_transform=views, batch_size=32, balance=0.5)\n"
    )
    if rung.method == "together":
        return _together(number, rung)
    start, draw = ", start=model" if number > 1 else "", ""
    if rung.method == "twin":
        start, draw = f", start=study.model({PROBE.name!r})", ", draw=1"
    return (
        f"# Experiment {number}: {rung.hypothesis}\n"
        + (first if number == 1 else "")
        + f"with study.experiment({rung.name!r}, hypothesis={rung.hypothesis!r}, minutes={minutes:.1f}) as run:\n"
        f"    model = ImageClassifier(cohort.classes, trainable={rung.trainable!r}{start}{prevalence(several)})\n"
        f"    run.fit(model, data{draw})\n"
        "run.verdict"
    )


def augmentation(modality: str) -> str:
    """The function of ``imaging.augment`` for a kind of image."""
    return modality if modality in ("dermoscopy", "radiograph") else "other"


def prevalence(several: bool) -> str:
    """With several classes rare ones count as much as common ones (balanced accuracy); with two, a threshold is chosen anyway."""
    return ", equal_prevalence=True" if several else ""


def _together(number: int, rung: Rung) -> str:
    names = ", ".join(map(repr, rung.members))
    return (
        f"# Experiment {number}: {rung.hypothesis}\n"
        "from jupyter_clinagent.imaging import Ensemble\n\n"
        f"with study.experiment({rung.name!r}, hypothesis={rung.hypothesis!r}) as run:\n"
        f"    together = Ensemble(study.models({names}))\n"
        "    run.adopt(together, data)   # nothing is trained\n"
        "run.verdict"
    )


def refinement(number: int, chosen: Next[Recipe], modality: str, several: bool) -> str:
    """An experiment that goes on from the best model so far, with one thing changed."""
    recipe = chosen.recipe
    strength = f", strength={recipe.strength:g}" if recipe.strength != 1 else ""
    model = f'ImageClassifier(cohort.classes, trainable="all", start=study.model(){_options(recipe)}{prevalence(several)})'
    minutes = f", minutes={chosen.minutes:.1f}"
    build, step = (model, "fit(model, data)") if not recipe.closer else (_CLOSER, "adopt(model, data)   # nothing is trained")
    return (
        f"# Experiment {number}: {chosen.hypothesis}\n"
        f"views = augment.{augmentation(modality)}({recipe.size}{strength})\n"
        f"data = CohortDataModule(cohort, size={recipe.size}, train_transform=views, balance={recipe.balance:g})\n"
        f"with study.experiment({chosen.name!r}, hypothesis={chosen.hypothesis!r}{'' if recipe.closer else minutes}) as run:\n"
        f"    model = {build}\n"
        f"    run.{step}\n"
        "run.verdict"
    )


_CLOSER = "study.model().looking_closer()"


def _options(recipe: Recipe) -> str:
    rate = f", learning_rate={recipe.learning_rate:g}" if recipe.learning_rate else ""
    mixup = f", mixup={recipe.mixup:g}" if recipe.mixup else ""
    return rate + mixup + (", mean_weights=True" if recipe.mean_weights else "")


UNSEAL = '# The planned experiments are finished: open the test set, once\nstudy.unseal("the planned experiments are finished")'
EXPLAIN = "# What does the model look at? Heat maps of hits and of the worst misses\nstudy.explain()"
REPORT = "# Write the report, the model and the predictions\nstudy.report()"


_NO_THRESHOLD = {
    "classification": "none (most probable class)",
    "detection": "none; sensitivity is given at 0.5, 1 and 2 false alarms per image",
}


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
        "Judged by": {
            "auroc": "AUROC on validation (higher is better)",
            "macro_auroc": "macro AUROC on validation (higher is better)",
            "map50": "mAP50 on validation (higher is better)",
        }.get(spec.primary_metric, spec.primary_metric),
        "Threshold": _NO_THRESHOLD[spec.task]
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
