"""The loop with a scripted model, a real kernel, and a SQLite checkpoint."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from jupyter_clinagent.agent.loop import AgentSettings, run_agent, study_name
from jupyter_clinagent.agent.models import ScriptedChatModel, make_model, mind_of
from jupyter_clinagent.agent.workbench import Outcome
from jupyter_clinagent.contracts import Card, Decision, Event
from jupyter_clinagent.errors import AnswerNeeded, BadInput
from jupyter_clinagent.notebook.headless import HeadlessNotebook


class Answers:
    """Decides each card by its kind; remembers what was shown."""

    def __init__(self, **decisions: Decision | Exception) -> None:
        self.decisions, self.cards = decisions, []

    async def decide(self, card: Card) -> Decision:
        self.cards.append(card)
        decision = self.decisions.get(card.kind, Decision(choice="Approve"))
        if isinstance(decision, Exception):
            raise decision
        return decision


@pytest.fixture
async def notebook(tmp_path: Path) -> AsyncIterator[HeadlessNotebook]:
    async with HeadlessNotebook(tmp_path / "trial.ipynb") as port:
        yield port


def call(tool: str, number: int = 0, **arguments: Any) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": tool, "args": arguments, "id": f"{tool}-{number}"}])


async def turn(
    port: HeadlessNotebook,
    model: ScriptedChatModel,
    answers: Answers,
    *,
    request: str | None = "please",
    granted: bool = False,
    events: list[Event] | None = None,
    **limits: int,
) -> Outcome:
    return await run_agent(
        request,
        port=port,
        approver=answers,
        sink=(events if events is not None else []).append,
        settings=AgentSettings(chat_model=model, model="scripted:test", granted=granted, **limits),
        thread_id="t",
        checkpoint_path=str(Path(port.path).with_suffix(".sqlite")),
    )


def tool_texts(model: ScriptedChatModel) -> list[str]:
    return [str(m.content) for m in model.seen[-1] if isinstance(m, ToolMessage)]


async def test_a_cell_is_shown_approved_run_and_its_output_returned(notebook: HeadlessNotebook) -> None:
    model = ScriptedChatModel(script=[call("add_and_run", source="print(6 * 7)"), AIMessage("It says 42.")])
    answers, events = Answers(), []
    outcome = await turn(notebook, model, answers, events=events)
    assert [c.kind for c in answers.cards] == ["cell"]
    assert "print(6 * 7)" in answers.cards[0].body
    assert "42" in tool_texts(model)[0]
    assert (outcome.status, outcome.message) == ("answered", "It says 42.")
    assert [e.kind for e in events] == ["card", "cell", "ran", "said", "finished"]


async def test_a_rejected_cell_is_neither_added_nor_run(notebook: HeadlessNotebook) -> None:
    model = ScriptedChatModel(script=[call("add_and_run", source="open('harm.txt', 'w')"), AIMessage("As you wish.")])
    await turn(notebook, model, Answers(cell=Decision(choice="Reject")))
    assert await notebook.cells() == []
    assert not (Path(notebook.path).parent / "harm.txt").exists()
    assert "did not allow" in tool_texts(model)[0]


async def test_a_granted_study_runs_model_cells_without_a_card(notebook: HeadlessNotebook) -> None:
    model = ScriptedChatModel(script=[call("add_and_run", source="1 + 1"), AIMessage("done")])
    answers = Answers()
    await turn(notebook, model, answers, granted=True)
    assert answers.cards == []
    assert "2" in tool_texts(model)[0]


async def test_an_unknown_cell_and_a_stale_hash_come_back_as_text_that_names_the_valid_ones(notebook: HeadlessNotebook) -> None:
    cell = await notebook.insert("code", "x = 1")
    model = ScriptedChatModel(
        script=[
            call("run_cell", 1, cell_id="nowhere", expected_hash="0"),
            call("run_cell", 2, cell_id=cell.id, expected_hash="0"),
            call("edit_cell", 3, cell_id=cell.id, source="x = 2", expected_hash="0"),
            AIMessage("sorry"),
        ]
    )
    await turn(notebook, model, Answers(), granted=True)
    unknown, stale, edit = tool_texts(model)
    assert "UnknownCell" in unknown
    assert cell.id in unknown
    assert "StaleCell" in stale
    assert "StaleCell" in edit
    assert (await notebook.cells())[0].source == "x = 1"


@pytest.mark.parametrize("granted", [False, True])
async def test_a_change_to_the_clinicians_cell_shows_both_sources_and_a_rejected_one_changes_nothing(
    notebook: HeadlessNotebook, granted: bool
) -> None:
    cell = await notebook.insert("code", "x = 1")
    changed = call("edit_cell", cell_id=cell.id, source="x = 2  # ```", expected_hash=cell.hash)
    answers = Answers(cell=Decision(choice="Reject"))
    await turn(notebook, ScriptedChatModel(script=[changed, AIMessage("As you wish.")]), answers, granted=granted)
    (card,) = answers.cards
    assert card.title == "Change this code cell?"
    assert "```python\nx = 1\n```" in card.body
    assert "````python\nx = 2  # ```\n````" in card.body
    assert card.key == ""
    assert (await notebook.cells())[0].source == "x = 1"


async def test_an_approved_change_is_made(notebook: HeadlessNotebook) -> None:
    cell = await notebook.insert("markdown", "# Old")
    changed = call("edit_cell", cell_id=cell.id, source="# New", expected_hash=cell.hash)
    await turn(notebook, ScriptedChatModel(script=[changed, AIMessage("done")]), Answers())
    assert [c.source for c in await notebook.cells()] == ["# New"]


class Meddler(Answers):
    """Changes the first cell while the card about it waits, then approves."""

    def __init__(self, notebook: HeadlessNotebook) -> None:
        super().__init__()
        self.notebook = notebook

    async def decide(self, card: Card) -> Decision:
        (cell,) = await self.notebook.cells()
        await self.notebook.edit(cell.id, "mine = 3", expected_hash=cell.hash)
        return await super().decide(card)


@pytest.mark.parametrize("tool", ["edit_cell", "delete_cell", "run_cell"])
async def test_an_approval_is_about_the_bytes_that_the_card_showed(notebook: HeadlessNotebook, tool: str) -> None:
    cell = await notebook.insert("code", "x = 1")
    new = {"source": "x = 2"} if tool == "edit_cell" else {}
    model = ScriptedChatModel(script=[call(tool, cell_id=cell.id, expected_hash=cell.hash, **new), AIMessage("sorry")])
    await turn(notebook, model, Meddler(notebook))
    assert "StaleCell" in tool_texts(model)[0]
    assert [(c.source, c.execution_count) for c in await notebook.cells()] == [("mine = 3", None)]


class Rewriter(ScriptedChatModel):
    """Adds a cell, and changes it twice: by the id and the hash that the tool answered with."""

    def _generate(self, messages: list[Any], *args: Any, **kwargs: Any) -> Any:
        about = [m.artifact for m in messages if isinstance(m, ToolMessage)]
        if 0 < len(about) < 3:
            there = {"cell_id": about[-1]["cell"], "expected_hash": about[-1]["hash"]}
            self.script.append(call("edit_cell", len(about), source=f"x = {len(about)}", **there))
        return super()._generate(messages, *args, **kwargs)


@pytest.mark.parametrize(("granted", "shown"), [(True, 0), (False, 2)])
async def test_a_models_own_cell_is_changed_unseen_only_where_its_cells_are_granted(
    notebook: HeadlessNotebook, granted: bool, shown: int
) -> None:
    answers = Answers()
    await turn(notebook, Rewriter(script=[call("add_cell", source="x = 0", kind="code")]), answers, granted=granted)
    assert [card.key for card in answers.cards] == ["grant-cells"] * shown
    assert [c.source for c in await notebook.cells()] == ["x = 2"]


async def test_a_card_that_waits_is_asked_again_in_a_later_process(notebook: HeadlessNotebook) -> None:
    question = call(
        "ask_clinician", key="group", question="By patient or by lesion?", choices=["patient", "lesion"], default="lesion"
    )
    first = await turn(notebook, ScriptedChatModel(script=[question]), Answers(question=AnswerNeeded("nobody is there")))
    assert first.status == "needs_answer"
    model = ScriptedChatModel(script=[AIMessage("By patient, then.")])
    answers = Answers(question=Decision(choice="answer", text="patient", by="in the chat"))
    later = await turn(notebook, model, answers, request=None)
    assert answers.cards[0].body == "By patient or by lesion?"
    assert "patient" in tool_texts(model)[0]
    asked = {"key": "group", "text": "By patient or by lesion?", "choices": ["patient", "lesion"], "default": "lesion"}
    assert later.questions == [{**asked, "answer": "patient", "by": "in the chat"}]


async def test_sealed_labels_are_denied_even_where_everything_is_granted(notebook: HeadlessNotebook) -> None:
    model = ScriptedChatModel(script=[call("add_and_run", source="study._seal.labels"), AIMessage("I see.")])
    await turn(notebook, model, Answers(), granted=True)
    assert "Not allowed" in tool_texts(model)[0]
    assert await notebook.cells() == []


async def test_a_model_that_names_unknown_tools_and_sends_nonsense_harms_nothing(notebook: HeadlessNotebook) -> None:
    model = ScriptedChatModel(
        script=[
            call("rm_rf", 1, path="/"),
            call("add_and_run", 2, sauce="1"),
            call("propose_specification", 3, specification={"classes": 3}, body=""),
            AIMessage("?"),
        ]
    )
    outcome = await turn(notebook, model, Answers(), granted=True)
    assert outcome.status == "answered"
    assert await notebook.cells() == []
    assert all("rror" in text or "BadInput" in text for text in tool_texts(model))


async def test_a_model_that_never_ends_is_stopped_by_a_limit_that_is_named(notebook: HeadlessNotebook) -> None:
    model = ScriptedChatModel(script=[call("read_notebook", n) for n in range(50)])
    outcome = await turn(notebook, model, Answers(), model_calls=5)
    assert outcome.status == "failed"
    assert "limit" in outcome.message.lower()
    assert len(model.seen) == 5


async def test_files_are_counted_but_not_named_and_nothing_outside_is_listed(notebook: HeadlessNotebook) -> None:
    folder = Path(notebook.path).parent / "images"
    folder.mkdir()
    (folder / "Mueller_Anna.png").touch()
    model = ScriptedChatModel(script=[call("list_files", 1), call("list_files", 2, folder="../.."), AIMessage("ok")])
    await turn(notebook, model, Answers())
    inside, outside = tool_texts(model)
    assert "images: 1 .png" in inside
    assert "Mueller" not in inside
    assert "BadInput" in outside


async def test_a_figure_is_sent_to_the_model_only_after_the_clinician_agrees(notebook: HeadlessNotebook) -> None:
    plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"
    cell = await notebook.insert("code", plot)
    await notebook.run(cell.id, expected_hash=cell.hash)
    script = [call("look_at_figure", cell_id=cell.id), AIMessage("seen")]
    refused = ScriptedChatModel(script=script)
    await turn(notebook, refused, Answers(cell=Decision(choice="Reject")))
    assert "base64" not in str(refused.seen[-1])


async def test_after_a_stop_the_conversation_goes_on_and_every_call_has_its_answer(notebook: HeadlessNotebook) -> None:
    first = ScriptedChatModel(script=[call("add_and_run", source="import time\ntime.sleep(60)")])
    events: list[Event] = []
    work = asyncio.create_task(turn(notebook, first, Answers(), granted=True, events=events))
    while not any(e.kind == "cell" for e in events):
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    work.cancel()
    await notebook.interrupt()
    with pytest.raises(asyncio.CancelledError):
        await work
    second = ScriptedChatModel(script=[AIMessage("Here I am again.")])
    outcome = await turn(notebook, second, Answers(), request="go on")
    assert outcome.message == "Here I am again."
    asked = {c["id"] for m in second.seen[-1] if isinstance(m, AIMessage) for c in m.tool_calls}
    answered = {m.tool_call_id for m in second.seen[-1] if isinstance(m, ToolMessage)}
    assert asked == answered != set()


async def test_a_second_study_in_a_notebook_gets_a_folder_of_its_own(notebook: HeadlessNotebook) -> None:
    (Path(notebook.path).parent / "trial-study").mkdir()
    (Path(notebook.path).parent / "trial-study" / "record.jsonl").touch()
    model = ScriptedChatModel(script=[AIMessage("ok")])
    await turn(notebook, model, Answers())
    assert '"study_folder": "trial-study-2"' in str(model.seen[-1][-1].content)


def test_unknown_models_and_missing_providers_say_what_to_do() -> None:
    with pytest.raises(BadInput, match="provider:model"):
        make_model("gpt")
    with pytest.raises(BadInput, match=r"can't be used|not installed"):
        make_model("nosuchprovider:x")
    assert "no language model" in mind_of(None)


@pytest.mark.parametrize(
    ("request_text", "name"),
    [
        ("Separate melanoma from nevus", "melanoma-nevus"),
        ("melanoma or not", "melanoma-rest"),
        ("Classify these dermoscopy images into their diagnoses", "dermoscopy-study"),
    ],
)
def test_a_study_is_named_after_its_request(request_text: str, name: str) -> None:
    assert study_name(request_text) == name
