"""The notebook that ``make lab`` opens: what it proposes to type works as it stands there, in English and in German.

Each sentence goes from the first screen to the report by mouse and keyboard; only its time is shortened.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from jupyter_clinagent import phantoms
from tests.browser.clinician import Clinician
from tests.browser.lab import Lab

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
LANGUAGES = ("english", "german")
APPROVE = {"english": ("Approve", "You chose: Approve"), "german": ("Genehmigen", "Ihre Wahl: Genehmigen")}
WORDS = {
    "english": ("Specification", "Done.", "The study is done", "Research use only"),
    "german": ("Spezifikation", "Fertig.", "Die Studie ist fertig", "Nur für die Forschung"),
}
"""What is read on the way; a German request is answered in German."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab in the folder that ``make lab`` makes, with a copy of its notebook for each language."""
    root, home = tmp_path_factory.mktemp("clinagent-lab"), tmp_path_factory.mktemp("home")
    phantoms.write("triage", root / "data", n=150, seed=0)
    for language in LANGUAGES:
        subprocess.run([sys.executable, ROOT / ".ci" / "lab_notebook.py", root / f"{language}.ipynb"], check=True)
    with Lab(root, home) as lab:
        yield lab


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_of_the_lab_notebook_becomes_a_report(browser: Browser, lab: Lab, language: str) -> None:
    clinician = Clinician(browser, lab, f"{language}.ipynb")
    clinician.new_chat()
    clinician.say(re.sub(r"3 (?=min)", "1 ", _proposed(lab.root / f"{language}.ipynb")[LANGUAGES.index(language)], flags=re.I))
    specified, done, told, notice = WORDS[language]
    button, chose = APPROVE[language]
    clinician.wait_for(specified, lab.root / f"{language}-card.png")
    clinician.approve(specified, button=button, chose=chose)
    clinician.approve("Plan", button=button, chose=chose)
    expect(clinician.working.get_by_role("status")).to_have_text(re.compile(rf"{done}|Ended|Problem"), timeout=300_000)
    assert told in clinician.messages.filter(has_text=told).last.inner_text()
    clinician.picture(lab.root / f"{language}.png")
    clinician.close()
    study = lab.root / f"{language}-study"
    specification = json.loads((study / "summary.json").read_text(encoding="utf-8"))["specification"]
    assert specification["classes"] == {"mel": ["mel"], "nv": ["nv"]}
    assert (specification["operating_point"]["rule"], specification["operating_point"]["positive_class"]) == (
        "sensitivity",
        "mel",
    )
    assert notice in (study / "report.html").read_text(encoding="utf-8")


def _proposed(notebook: Path) -> list[str]:
    """The quoted sentences of its first cell."""
    return re.findall(r"^> (.+)$", nbformat.read(notebook, as_version=4).cells[0].source, re.M)
