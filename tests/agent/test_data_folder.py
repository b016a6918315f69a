"""The folder of the images as a sentence names it; the sentences of the notebook that ``make lab`` opens are read, too."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.agent.data_folder import folder_named, missing_folder
from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.agent.workbench import Outcome
from jupyter_clinagent.contracts import Decision
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from tests.agent.test_loop import Answers

WAYS = [
    "Separate melanoma from nevus in data. Missing a melanoma is much worse.",
    "tell melanoma from nevus in data/; missing a melanoma is worse",
    "melanoma versus nevus in data, please",
    "melanoma versus nevus in data/.",
    "melanoma versus nevus (images in data)",
    "The images are in the folder data. Melanoma or nevus?",
    "The images are in the data folder. Melanoma or nevus?",
    "melanoma or nevus, folder: data",
    'The images are in "data". Melanoma or nevus?',
    "The images are in “data/”. Melanoma or nevus?",
    "Take the images from data and tell melanoma from nevus",
    "Melanom gegen Nävus, die Bilder liegen in data",
    "Melanom gegen Nävus im Ordner data.",
    "Melanom gegen Nävus im Ordner „data“",
    "Melanom gegen Nävus, nimm die Bilder aus data/",
]


@pytest.mark.parametrize("request_text", WAYS)
def test_a_folder_beside_the_notebook_is_found_however_it_is_written(request_text: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert str(folder_named(request_text, tmp_path)).rstrip("/") == "data"
    assert missing_folder(request_text, tmp_path) is None


@pytest.mark.parametrize(
    "request_text",
    [
        "Separate melanoma from nevus",
        "Separate 'melanoma' from 'nevus'",
        "Separate mel/melanoma from nv/nevus",
        "I'd like melanoma and/or nevus; it's urgent",
        "One folder per class: melanoma and nevus",
        "The folder names are the classes, melanoma or nevus",
        "melanoma or nevus in dermoscopy photographs of patients",
        "In the folder are images of melanoma and nevus",
        "The images come from data of the university hospital",
    ],
)
def test_what_names_no_folder_names_none(request_text: str, tmp_path: Path) -> None:
    for name in ("melanoma", "nevus"):
        (tmp_path / name).mkdir()
    assert folder_named(request_text, tmp_path) is None


@pytest.mark.parametrize(
    "wrong",
    ["in dtaa/", "in ./dtaa.", "in the folder dtaa", 'in "dtaa"', "im Ordner dtaa", "in the folder “dtaa”", "in ./dtaa/skin"],
)
def test_a_mistyped_folder_is_told_with_the_one_that_is_there(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    said = missing_folder(f"melanoma versus nevus {wrong}", tmp_path)
    assert said is not None
    assert said.startswith("There is no folder ")
    assert "there is “data”. Did you mean that?" in said


async def ask(request: str, folder: Path) -> Outcome:
    """One turn in a notebook, the specification not approved."""
    async with HeadlessNotebook(folder / "study.ipynb") as port:
        return await run_agent(
            request,
            port=port,
            approver=Answers(specification=Decision(choice="Reject")),
            sink=lambda event: None,
            settings=AgentSettings(),
            thread_id="lab",
            checkpoint_path=str(folder / "study-study" / "conversation.sqlite"),
        )


async def test_a_mistyped_folder_in_the_chat_adds_no_cell(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    outcome = await ask("Separate melanoma from nevus in dtaa/", tmp_path)
    assert outcome.status == "bad_input"
    assert "there is “data”" in outcome.message
    assert nbformat.read(tmp_path / "study.ipynb", as_version=4).cells == []


def sentences(folder: Path) -> list[str]:
    """What the notebook of ``make lab`` shows: the sentence to type and the one to run."""
    script = Path(__file__).parents[2] / ".ci" / "lab_notebook.py"
    subprocess.run([sys.executable, str(script), str(folder / "lab.ipynb")], check=True)
    shown, cell = nbformat.read(folder / "lab.ipynb", as_version=4).cells
    typed = next(line for line in shown.source.splitlines() if line.startswith("> "))
    return [typed.removeprefix("> "), cell.source.split("%clinagent ")[1]]


async def test_the_sentences_of_the_lab_notebook_begin_a_study_of_its_data(tmp_path: Path) -> None:
    phantoms.write("triage", tmp_path / "data", n=60, seed=0)
    for sentence in sentences(tmp_path):
        outcome = await ask(sentence, tmp_path)
        assert outcome.status == "rejected", outcome.message
        assert outcome.questions == []
        assert outcome.specification is not None
        assert (list(outcome.specification["classes"]), outcome.specification["minutes"]) == (["mel", "nv"], 3)
