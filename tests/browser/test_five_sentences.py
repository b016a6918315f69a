"""Five sentences typed into the chat, five studies; the triage is typed in ``test_study``, the other four here.

Each sentence is typed once; the tests look at the chat, the notebook, the summary and the report that it became.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from jupyter_clinagent import phantoms
from tests.browser.clinician import Clinician
from tests.browser.conftest import write_notebook
from tests.browser.lab import Lab

pytestmark = pytest.mark.browser


class Sentence(NamedTuple):
    """What is typed, the phantoms that it is about, what the closing message has to say, and in how many minutes."""

    kind: str
    images: int
    words: str
    figure: str
    minutes: float = 1.0
    details: dict[str, Any] = {}  # noqa: RUF012  read only


SENTENCES = {
    "moles": Sentence("dermoscopy", 300, "Classify these dermoscopy images into their diagnoses", "Macro AUROC"),
    "wrists": Sentence("wrist", 190, "Find the fractures on these wrist radiographs and mark them with boxes", "mAP50", 1.5),
    "few-boxes": Sentence(
        "wrist-weak", 240, "Find wrist fractures. Only 5 % of the images have boxes, the others just a label", "mAP50"
    ),
    "chests": Sentence(
        "chest",
        200,
        "Classify pneumothorax; the model must not rely on the chest drain",
        "Reliance on drain",
        details={"size": 96, "drain_negative": 0.25},
    ),
}


class Study:
    """What a sentence left behind in JupyterLab's folder."""

    def __init__(self, root: Path, name: str, closing: str) -> None:
        self.sentence, self.closing = SENTENCES[name], closing
        self.notebook = root / f"{name}.ipynb"
        self.summary: dict[str, Any] = json.loads((root / f"{name}-study" / "summary.json").read_text(encoding="utf-8"))
        self.report = (root / f"{name}-study" / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with a data folder and a notebook for each sentence."""
    root, home = tmp_path_factory.mktemp("five"), tmp_path_factory.mktemp("home")
    for name, sentence in SENTENCES.items():
        phantoms.write(sentence.kind, root / "data" / name, n=sentence.images, seed=3, **sentence.details)
        write_notebook(root / f"{name}.ipynb", f"# {sentence.words}")
    with Lab(root, home) as lab:
        yield lab


@pytest.fixture(scope="module")
def study(request: pytest.FixtureRequest, browser: Browser, lab: Lab) -> Study:
    """The study of a sentence, typed once for all tests that look at it; where it fails, they fail without typing it again."""
    name: str = request.param
    clinician = Clinician(browser, lab, f"{name}.ipynb")
    clinician.new_chat()
    clinician.say(f"{SENTENCES[name].words}. The images are in data/{name}. Take {SENTENCES[name].minutes:g} minutes.")
    clinician.approve("Specification")
    clinician.approve("Plan")
    expect(clinician.working.get_by_role("status")).to_have_text(re.compile(r"Done\.|Ended"), timeout=300_000)
    closing = clinician.messages.filter(has_text="The study is done").last.inner_text()
    clinician.picture(lab.root / f"{name}.png")
    clinician.close()
    return Study(lab.root, name, closing)


def of(*names: str) -> pytest.MarkDecorator:
    """For a test that looks at the studies of these sentences."""
    return pytest.mark.parametrize("study", names, indirect=True)


@of(*SENTENCES)
def test_a_sentence_ends_with_figures_in_the_chat_pictures_in_the_notebook_and_a_report(study: Study) -> None:
    assert study.sentence.figure in study.closing
    assert "interval" in study.closing
    _the_notebook_shows_it(study.notebook)
    assert study.summary["unsealed"] == 1
    assert "A person approved the specification on its card in the chat" in study.report


def _the_notebook_shows_it(path: Path) -> None:
    """Every cell ran without an error, and the last but one, of what the model looks at, shows pictures."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]
    (explained,) = [cell for cell in code if "study.explain()" in cell.source]
    assert [output for output in explained.outputs if "image/png" in output.get("data", {})]


@of("moles")
def test_dermoscopic_lesions_are_told_apart(study: Study) -> None:
    summary = study.summary
    assert summary["task"] == "classification"
    assert len(summary["specification"]["classes"]) == 7
    assert summary["test"]["macro_auroc"]["value"] > 0.6


@of("wrists")
def test_fractures_are_marked_with_boxes(study: Study) -> None:
    summary = study.summary
    assert summary["task"] == "detection"
    assert summary["specification"]["supervision"] == "full"
    assert {"map50", "map", "froc", "froc_0.5", "froc_1", "froc_2"} <= summary["test"].keys()
    assert summary["test"]["map50"]["value"] > 0.05
    assert "See “Read with care”" in study.report


@of("wrists")
def test_the_report_of_a_detector_shows_its_mistakes_and_claims_nothing_about_probabilities(study: Study) -> None:
    page = study.report
    assert "Images with a false alarm" in page
    assert page.count('class="notes"') >= 1
    assert "The scores of a detector order its boxes; they are no probabilities." in page
    assert "Decision curve:" not in page
    assert "Marking nothing finds no finding" in page


@of("few-boxes")
def test_few_boxes_are_noticed_and_a_student_learns_from_a_teacher(study: Study) -> None:
    summary, page = study.summary, study.report
    assert summary["specification"]["supervision"] == "weak"
    names = [experiment["name"] for experiment in summary["experiments"]]
    assert names[0].startswith("teacher")
    assert any(name.startswith("student") for name in names)
    assert "these are not the shares among the patients" in page
    assert "image-level labels" in page


@of("chests")
def test_the_reliance_on_a_drain_is_told_beside_that_of_the_plainly_trained_model(study: Study) -> None:
    summary, page = study.summary, study.report
    found = summary["reliance"]
    assert found["confounder"] == "drain"
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    assert 0 <= found["erm"] <= 1
    assert summary["specification"]["confounders"] == ["drain"]
    assert "Does it take a shortcut" in page
    assert "Reliance on drain" in page
    assert "shortcuts that nobody noted" in page


@of("chests")
def test_the_plainly_trained_models_come_first_and_the_transplant_is_judged_by_its_own_rule(study: Study) -> None:
    experiments = study.summary["experiments"]
    assert experiments[-1]["name"] == "drain transplant"
    assert all("transplant" not in experiment["name"] for experiment in experiments[:-1])
    assert "reliance on drain goes from" in experiments[-1]["reason"]
    assert "debiasing.transplant(cohort, 'drain'" in study.notebook.read_text(encoding="utf-8")
