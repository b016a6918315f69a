"""How commands fail: one line that says what to do, the exit code, and a summary that still holds every key."""

import json
from pathlib import Path

import pytest

from jupyter_clinagent import cli, phantoms
from jupyter_clinagent.summary import SUMMARY


def failed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code and the one line on the console."""
    code = cli.main(arguments)
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    return code, said[0]


def test_a_run_that_fails_at_once_leaves_a_summary_with_every_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "summary.json"
    code, line = failed(["run", "melanoma or nevus", "--data", str(tmp_path / "nowhere"), "--json", str(out)], capsys)
    summary = json.loads(out.read_text(encoding="utf-8"))
    assert (code, summary["exit"], summary["question"]) == (2, 2, None)
    assert summary["error"] in line
    assert summary.keys() == SUMMARY.keys()


def test_a_run_that_is_refused_leaves_a_summary_with_every_key(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    out = tmp_path / "summary.json"
    arguments = [
        "run",
        "Predict how long these patients will survive",
        "--data",
        str(tmp_path / "data"),
        "-o",
        str(tmp_path / "s.ipynb"),
        "--yes",
    ]
    assert cli.main([*arguments, "--json", str(out)]) == 4
    assert SUMMARY.keys() <= json.loads(out.read_text(encoding="utf-8")).keys()


@pytest.mark.parametrize(
    ("request_text", "code"), [("tell melanoma from nevus", 2), ("Predict how long these patients will survive", 4)]
)
def test_a_request_that_comes_to_nothing_leaves_nothing_behind(request_text: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    out, target = tmp_path / "summary.json", tmp_path / "new" / "deeper" / "s.ipynb"
    arguments = ["run", request_text, "--data", str(tmp_path / "data"), "-o", str(target), "--yes", "--json", str(out)]
    assert cli.main(arguments) == code
    assert {path.name for path in tmp_path.rglob("*")} == {"data", "summary.json"}
    assert json.loads(out.read_text(encoding="utf-8"))["notebook"] is None


def test_what_a_failed_study_leaves_behind_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phantoms.write("triage", tmp_path / "data", n=20, seed=1)
    out, target = tmp_path / "summary.json", tmp_path / "s.ipynb"
    arguments = ["run", "list all findings", "--data", str(tmp_path / "data"), "-o", str(target), "--yes", "--json", str(out)]
    assert cli.main(arguments) == 2
    assert f"What was done so far stays in {tmp_path}: s.ipynb and s-study." in capsys.readouterr().out
    assert json.loads(out.read_text(encoding="utf-8"))["notebook"] == str(target)
    assert (tmp_path / "s-study" / "record.jsonl").is_file()


@pytest.mark.parametrize("name", ["s.ipynb", "deeper/s.ipynb"])
def test_no_notebook_is_written_into_the_data_folder(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    phantoms.write("triage", tmp_path / "data", n=20, seed=1)
    before = sorted((tmp_path / "data").rglob("*"))
    target = str(tmp_path / "data" / name)
    code, line = failed(["run", "melanoma or nevus", "--data", str(tmp_path / "data"), "-o", target, "--yes"], capsys)
    assert code == 2
    assert "data folder" in line
    assert sorted((tmp_path / "data").rglob("*")) == before


def test_starting_within_the_data_folder_without_a_name_writes_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phantoms.write("triage", tmp_path / "data", n=20, seed=1)
    before = sorted((tmp_path / "data").rglob("*"))
    monkeypatch.chdir(tmp_path / "data")
    code, _ = failed(["run", "melanoma or nevus", "--data", ".", "--yes"], capsys)
    assert code == 2
    assert sorted((tmp_path / "data").rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "{}/nothing.zip", "--data", "{}"],
        ["evaluate", "{}/nothing.zip", "--data", "{}"],
        ["predict", "{}/nothing.zip", "{}/image.png", "-o", "{}/p.csv"],
        ["export", "{}/nothing.ipynb", "-o", "{}/new/b.zip"],
        ["phantom", "triage", "{}/file/inside"],
        ["run", "melanoma or nevus", "--data", "{}", "-o", "{}/x.txt"],
        ["run", "melanoma or nevus", "--data", "{}/data", "--answer", "no equals sign"],
        ["run", "melanoma or nevus", "--data", "{}/data", "--json", "{}"],
    ],
)
def test_bad_paths_and_options_end_with_one_line(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("a file, no folder", encoding="utf-8")
    (tmp_path / "data").mkdir()
    code, line = failed([argument.format(tmp_path) for argument in arguments], capsys)
    assert code == 2
    assert line.startswith("jupyter clinagent: ")
    assert "Traceback" not in line


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run", "melanoma or nevus"], "--data"),
        (["run", "melanoma or nevus", "--data", "x", "--minutes", "ten"], "“ten” is no number of minutes"),
        (["run", "melanoma or nevus", "--data", "x", "--colour"], "--colour"),
        (["verify", "b.zip"], "--data"),
        (["tell"], "tell"),
    ],
)
def test_a_usage_error_is_told_in_the_summary_too(
    tmp_path: Path, arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "summary.json"
    assert cli.main([*arguments, "--json", str(out)]) == 2
    summary, said = json.loads(out.read_text(encoding="utf-8")), capsys.readouterr().err
    assert (summary["exit"], summary["question"]) == (2, None)
    assert named in summary["error"]
    assert summary["error"] in said
    assert "usage:" in said
    assert (arguments[0] == "run") == (summary.keys() == SUMMARY.keys())


@pytest.mark.parametrize("arguments", [[], ["run", "melanoma or nevus", "--json"]])
def test_a_usage_error_without_a_file_for_the_summary_ends_with_exit_2(arguments: list[str]) -> None:
    assert cli.main(arguments) == 2
