"""A server that ends while the agent is at work, and is started again: real servers, real kernels, the playbook."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import CARD_MIME
from jupyter_clinagent.extension.journal import Journal
from tests.browser.conftest import write_notebook as write_notebook_file
from tests.browser.lab import Lab
from tests.extension.test_desk import _cells, _messages
from tests.notebook.conftest import _stop
from tests.notebook.ports import LoopThread, start_server, write_notebook

REQUEST = "Separate melanoma from nevus; missing a melanoma is worse. The images are in ./images. Take 1 minute."


class Machine:
    """A folder whose server can be stopped and started again."""

    def __init__(self, root: Path, home: Path, thread: LoopThread) -> None:
        self.root, self._home, self._thread = root, home, thread
        self.app: ServerApp
        self._ended: list[ServerApp] = []

    def start(self) -> None:
        self.app = self._thread.call(start_server(self.root, self._home))

    def stop(self) -> None:
        """The jobs die with the process, without a word."""
        self._thread.call(self._stop())

    async def _stop(self) -> None:
        await asyncio.sleep(1.5)  # documents are saved a moment after they change
        self._ended.append(self.app)  # its jobs would go with a real process; here they must not be collected while they wait
        await _stop(self.app)

    @property
    def desk(self) -> Any:
        return self.app.web_app.settings["clinagent"]

    def do(self, coroutine: Any) -> Any:
        return self._thread.begin(coroutine).result(300)


@pytest.fixture
def machine(tmp_path: Path, thread: LoopThread, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "home"))
    phantoms.write("triage", tmp_path / "root" / "images", n=150, seed=0)
    (tmp_path / "root" / "one.chat").write_text("{}")
    return Machine(tmp_path / "root", tmp_path / "home", thread)


def cards(messages: list[Any]) -> list[dict[str, Any]]:
    return [message.mime_model["data"][CARD_MIME] for message in messages if message.mime_model]


async def card(app: ServerApp, title: str, seconds: float = 120) -> dict[str, Any]:
    """The open card with this title, once it is there."""
    desk, found = app.web_app.settings["clinagent"], list[tuple[str, Any]]()
    await until(
        lambda: found.extend((i, o.card) for i, o in desk.cards._open.items() if o.card.title.startswith(title)) or found, seconds
    )
    return {"id": found[0][0], "card": found[0][1]}


async def until(true: Callable[[], Any], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def test_a_card_that_waited_is_posted_again_and_the_cells_are_run_again_before_the_study_goes_on(machine: Machine) -> None:
    machine.start()
    notebook = write_notebook(machine.app)
    machine.do(machine.desk.start(REQUEST, notebook, "one.chat"))
    machine.do(card(machine.app, "Specification"))
    machine.stop()

    machine.start()

    async def later() -> tuple[list[Any], list[str]]:
        desk = machine.desk
        (job,) = await desk.recover()
        desk.cards.decide((await card(machine.app, "Specification"))["id"], "Approve")
        asked = await card(machine.app, "The notebook's memory is lost")
        assert "4 cells" in asked["card"].body
        desk.cards.decide(asked["id"], "answer", "run them again")
        await card(machine.app, "Plan")
        await job.stop()
        return await _messages(machine.app, "one.chat"), [cell.source for cell in await _cells(machine.app, notebook)]

    messages, sources = machine.do(later())
    machine.stop()
    specifications = [shown for shown in cards(messages) if shown["title"].startswith("Specification")]
    assert [shown["state"] for shown in specifications] == ["withdrawn", "decided"]
    assert any("The server was restarted while I was at work" in message.body for message in messages)
    assert len([source for source in sources if "study.survey()" in source]) == 1
    assert any('"study" in globals()' in source for source in sources)
    assert any("study.confirm(" in source for source in sources)


def test_a_job_that_was_cut_off_is_called_interrupted_by_the_next_server_and_may_be_left_so(tmp_path: Path) -> None:
    root, home, chat = tmp_path / "root", tmp_path / "home", tmp_path / "root" / "study.chat"
    phantoms.write("triage", root / "images", n=150, seed=0)
    write_notebook_file(root / "study.ipynb", "# Study")
    home.mkdir()
    with Lab(root, home) as lab:
        about = {"path": "study.ipynb", "name": "study.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
        kernel = lab.post("api/sessions", about)["kernel"]["id"]
        lab.post("clinagent/run", {"request": REQUEST, "kernel": kernel})
        wait_for(lambda: [card for card in shown(chat) if "I audit the data." in card.get("steps", [])])

    with Lab(root, home) as lab:
        (asked,) = wait_for(lambda: [card for card in shown(chat) if card["title"] == "The notebook's memory is lost"])
        assert next(card["state"] for card in shown(chat) if card["kind"] == "progress") == "interrupted"
        lab.post("clinagent/decide", {"id": asked["id"], "choice": "leave it"})
        wait_for(lambda: "left as it is" in chat.read_text(encoding="utf-8"))
        assert "The server was restarted while I was at work" in chat.read_text(encoding="utf-8")


def shown(chat: Path) -> list[dict[str, Any]]:
    """The cards in a chat's file."""
    messages = json.loads(chat.read_text(encoding="utf-8") or "{}").get("messages", []) if chat.exists() else []
    return [message["mime_model"]["data"][CARD_MIME] for message in messages if message.get("mime_model")]


def wait_for(true: Callable[[], Any], seconds: float = 150) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def test_only_jobs_whose_process_is_gone_are_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    journal = Journal(str(tmp_path))
    journal.note("mine", "a.ipynb", "a.chat", "one")
    journal.note("over", "b.ipynb", "b.chat", "two")
    journal._write(journal._read() | {"another's": journal._read()["mine"]._replace(pid=os.getppid(), notebook="c.ipynb")})
    journal.strike("over")
    assert [entry.request for entry in Journal(str(tmp_path)).take_lost()] == ["one"]
    assert list(journal._read()) == ["another's"]
    assert Journal(str(tmp_path / "elsewhere")).take_lost() == []
