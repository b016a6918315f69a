"""From a message in a chat to a job in a notebook, on a real server with real kernels and a scripted agent."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_clinagent.contracts import CARD_MIME, Approver, Card, Event, EventSink, NotebookPort
from jupyter_clinagent.errors import NoSuchData, NotebookError
from jupyter_clinagent.extension.context import Front
from jupyter_clinagent.extension.desk import Busy, Desk
from jupyter_clinagent.notebook.rooms import Pin
from tests import PROMPTLY
from tests.notebook.ports import LoopThread, write_notebook

PLAN = Card(id="1", kind="plan", title="Plan", body="## Plan\n\nTrain.")
QUESTION = Card(id="2", kind="question", title="Which folder?", body="Which folder?", choices=[])


async def polite_agent(request: str, port: NotebookPort, approver: Approver, sink: EventSink, thread: str) -> Any:
    """Asks, runs one cell, and says how it went."""
    sink(Event(kind="said", text="I ask first."))
    sink(Event(kind="card", text=PLAN.title))
    decision = await approver.decide(PLAN)
    sink(Event(kind="said", text="I compute."))
    cell = await port.insert("code", "6 * 7")
    sink(Event(kind="cell", text=cell.source))
    result = await port.run(cell.id, expected_hash=cell.hash)
    answer = f"{decision.choice} {decision.text}: {result.text().strip()}"
    sink(Event(kind="said", text=answer))
    sink(Event(kind="finished", text=answer))
    return SimpleNamespace(status="done")


async def endless_agent(request: str, port: NotebookPort, approver: Approver, sink: EventSink, thread: str) -> Any:
    """Runs a cell that does not end."""
    cell = await port.insert("code", "import time\nwhile True:\n    time.sleep(0.05)")
    sink(Event(kind="cell", text="# Train for ever"))
    await port.run(cell.id, expected_hash=cell.hash)
    await port.insert("code", "'later'")
    return SimpleNamespace(status="done")


def test_a_turn_asks_in_the_chat_works_in_the_notebook_and_says_how_it_went(
    app: ServerApp, thread: LoopThread, chat_path: str
) -> None:
    async def turn() -> tuple[list[Any], list[str]]:
        desk, notebook = Desk(app, polite_agent), write_notebook(app)
        job = await desk.start("Compute.", notebook, chat_path)
        await _until(lambda: desk.cards._open)
        desk.cards.decide(next(iter(desk.cards._open)), "Approve")
        await job.wait()
        return await _messages(app, chat_path), [cell.source for cell in await _cells(app, notebook)]

    messages, sources = thread.call(turn())
    cards = [message.mime_model["data"][CARD_MIME] for message in messages if message.mime_model]
    assert [(card["kind"], card["state"]) for card in cards] == [
        ("progress", "asking"),
        ("plan", "decided"),
        ("progress", "finished"),
    ]
    assert cards[0]["steps"] == ["I ask first."]
    assert cards[1]["decision"] == {"choice": "Approve", "text": "", "by": "in the chat"}
    assert cards[1]["body"] == "Train."
    assert cards[2]["steps"] == ["I compute."]
    assert "no language model" in cards[2]["title"]
    assert [message.body for message in messages if not message.mime_model] == ["Approve : 42"]
    assert sources[-1] == "6 * 7"


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("with fewer experiments", "Change with fewer experiments: 42"),
        ("Yes, looks good!", "Approve : 42"),
        ("ja, passt", "Approve : 42"),
        ("yes, but only women", "Change yes, but only women: 42"),
    ],
)
def test_a_message_answers_the_card_that_waits(
    app: ServerApp, thread: LoopThread, chat_path: str, said: str, answered: str
) -> None:
    async def turn() -> list[Any]:
        desk = Desk(app, polite_agent)
        desk.fronts.report("anna", "tab", Front(write_notebook(app)))
        await desk.receive("Compute.", "anna", chat_path)
        await _until(lambda: desk.cards._open)
        assert await desk.receive(said, "anna", chat_path) is None
        await next(iter(desk._jobs.values())).wait()
        return await _messages(app, chat_path)

    assert thread.call(turn())[-1].body == answered


def test_stop_ends_agent_and_kernel(app: ServerApp, thread: LoopThread, chat_path: str) -> None:
    async def turn() -> tuple[str, list[str], Any]:
        desk, notebook = Desk(app, endless_agent), write_notebook(app)
        job = await desk.start("Train.", notebook, chat_path)
        await asyncio.sleep(1)
        async with asyncio.timeout(PROMPTLY):
            await desk.receive("stop", "anna", chat_path)
        sources = [cell.source for cell in await _cells(app, notebook)]
        return job.state, sources, (await _messages(app, chat_path))[-1]

    state, sources, last = thread.call(turn())
    assert state == "stopped"
    assert "'later'" not in sources
    assert last.mime_model["data"][CARD_MIME]["state"] == "stopped"


def test_a_busy_notebook_takes_no_second_turn(app: ServerApp, thread: LoopThread, chat_path: str) -> None:
    async def turn() -> str | None:
        desk, notebook = Desk(app, endless_agent), write_notebook(app)
        job = await desk.start("Train.", notebook, chat_path)
        with pytest.raises(Busy, match="Stop"):
            await desk.start("Again.", notebook, chat_path)
        reply = await desk.receive("How far are you?", "anna", chat_path)
        await job.stop()
        return reply

    assert "still at work" in str(thread.call(turn()))


async def brief_agent(request: str, port: NotebookPort, approver: Approver, sink: EventSink, thread: str) -> Any:
    """Works for half a second and says what it was asked."""
    cell = await port.insert("code", "import time\ntime.sleep(0.5)")
    sink(Event(kind="cell", text="# Train"))
    await port.run(cell.id, expected_hash=cell.hash)
    sink(Event(kind="finished", text=f"Done: {request}"))
    return SimpleNamespace(status="done")


def test_what_is_said_meanwhile_waits_its_turn_and_nothing_is_lost(app: ServerApp, thread: LoopThread, chat_path: str) -> None:
    async def turns() -> tuple[list[str | None], list[Any]]:
        desk, notebook = Desk(app, brief_agent), write_notebook(app)
        job = await desk.start("Train.", notebook, chat_path)
        replies = [await desk.receive(said, "anna", chat_path) for said in ("show me the misses", "how far?", "thanks")]
        await job.wait()
        await _until(lambda: not desk._tasks and all(one.over for one in desk._chats.values()))
        return replies, await _messages(app, chat_path)

    replies, messages = thread.call(turns())
    assert ["waits its turn" in str(reply) for reply in replies] == [True, False, True]
    said = [message.body for message in messages if not message.mime_model]
    assert said == [
        "Done: Train.",
        "Now to “show me the misses”.",
        "Done: show me the misses",
        "Now to “thanks”.",
        "Done: thanks",
    ]


@pytest.mark.parametrize("stop", ["stop after this epoch", "Hör bitte auf"])
def test_stop_in_any_words_means_stop_and_what_waited_is_handed_back(
    app: ServerApp, thread: LoopThread, chat_path: str, stop: str
) -> None:
    async def turns() -> tuple[str | None, str, list[Any]]:
        desk, notebook = Desk(app, endless_agent), write_notebook(app)
        job = await desk.start("Train.", notebook, chat_path)
        await asyncio.sleep(0.5)
        await desk.receive("show me the misses", "anna", chat_path)
        async with asyncio.timeout(PROMPTLY):
            reply = await desk.receive(stop, "anna", chat_path)
        await _until(lambda: not desk._tasks)
        return reply, job.state, await _messages(app, chat_path)

    reply, state, messages = thread.call(turns())
    assert state == "stopped"
    assert ("at once" in str(reply)) == ("epoch" in stop)
    assert "Not done, because I stopped before: “show me the misses”" in messages[-1].body


def test_undo_puts_the_notebook_back(app: ServerApp, thread: LoopThread, chat_path: str) -> None:
    async def turn() -> tuple[list[Any], list[Any]]:
        desk, notebook = Desk(app, endless_agent), write_notebook(app)
        before = await _cells(app, notebook)
        job = await desk.start("Train.", notebook, chat_path)
        await asyncio.sleep(0.5)
        await desk.undo(job)
        with pytest.raises(NotebookError, match="nothing to undo"):
            await desk.undo(job)
        return before, await _cells(app, notebook)

    before, after = thread.call(turn())
    assert after == before


def test_without_a_notebook_in_front_one_is_made_and_named_after_the_study(
    app: ServerApp, thread: LoopThread, chat_path: str
) -> None:
    async def turn() -> tuple[str, str]:
        desk = Desk(app, polite_agent)
        jobs = []
        for _ in range(2):
            jobs.append(await desk.start("Separate melanoma from nevus", None, chat_path))
            await jobs[-1].stop()
        assert [job.state for job in jobs] == ["stopped", "stopped"]
        return jobs[0].notebook.relative_path, jobs[1].notebook.relative_path

    first, second = thread.call(turn())
    assert "melanoma" in first
    assert first != second
    assert (Path(app.root_dir) / first).exists()


def test_a_mistyped_folder_is_said_before_a_notebook_is_made(app: ServerApp, thread: LoopThread, chat_path: str) -> None:
    desk = Desk(app, polite_agent)
    root = Path(app.root_dir) / Path(chat_path).parent
    (root / "images").mkdir(exist_ok=True)
    before = sorted(root.iterdir())
    with pytest.raises(NoSuchData, match=r"There is no folder ./imagse; .*“images”"):
        thread.call(desk.start("Separate melanoma from nevus. The images are in ./imagse.", None, chat_path))
    assert sorted(root.iterdir()) == before


def test_a_defect_of_the_agent_is_said_and_lets_go(app: ServerApp, thread: LoopThread, chat_path: str) -> None:
    async def broken(*arguments: Any) -> Any:
        raise ZeroDivisionError("by a defect")

    async def turn() -> tuple[str, list[Any]]:
        job = await Desk(app, broken).start("Go.", write_notebook(app), chat_path)
        await job.wait()
        job._task.exception()
        return job.state, await _messages(app, chat_path)

    state, messages = thread.call(turn())
    assert state == "failed"
    assert any("by a defect" in message.body for message in messages)


def test_messages_survive_a_chat_that_everybody_left(app: ServerApp, thread: LoopThread, chat_path: str) -> None:
    async def turn() -> list[Any]:
        desk = Desk(app, polite_agent)
        job = await desk.start("Compute.", write_notebook(app), chat_path)
        await asyncio.sleep(2.5)  # longer than the server keeps documents that nobody holds
        desk.cards.decide(next(iter(desk.cards._open)), "Approve")
        await job.wait()
        await asyncio.sleep(2)
        return await _messages(app, chat_path)

    bodies = [message.body for message in thread.call(turn())]
    assert bodies.count("Approve : 42") == 1


async def _messages(app: ServerApp, path: str) -> list[Any]:
    pin = Pin(app, path, "chat")
    messages = (await pin.hold()).get_messages()
    await pin.release()
    return list(messages)


async def _cells(app: ServerApp, path: str) -> list[Any]:
    from jupyter_clinagent.notebook.server import ServerNotebook

    notebook = ServerNotebook(app, path)
    await notebook.start()
    cells = await notebook.cells()
    await notebook.close()
    return cells


async def _until(true: Any, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
