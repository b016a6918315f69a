"""The cell of an experiment that frees a classifier from a shortcut."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.debiasing import shape_of
from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.tasks.classification.cells import augmentation, prevalence


def cell(number: int, rung: Rung, minutes: float, modality: str, several: bool, start: str = "model") -> str:
    """The experiment against a confounder, going on from the plainly trained model (or another ``start``)."""
    plain, name = f"augment.{augmentation(modality)}(size)", repr(rung.confounder)
    change = {
        "transplant": f"debiasing.transplant(cohort, {name}, {plain})",
        "paste": f"debiasing.paste(cohort, {name}, {plain}, shape={shape_of(rung.confounder)!r})",
    }.get(rung.method, plain)
    balanced = f"debiasing.GroupBalanced(cohort, {name})"
    return (
        f"# Experiment {number}: {rung.hypothesis}\n"
        "from jupyter_clinagent.imaging import debiasing\n\n"
        f"with study.experiment({rung.name!r}, hypothesis={rung.hypothesis!r}, minutes={minutes:.1f}) as run:\n"
        f"    change = {change}\n"
        f"    data = CohortDataModule(cohort, size=size, train_transform=change, batch_size=32, sampling={balanced})\n"
        f"    model = ImageClassifier(cohort.classes, trainable={rung.trainable!r}, start={start}{prevalence(several)})\n"
        "    run.fit(model, data)\n"
        "run.verdict"
    )
