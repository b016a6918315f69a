"""Five sentences typed into the chat, five studies; the triage is typed in ``test_study``, the other four here."""

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
    """What is typed, the phantoms that it is about, and what the closing message has to say."""

    kind: str
    images: int
    words: str
    figure: str
    details: dict[str, Any] = {}  # noqa: RUF012  read only


SENTENCES = {
    "moles": Sentence("dermoscopy", 300, "Classify these dermoscopy images into their diagnoses", "Macro AUROC"),
    "wrists": Sentence("wrist", 190, "Find the fractures on these wrist radiographs and mark them with boxes", "mAP50"),
    "few-boxes": Sentence(
        "wrist-weak", 240, "Find wrist fractures. Only 5 % of the images have boxes, the others just a label", "mAP50"
    ),
    "chests": Sentence(
        "chest",
        200,
        "Classify pneumothorax; the model must not rely on the chest drain",
        "Reliance on drain",
        {"size": 96, "drain_negative": 0.25},
    ),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab with a data folder and a notebook for each sentence."""
    root, home = tmp_path_factory.mktemp("five"), tmp_path_factory.mktemp("home")
    for name, sentence in SENTENCES.items():
        phantoms.write(sentence.kind, root / "data" / name, n=sentence.images, seed=3, **sentence.details)
        write_notebook(root / f"{name}.ipynb", f"# {sentence.words}")
    with Lab(root, home) as lab:
        yield lab


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_ends_with_figures_in_the_chat_pictures_in_the_notebook_and_a_report(
    browser: Browser, lab: Lab, name: str, tmp_path: Path
) -> None:
    sentence, clinician = SENTENCES[name], Clinician(browser, lab, f"{name}.ipynb")
    clinician.new_chat()
    clinician.say(f"{sentence.words}. The images are in data/{name}. Take 1 minute.")
    clinician.approve("Specification")
    clinician.approve("Plan")
    expect(clinician.working.get_by_role("status")).to_have_text(re.compile(r"Done\.|Ended"), timeout=300_000)
    closing = clinician.messages.filter(has_text="The study is done").last
    expect(closing).to_contain_text(sentence.figure)
    expect(closing).to_contain_text("interval")
    clinician.picture(tmp_path / f"{name}.png")
    clinician.close()
    _the_notebook_shows_it(lab.root / f"{name}.ipynb")
    summary = json.loads((lab.root / f"{name}-study" / "summary.json").read_text(encoding="utf-8"))
    assert summary["unsealed"] == 1
    report = (lab.root / f"{name}-study" / "report.html").read_text(encoding="utf-8")
    assert "A person approved the specification on its card in the chat" in report


def _the_notebook_shows_it(path: Path) -> None:
    """Every cell ran without an error, and the last but one, of what the model looks at, shows pictures."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert not [output for cell in code for output in cell.outputs if output.output_type == "error"]
    (explained,) = [cell for cell in code if "study.explain()" in cell.source]
    assert [output for output in explained.outputs if "image/png" in output.get("data", {})]
