"""Who approved a study: a person's word is told from ``--yes``, on the record and in the report."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from jupyter_clinagent.agent.loop import AgentSettings, run_agent
from jupyter_clinagent.agent.playbook import cells
from jupyter_clinagent.agent.workbench import Outcome
from jupyter_clinagent.contracts import FACTS_MIME, Card, OperatingPoint, Specification
from jupyter_clinagent.errors import AnswerNeeded
from jupyter_clinagent.export.beside import export_beside
from jupyter_clinagent.extension.cards import _decision
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.runner import TerminalApprover
from tests.conftest import FinishedStudy

PLAN = Card(id="1", kind="plan", title="Plan", body="Train.")


async def test_yes_is_not_called_a_persons_approval() -> None:
    assert (await TerminalApprover(yes=True, answers={}).decide(PLAN)).by == "--yes"


@pytest.mark.parametrize("said", ["yes", "no", "with fewer experiments"])
async def test_what_is_typed_at_a_prompt_is(said: str) -> None:
    approver = TerminalApprover(yes=False, answers={}, ask=lambda prompt: said)
    assert (await approver.decide(PLAN)).by == "at a prompt"


@pytest.mark.parametrize(
    ("given", "text", "by"),
    [
        ({"yes": True, "answers": {"group": "lesion"}}, "lesion", "--answer"),
        ({"yes": True, "answers": {}}, "patient", "--yes"),
        ({"yes": False, "answers": {}, "ask": lambda prompt: "eye"}, "eye", "at a prompt"),
    ],
    ids=["answer", "yes", "prompt"],
)
async def test_the_summary_can_tell_who_answered_a_question(given: dict[str, Any], text: str, by: str) -> None:
    question = Card(id="2", kind="question", title="?", body="By what?", key="group", default="patient")
    decision = await TerminalApprover(**given).decide(question)
    assert (decision.text, decision.by) == (text, by)


CELL = Card(id="3", kind="cell", title="Run this new cell?", body="```python\n1 + 1\n```", key="grant-cells")
DELETION = Card(id="4", kind="cell", title="Delete this code cell?", body="```python\n1 + 1\n```")


@pytest.mark.parametrize("card", [CELL, DELETION], ids=["run", "delete"])
@pytest.mark.parametrize("given", [{"yes": True}, {"yes": False, "dry_run": True}, {"yes": True, "dry_run": True}], ids=str)
@pytest.mark.parametrize(
    ("said", "choice"),
    [("y", "Approve"), ("Yes", "Approve"), ("ja", "Approve"), ("", "Reject"), ("n", "Reject"), ("shorter, please", "Reject")],
)
async def test_a_language_models_cell_is_shown_whatever_options_are_given_and_only_a_yes_approves_it(
    card: Card, given: dict[str, bool], said: str, choice: str
) -> None:
    prompts: list[str] = []

    def ask(prompt: str) -> str:
        prompts.append(prompt)
        return said

    decision = await TerminalApprover(answers={}, ask=ask, **given).decide(card)
    assert (decision.choice, decision.by) == (choice, "at a prompt")
    assert card.title in prompts[0]
    assert card.body in prompts[0]


@pytest.mark.parametrize(("card", "words"), [(CELL, "or with --grant-cells"), (DELETION, "neither --yes nor --grant-cells")])
async def test_without_a_terminal_the_sentence_names_what_allows_a_cell(card: Card, words: str) -> None:
    with pytest.raises(AnswerNeeded, match=words):
        await TerminalApprover(yes=True, answers={}).decide(card)


async def test_a_terminal_that_is_closed_while_it_is_asked_gives_no_answer() -> None:
    def closed(prompt: str) -> str:
        raise EOFError

    for card in (CELL, PLAN):
        with pytest.raises(AnswerNeeded, match="has no answer"):
            await TerminalApprover(yes=False, answers={}, ask=closed).decide(card)


async def test_only_answers_to_questions_that_were_not_asked_count_as_unused() -> None:
    approver = TerminalApprover(yes=True, answers={"label": "dx", "colour": "red"})
    question = Card(id="2", kind="question", title="Which?", body="Which column?", key="label", default="type")
    assert (await approver.decide(question)).text == "dx"
    assert approver.unused() == ["--answer colour=red was ignored: no question has this key (those asked: label)."]


def test_the_buttons_of_a_card_are_a_persons_in_the_chat() -> None:
    assert _decision(PLAN, "Approve", "").by == "in the chat"


def test_the_cell_that_confirms_a_specification_says_who_approved_it() -> None:
    specification = Specification(
        title="t",
        request="r",
        task="classification",
        objective="o",
        classes={"mel": ["mel"], "nv": ["nv"]},
        primary_metric="auroc",
        operating_point=OperatingPoint(positive_class="mel"),
    )
    assert cells.confirm(specification, "in the chat").endswith("study.confirm(specification, approved='in the chat')")
    assert cells.confirm(specification, "").endswith("study.confirm(specification)")


def test_record_facts_and_report_of_a_study_with_yes_say_that_no_person_approved_it(
    finished: FinishedStudy,
) -> None:
    record = [json.loads(line) for line in (finished.study / "record.jsonl").read_text(encoding="utf-8").splitlines()]
    (confirmed,) = [entry["data"] for entry in record if entry["kind"] == "specification confirmed"]
    assert confirmed["approved"] == "--yes"
    outputs = [output for cell in nbformat.read(finished.notebook, as_version=4).cells for output in cell.get("outputs", [])]
    facts = [output["data"][FACTS_MIME] for output in outputs if FACTS_MIME in output.get("data", {})]
    (told,) = [fact for fact in facts if fact["kind"] == "specification"]
    assert (told["hash"], told["approved"]) == (confirmed["hash"], "--yes")
    page = (finished.study / "report.html").read_text(encoding="utf-8")
    assert "No person approved the specification" in page


async def _say(request: str, notebook: Path) -> Outcome:
    async with HeadlessNotebook(notebook) as port:
        return await run_agent(
            request,
            port=port,
            approver=TerminalApprover(yes=True, answers={}),
            sink=lambda event: None,
            settings=AgentSettings(exporter=export_beside),
            thread_id="t",
            checkpoint_path=str(notebook.with_suffix(".sqlite")),
        )


@pytest.mark.parametrize("request_", ["export the study", "Exportiere die Studie, bitte."])
async def test_a_finished_study_is_exported_when_it_is_asked_for(finished: FinishedStudy, tmp_path: Path, request_: str) -> None:
    shutil.copy(finished.notebook, tmp_path)
    shutil.copytree(finished.study, tmp_path / finished.study.name, ignore=shutil.ignore_patterns("*.zip", "*.sqlite*"))
    outcome = await _say(request_, tmp_path / finished.notebook.name)
    assert outcome.status == "done", outcome.message
    assert "triage-study/triage.zip" in outcome.message
    assert "medical record number" in outcome.message
    assert (tmp_path / finished.study.name / "triage.zip").stat().st_size > 1_000_000


async def test_an_unfinished_study_is_not_exported_and_what_is_missing_is_said(tmp_path: Path) -> None:
    outcome = await _say("export the study", tmp_path / "new.ipynb")
    assert outcome.status == "bad_input"
    assert "no notebook" in outcome.message or "not finished" in outcome.message


async def test_what_is_not_asked_is_shown_all_the_same() -> None:
    stream = io.StringIO()
    approver = TerminalApprover(yes=True, answers={}, stream=stream)
    await approver.decide(PLAN)
    asked = Card(
        id="q", kind="question", title="Which column?", body="Which column?", choices=["dx", "sex"], key="label", default="dx"
    )
    await approver.decide(asked)
    assert stream.getvalue() == "\nTrain.\n\n\nWhich column? – dx\n\n"
