"""What happens when kernels die, and when the clinician works in the notebook at the same time."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_server.serverapp import ServerApp

from jupyter_clinagent.errors import KernelDied
from jupyter_clinagent.notebook.inkernel import MainThread
from jupyter_clinagent.notebook.server import ServerNotebook
from tests.notebook.ports import Driven, LoopThread, open_headless, open_server, write_notebook


@pytest.fixture(params=["headless", "server"])
def notebook(request: pytest.FixtureRequest, thread: LoopThread, app: ServerApp, tmp_path: Path):
    opening = open_headless(tmp_path) if request.param == "headless" else open_server(app)
    driven = Driven(thread.call(opening), thread, MainThread())
    yield driven
    driven.close()


@pytest.fixture
def live(thread: LoopThread, app: ServerApp):
    driven = Driven(thread.call(open_server(app)), thread, MainThread())
    yield driven
    driven.close()


def test_a_kernel_that_dies_fails_the_run_and_every_later_one(notebook: Driven) -> None:
    with pytest.raises(KernelDied, match="memory is lost"):
        notebook.run("import os\nos._exit(1)")
    time.sleep(4)  # long enough for the server to have started a blank kernel by itself
    with pytest.raises(KernelDied):
        notebook.run("1")


def test_a_kernel_that_the_clinician_restarts_is_another_life(live: Driven, app: ServerApp) -> None:
    live.run("kept = 1")
    live.do(app.kernel_manager.restart_kernel(live.do(live.port._kernel_id())))
    time.sleep(0.6)
    with pytest.raises(KernelDied, match="restarted"):
        live.run("kept")
    assert live.do(_run_in_a_new_life(app, live)) == "ok"


def test_a_cell_that_the_clinician_queued_survives_the_stop(live: Driven, app: ServerApp) -> None:
    async def stop_while_theirs_waits() -> tuple[str, str]:
        cell = await live.port.insert("code", "import time\nwhile True:\n    time.sleep(0.05)")
        ours = asyncio.ensure_future(live.port.run(cell.id, expected_hash=cell.hash))
        await asyncio.sleep(0.5)
        theirs = asyncio.ensure_future(_execute(app, live, "6 * 7"))
        await asyncio.sleep(0.3)
        await live.port.interrupt()
        return (await ours).status, await theirs

    assert live.do(stop_while_theirs_waits()) == ("interrupted", "ok")


def test_a_stop_never_hits_the_clinicians_own_cell(live: Driven, app: ServerApp) -> None:
    async def stop_while_ours_waits() -> tuple[str, str]:
        theirs = asyncio.ensure_future(_execute(app, live, "import time\ntime.sleep(2)"))
        await asyncio.sleep(0.5)
        cell = await live.port.insert("code", "import time\ntime.sleep(60)")
        ours = asyncio.ensure_future(live.port.run(cell.id, expected_hash=cell.hash))
        await asyncio.sleep(0.3)
        await live.port.interrupt()
        return (await ours).status, await theirs

    assert live.do(stop_while_ours_waits()) == ("interrupted", "ok")


def test_a_running_cell_that_the_clinician_deletes_does_not_hang_the_agent(live: Driven) -> None:
    async def delete_while_it_runs() -> tuple[str, list[str]]:
        cell = await live.port.insert("code", "import time\nfor i in range(20):\n    print(i)\n    time.sleep(0.05)\n'end'")
        running = asyncio.ensure_future(live.port.run(cell.id, expected_hash=cell.hash))
        await asyncio.sleep(0.4)
        await live.port.delete(cell.id, expected_hash=cell.hash)
        return (await running).status, [cell.id for cell in await live.port.cells()]

    assert live.do(delete_while_it_runs()) == ("ok", [])


def test_outputs_that_the_clinician_clears_meanwhile_are_written_again(live: Driven) -> None:
    async def clear_while_it_runs() -> list[dict]:
        cell = await live.port.insert("code", "import time\nfor i in range(10):\n    print(i)\n    time.sleep(0.1)")
        running = asyncio.ensure_future(live.port.run(cell.id, expected_hash=cell.hash))
        await asyncio.sleep(0.5)
        live.port._document.ycells[0]["outputs"].clear()
        return (await running).outputs

    outputs = live.do(clear_while_it_runs())
    assert live.do(live.port.snapshot())["cells"][0]["outputs"] == outputs


def test_a_long_print_is_on_disk_while_it_goes_on(live: Driven) -> None:
    async def read_while_it_runs() -> str:
        cell = await live.port.insert("code", "import time\nfor i in range(1000):\n    print(i)\n    time.sleep(0.005)")
        running = asyncio.ensure_future(live.port.run(cell.id, expected_hash=cell.hash))
        await asyncio.sleep(4.6)
        saved = json.loads(Path(live.port.path).read_text())["cells"][0]["outputs"]
        await running
        return "".join(saved[0]["text"])

    assert len(live.do(read_while_it_runs()).splitlines()) > 50


def test_a_document_stays_in_memory_while_it_is_held_and_leaves_afterwards(app: ServerApp, thread: LoopThread) -> None:
    async def hold_and_release() -> tuple[bool, bool]:
        port = ServerNotebook(app, write_notebook(app))
        await port.start()
        room = f"json:notebook:{port.file_id}"
        rooms = app.web_app.settings["jupyter_server_ydoc"].ywebsocket_server.rooms
        await asyncio.sleep(2)
        held = room in rooms
        await port.close()
        await asyncio.sleep(2)
        return held, room in rooms

    assert thread.call(hold_and_release()) == (True, False)


async def _run_in_a_new_life(app: ServerApp, notebook: Driven) -> str:
    again = ServerNotebook(app, notebook.port.relative_path)
    await again.start()
    cell = await again.insert("code", "1 + 1")
    result = await again.run(cell.id, expected_hash=cell.hash)
    await again.close()
    return result.status


async def _execute(app: ServerApp, notebook: Driven, code: str) -> str:
    """Run code as a browser does: with a client of its own."""
    manager = app.kernel_manager.get_kernel(await notebook.port._kernel_id())
    client = AsyncKernelClient()
    client.load_connection_info(manager.get_connection_info())
    client.start_channels(hb=False)
    message = client.execute(code)
    while True:
        reply = await client.get_shell_msg()
        if reply["parent_header"]["msg_id"] == message:
            client.stop_channels()
            return str(reply["content"]["status"])
