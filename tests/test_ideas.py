"""Every idea of the playbook's catalogues as it stands in a cell: it runs, changes what it says, and replays exactly."""

from typing import Any

import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.agent.playbook.refinement import Idea, Next, Signs
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import CohortFacts, ExperimentFacts
from jupyter_clinagent.imaging import BoxDataModule, CohortDataModule, FindingDetector, ImageClassifier, augment
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.protocol.experiment import experiment_facts
from jupyter_clinagent.tasks.classification import cells as ladder_cells
from jupyter_clinagent.tasks.classification import ideas as classifier_ideas
from jupyter_clinagent.tasks.classification.ideas import Setup
from jupyter_clinagent.tasks.detection import ideas as detector_ideas
from jupyter_clinagent.tasks.detection.ideas import BoxSetup

SIZE = (64, 64)
MINUTES = 0.03


def specification(**changes: Any) -> Specification:
    known: dict[str, Any] = {"title": "t", "request": "r", "objective": "o"}
    return Specification(**{"task": "classification", **known} | changes)


class Trial:
    """A confirmed study with one trained model, and the names that its cells know."""

    def __init__(self, study: Study, task: str) -> None:
        self.study, self.task, self.first = study, task, None
        self.names: dict[str, Any] = {"study": study, "cohort": study.cohort, "augment": augment}
        self.names |= {c.__name__: c for c in (BoxDataModule, CohortDataModule, FindingDetector, ImageClassifier)}

    def facts(self) -> list[ExperimentFacts]:
        return [experiment_facts(entry) for entry in self.study._session.ledger.session]

    def ran(self, source: str) -> ExperimentFacts:
        """Run a cell; it goes on from the first model, whatever was kept meanwhile."""
        self.study._session.best = self.first or self.study._session.best
        exec(source, self.names)
        self.first = self.first or self.study._session.best
        return self.facts()[-1]

    def cell(self, idea: Idea[Any]) -> str:
        cohort = CohortFacts(task=self.task, classes=[], counts={}, groups={}, group_source=None, split_source="")
        signs = Signs(None, cohort, None, self.facts()[:1], 1)  # type: ignore[arg-type]
        chosen = Next(idea.name, idea.hypothesis, idea.setup(signs), MINUTES)
        if self.task == "detection":
            return detector_ideas.cell(2, chosen, self.study._session.confirmed.specification)
        return ladder_cells.refinement(2, chosen, self.study._session.confirmed.specification)


@pytest.fixture(scope="module")
def triage(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("triage")
    data = phantoms.write("triage", folder / "data", n=100, seed=2, size=64)
    study = Study(folder / "study", data=data)
    classes = {"mel": ["mel"], "nv": ["nv"]}
    study.load_cohort(label="dx", classes=classes, group="lesion_id")
    study.confirm(specification(classes=classes, positive_class="mel", primary_metric="auroc"))
    trial = Trial(study, "classification")
    trial.ran(
        f"data = CohortDataModule(cohort, {SIZE}, augment.dermoscopy({SIZE}), balance=0.5)\n"
        f"with study.experiment('first', minutes={MINUTES}) as run:\n"
        "    run.fit(ImageClassifier(cohort.classes), data)"
    )
    return trial


@pytest.fixture(scope="module")
def wrists(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("wrists")
    data = phantoms.write("wrist-weak", folder / "data", n=240, seed=1, size=64)
    study = Study(folder / "study", data=data)
    study.load_cohort(task="detection", classes={"fracture": ["fracture"]}, label="fracture", allow_few=True)
    study.confirm(specification(task="detection", classes={"fracture": ["fracture"]}, primary_metric="map50"))
    trial = Trial(study, "detection")
    trial.ran(
        "from jupyter_clinagent.imaging.weak_supervision import rank_pseudo_boxes\n"
        f"data = BoxDataModule(cohort, size={SIZE}, train_transform=augment.radiograph_boxes({SIZE}))\n"
        f"with study.experiment('first', minutes={MINUTES}) as run:\n"
        "    teacher = FindingDetector(cohort.classes)\n"
        "    run.fit(teacher, data)\n"
        "classifier = teacher.classifier\n"
        "data.pseudo_boxes = rank_pseudo_boxes(teacher, classifier, data)"
    )
    return trial


CHANGED: dict[str, tuple[str, str]] = {
    "longer training": ("model", "learning_rate"),
    "mean of the weights": ("model", "mean_weights"),
    "stronger augmentation": ("data", "train_transform"),
    "blended images": ("model", "mixup"),
    classifier_ideas.RARE: ("data", "balance"),
    "finer images": ("data", "preprocessing"),
    "a closer look": ("model", "closer"),
}


@pytest.mark.parametrize("idea", classifier_ideas.CATALOGUE, ids=lambda idea: idea.name)
def test_an_idea_for_a_classifier_runs_stands_in_its_recipe_and_replays(triage: Trial, idea: Idea[Setup]) -> None:
    first, source = triage.facts()[0], triage.cell(idea)
    tried = triage.ran(source)
    part, key = CHANGED[idea.name]
    assert tried.details[part].get(key) != first.details[part].get(key)
    again = triage.ran(source)
    assert again.replayed
    assert (again.value, again.steps) == (tried.value, tried.steps)


@pytest.mark.parametrize("idea", detector_ideas.CATALOGUE, ids=lambda idea: idea.name)
def test_an_idea_for_a_detector_runs_from_the_best_detector_and_replays(wrists: Trial, idea: Idea[BoxSetup]) -> None:
    source = wrists.cell(idea)
    tried = wrists.ran(source)
    assert tried.details["model"]["start"]["detector"] == "retinanet"
    assert tried.details["model"]["trainable"] == "all"
    again = wrists.ran(source)
    assert again.replayed
    assert (again.value, again.steps) == (tried.value, tried.steps)
