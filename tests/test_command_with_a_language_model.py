"""The command line with a language model's server on this machine: what runs unseen, and how a turn without a study ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent import cli
from tests.agent.end_point import serving, tool_call

pytest.importorskip("langchain_openai")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the summary of ``jupyter clinagent run``."""
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    (folder / "data").mkdir(exist_ok=True)
    where = ["--data", str(folder / "data"), "-o", str(folder / "s.ipynb"), "--json", str(folder / "out.json")]
    code = cli.main(["run", "melanoma or nevus", *where, "--model", "openai:hospital-model", *options])
    return code, json.loads((folder / "out.json").read_text(encoding="utf-8"))


def writes_a_file(folder: Path) -> dict[str, Any]:
    """A cell of which one sees afterwards whether it ran."""
    return tool_call("add_and_run", source=f"open({str(folder / 'ran.txt')!r}, 'w').close()")


@pytest.mark.parametrize("options", [["--yes"], ["--dry-run"], ["--yes", "--dry-run"], []], ids=str)
def test_a_language_models_cell_does_not_run_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    with serving(writes_a_file(tmp_path)) as server:
        code, summary = run(tmp_path, monkeypatch, server.url, *options)
    assert (code, summary["exit"]) == (3, 3)
    assert "--grant-cells" in summary["question"]
    assert not (tmp_path / "ran.txt").exists()


def test_granted_cells_run_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(writes_a_file(tmp_path), tool_call("finish", message="Ready.")) as server:
        run(tmp_path, monkeypatch, server.url, "--grant-cells")
    assert (tmp_path / "ran.txt").exists()
