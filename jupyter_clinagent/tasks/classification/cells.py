"""The cells of a classification's experiments."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.agent.playbook.refinement import Next
from jupyter_clinagent.tasks.classification.ideas import Recipe
from jupyter_clinagent.tasks.classification.ladder import PROBE


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
