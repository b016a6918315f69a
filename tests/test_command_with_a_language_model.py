"""The command line with a language model's server on this machine: what runs unseen, and how a turn without a study ends."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent import cli
from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.agent.reaching import why
from jupyter_clinagent.contracts import FACTS_MIME
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.runner import TerminalApprover
from tests.agent.end_point import fails, says, serving, tool_call

pytest.importorskip("langchain_openai")

KEY = "canary-key-1234567890"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


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


def tells(*kinds: str) -> str:
    """A cell that shows such facts, as the steps of a study do."""
    shown = "".join(f"\ndisplay({{{FACTS_MIME!r}: {{'kind': {kind!r}}}}}, raw=True)" for kind in kinds)
    return f"from IPython.display import display{shown}"


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


# ------------------------------------------------------------------ a turn without a report
@pytest.mark.parametrize(
    ("script", "missing"),
    [
        (
            [says("Which column is the label?")],
            "the data were not looked at, so there is no report; the last words were “Which col",
        ),
        ([says("")], "the last words were “The language model openai:hospital-model ended its turn without a word”"),
        (
            [tool_call("finish", message="Ready.")],
            "the data were not looked at, so there is no report; the last words were “Ready”",
        ),
        ([tool_call("finish", message="", status="answered")], "the data were not looked at"),
        ([tool_call("add_and_run", source="1 / 0"), says("Oh.")], "(the last cell failed: ZeroDivisionError: division by zero)"),
        ([tool_call("add_and_run", source=tells("survey")), says("Nice.")], "no images were loaded, so there is no report"),
        ([tool_call("add_and_run", source=tells("survey").replace("'kind'", "'sort'")), says("")], "not looked at"),
        (
            [tool_call("add_and_run", source=tells("survey", "cohort")), says("")],
            "no specification was confirmed, so there is no",
        ),
    ],
)
def test_a_turn_without_a_report_says_in_one_sentence_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], script: list[Any], missing: str
) -> None:
    with serving(*script) as server:
        code, summary = run(tmp_path, monkeypatch, server.url, "--grant-cells")
    said = capsys.readouterr()
    assert (code, summary["exit"], summary["report"]) == (1, 1, None)
    assert missing in summary["error"]
    assert summary["error"] in said.out
    assert "Traceback" not in said.err + said.out
    assert "defect" not in said.err


def test_a_dry_run_without_a_plan_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says("I would train something.")) as server:
        code, summary = run(tmp_path, monkeypatch, server.url, "--dry-run")
    assert code == 1
    assert "so there is no plan" in summary["error"]


# ------------------------------------------------------------------ first contact
def ends_in_one_sentence(summary: dict[str, Any], said: str) -> bool:
    """Whether the error is one line on the console and in the summary, without a traceback or the key."""
    error = summary["error"]
    return "\n" not in error and said.count(error) == 1 and "Traceback" not in said and KEY not in said


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (fails(401), "it refuses the key (HTTP 401)"),
        (fails(403, f"no {KEY}"), "it refuses the key (HTTP 403)"),
        (fails(404), "there is no such model at its address (HTTP 404)"),
        (fails(400), "it refuses the request (HTTP 400)"),
        (fails(429), "it is asked too often, or a quota is used up (HTTP 429)"),
        (fails(500), "its server fails (HTTP 500)"),
        (fails(200, "<html>Welcome</html>"), "its answer can't be read"),
        (fails(200, "{}"), "its answer can't be read"),
    ],
)
def test_a_server_that_refuses_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: dict[str, Any], why: str
) -> None:
    with serving(answer) as server:
        code, summary = run(tmp_path, monkeypatch, server.url)
    said = capsys.readouterr()
    assert (code, summary["exit"]) == (2, 2)
    assert f"The language model openai:hospital-model can't be used: {why}" in summary["error"]
    assert ends_in_one_sentence(summary, said.out + said.err)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1", "no address"])
def test_a_wrong_address_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    code, summary = run(tmp_path, monkeypatch, url)
    said = capsys.readouterr()
    assert code == 2
    assert "its server can't be reached" in summary["error"]
    assert ends_in_one_sentence(summary, said.out + said.err)


@pytest.mark.parametrize(
    ("model", "words"),
    [("openai:x", "Is its key in the environment?"), ("gpt", "provider:model"), ("nosuchprovider:x", "nosuchprovider")],
)
def test_a_missing_key_or_a_wrong_name_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], model: str, words: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    code, summary = run(tmp_path, monkeypatch, "http://127.0.0.1:9/v1", "--model", model)
    said = capsys.readouterr()
    assert code == 2
    assert words in summary["error"]
    assert ends_in_one_sentence(summary, said.out + said.err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out.json"]


@pytest.mark.skipif(find_spec("langchain_anthropic") is not None, reason="the provider's package is installed here")
def test_a_providers_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, summary = run(tmp_path, monkeypatch, "http://127.0.0.1:9/v1", "--model", "anthropic:x")
    assert code == 2
    assert "install jupyter_clinagent[anthropic]" in summary["error"]


async def test_a_server_that_keeps_silent_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says("Late.") | {"seconds": 2}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        async with HeadlessNotebook(tmp_path / "s.ipynb") as port:
            outcome = await run_agent(
                "melanoma or nevus",
                port=port,
                approver=TerminalApprover(yes=True, answers={}),
                sink=lambda event: None,
                settings=AgentSettings(model="openai:hospital-model", answer_seconds=0.5),
                thread_id="t",
                checkpoint_path=str(tmp_path / "c.sqlite"),
            )
    assert outcome.status == "bad_input"
    assert "it gave no answer in time" in outcome.message


def test_a_model_that_cant_call_tools_is_told() -> None:
    assert why(NotImplementedError()) == "it can't call tools"
