"""``%clinagent`` with and without a server behind the kernel."""

from __future__ import annotations

import asyncio
from pathlib import Path

import nbformat
import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_clinagent.extension.client import Server
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.notebook.server import ServerNotebook
from tests.notebook.ports import LoopThread, write_notebook

LOAD = "%load_ext jupyter_clinagent.magic"


@pytest.fixture
async def kernel(tmp_path: Path):
    """A kernel that no server started."""
    async with HeadlessNotebook(tmp_path / "mine.ipynb", environment={"JPY_PARENT_PID": "0"}) as notebook:
        await run(notebook, LOAD)
        yield notebook


async def run(notebook, source: str) -> str:
    cell = await notebook.insert("code", source)
    return (await notebook.run(cell.id, expected_hash=cell.hash)).text()


async def test_help_says_what_can_be_asked(kernel: HeadlessNotebook) -> None:
    assert "%clinagent undo" in await run(kernel, "%clinagent help")
    assert await run(kernel, "%clinagent") == await run(kernel, "%clinagent help")


async def test_without_a_server_commands_say_how_it_is(kernel: HeadlessNotebook) -> None:
    assert "inside its own cell" in await run(kernel, "%clinagent status")
    assert "Nothing runs" in await run(kernel, "%clinagent stop")
    assert "nothing to undo" in await run(kernel, "%clinagent undo")


async def test_without_a_server_the_agent_works_in_the_kernel_and_keeps_its_cells(
    kernel: HeadlessNotebook, tmp_path: Path
) -> None:
    (tmp_path / "nowhere").mkdir()
    said = await run(kernel, "%%clinagent\nSeparate melanoma from nevus. The images are in ./nowhere.")
    assert "Traceback" not in said
    assert "are kept in" in said
    (kept,) = [path for path in tmp_path.glob("*.ipynb") if path.name != "mine.ipynb"]
    assert "melanoma" in kept.name
    assert any("Study(" in cell.source for cell in nbformat.read(kept, as_version=4).cells)
    assert "as it was before" in await run(kernel, "%clinagent undo")
    assert nbformat.read(kept, as_version=4).cells == []


async def test_a_mistyped_folder_ends_in_a_sentence_and_writes_nothing(kernel: HeadlessNotebook, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    before = sorted(tmp_path.iterdir())
    said = await run(kernel, "%clinagent Separate melanoma from nevus. The images are in ./imagse.")
    assert "There is no folder ./imagse" in said
    assert "there is “images”. Did you mean that?" in said
    assert "Traceback" not in said
    assert sorted(tmp_path.iterdir()) == before


async def test_loading_the_magic_is_quick(kernel: HeadlessNotebook) -> None:
    said = await run(kernel, "import sys\nprint([m for m in ('torch', 'langchain', 'jupyter_server') if m in sys.modules])")
    assert said == "[]\n"


def test_with_a_server_the_request_goes_there_and_the_magic_returns_at_once(app: ServerApp, thread: LoopThread) -> None:
    async def ask() -> tuple[str, str, str, str]:
        notebook = ServerNotebook(app, write_notebook(app))
        await notebook.start()
        app.write_server_info_file()
        said = await asyncio.wait_for(_ask(notebook), 30)
        status, later, stopped = [await run(notebook, f"%clinagent {word}") for word in ("status", "thanks", "stop")]
        desk = app.web_app.settings["clinagent"]
        await next(job for job in desk._jobs.values() if job.notebook.file_id == notebook.file_id).wait()
        await notebook.close()
        return said, status, later, stopped

    said, status, later, stopped = thread.call(ask())
    assert "cells appear below" in said
    assert "no language model" in said
    assert "running" in status
    assert "“thanks” waits its turn" in later
    assert "Stopping" in stopped


async def _ask(notebook: ServerNotebook) -> str:
    await run(notebook, LOAD)
    return await run(notebook, "%clinagent Separate melanoma from nevus")


def test_a_process_that_is_no_kernel_has_no_server() -> None:
    assert Server.find() is None
