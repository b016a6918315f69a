"""Phantoms on disk, made once; a finished small study, run once and read by many tests."""

import os
from pathlib import Path

import pytest
import torch

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import OperatingPoint, Specification
from jupyter_clinagent.study import Study

CLASSES = {"mel": ["mel"], "nv": ["nv"]}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that need it skip with a reason where it is absent."""
    folder = Path(os.environ.get("CLINAGENT_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set CLINAGENT_DATA")
    return folder


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Two threads on two busy cores wait for each other longer than they compute."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def triage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 160 phantom melanomas and nevi, several images of some lesions."""
    return phantoms.write("triage", tmp_path_factory.mktemp("phantoms") / "triage", n=160, seed=3, size=64)


def make_specification(**changes: object) -> Specification:
    """The specification that fits the phantoms of the fixture ``triage``."""
    content = {
        "title": "Phantom triage",
        "request": "tell melanoma from nevus",
        "objective": "Tell melanoma from nevus.",
        "modality": "dermoscopy",
        "label_column": "dx",
        "classes": CLASSES,
        "positive_class": "mel",
        "group_column": "lesion_id",
        "primary_metric": "auroc",
        "operating_point": OperatingPoint(rule="sensitivity", target=0.9, positive_class="mel"),
        "subgroups": ["sex"],
    }
    return Specification(**{"task": "classification", **content, **changes})  # type: ignore[arg-type]


def run_probe(study: Study, name: str = "linear probe", minutes: float = 0.05, **model: object):
    """One linear probe at 64 px; returns the run."""
    from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier

    with study.experiment(name, hypothesis="a first answer", minutes=minutes) as run:
        data = CohortDataModule(study.cohort, size=(64, 64), batch_size=16)
        run.fit(ImageClassifier(study.cohort.classes, trainable="head", **model), data)  # type: ignore[arg-type]
    return run


def begin(folder: Path, data: Path, **specification: object) -> Study:
    """A study up to its confirmed specification."""
    study = Study(folder, data=data, request="tell melanoma from nevus", minutes=1)
    study.load_cohort(label="dx", classes=CLASSES, group="lesion_id")
    study.confirm(make_specification(**specification))
    return study


@pytest.fixture(scope="session")
def finished(triage: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study run from survey to report on phantoms. Read it, don't change it."""
    study = Study(tmp_path_factory.mktemp("study") / "triage-study", data=triage, request="tell melanoma from nevus", minutes=1)
    study.survey()
    study.load_cohort(label="dx", classes=CLASSES, group="lesion_id")
    study.audit()
    study.confirm(make_specification())
    run_probe(study)
    run_probe(study, "the same again", class_weights=study.cohort.class_weights())
    study.unseal("the planned experiments are finished")
    study.explain(images=3)
    study.report()
    return study
