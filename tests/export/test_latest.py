"""A notebook with several studies: the last finished one is exported, with its own cells."""

import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.export.latest import cells_of, latest_study
from jupyter_clinagent.export.verify import verify
from tests.conftest import FinishedStudy

NEEDED = ("record.jsonl", "report.html")


def study(folder: Path, name: str, *files: str) -> Path:
    (folder / name).mkdir()
    for file in files:
        (folder / name / file).write_text("", encoding="utf-8")
    return folder / name


def test_the_last_finished_study_is_taken(tmp_path: Path) -> None:
    notebook = tmp_path / "hand [1].ipynb"
    first = study(tmp_path, "hand [1]-study", *NEEDED)
    assert latest_study(notebook, NEEDED) == first
    second = study(tmp_path, "hand [1]-study-2", *NEEDED)
    study(tmp_path, "hand [1]-study-copy", *NEEDED)
    assert latest_study(notebook, NEEDED) == second
    study(tmp_path, "hand [1]-study-10", "record.jsonl")
    assert latest_study(notebook, NEEDED) == second


def test_what_the_last_study_lacks_is_said_where_none_is_finished(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"record.jsonl, report.html not in hand-study\)"):
        latest_study(tmp_path / "hand.ipynb", NEEDED)
    study(tmp_path, "hand-study", "record.jsonl")
    study(tmp_path, "hand-study-2", "record.jsonl")
    with pytest.raises(BadInput, match=r"\(report.html not in hand-study-2\)"):
        latest_study(tmp_path / "hand.ipynb", NEEDED)


def test_each_study_has_its_own_cells() -> None:
    code, text = v4.new_code_cell, v4.new_markdown_cell
    title, open_1, train_1 = text("# Study('x') in words"), code("study = Study('a-study', data='d')"), code("train()")
    open_2, train_2 = code('study = Study(\n    "a-study-2", data="e")'), code("train()")
    cells = [title, open_1, train_1, open_2, train_2]
    assert cells_of("a-study", cells) == [title, open_1, train_1]
    assert cells_of("a-study-2", cells) == [open_2, train_2]
    assert cells_of("a-study-2", [*cells, open_1, train_1]) == [open_2, train_2]
    assert cells_of("elsewhere", cells) == cells
    assert cells_of("a-study", []) == []


def test_a_second_study_is_exported_and_verified_by_itself(finished: FinishedStudy, tmp_path: Path) -> None:
    document = nbformat.read(finished.notebook, as_version=4)
    earlier = v4.new_code_cell("study = Study('triage-study', data='elsewhere')\nraise SystemExit('not this one')")
    for cell in document.cells:
        cell.source = cell.source.replace("'triage-study'", "'triage-study-2'")
    document.cells.insert(0, earlier)
    nbformat.write(document, tmp_path / "triage.ipynb")
    study(tmp_path, "triage-study", "record.jsonl")
    shutil.copytree(finished.study, tmp_path / "triage-study-2")
    bundle = export(tmp_path / "triage.ipynb", tmp_path / "second.zip").path
    with zipfile.ZipFile(bundle) as archive:
        assert json.loads(archive.read("manifest.json"))["study"] == "triage-study-2"
        assert "not this one" not in archive.read("triage.ipynb").decode()
    verdict = verify(bundle, finished.data)
    assert verdict.same, verdict.message
    assert verdict.figures > 20
    assert verdict.largest_difference <= 0.005
