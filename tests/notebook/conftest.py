from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp

from jupyter_clinagent.notebook.inkernel import MainThread
from tests.notebook.ports import Driven, LoopThread, open_headless, open_in_kernel, open_server, start_server


@pytest.fixture(scope="session")
def thread() -> Iterator[LoopThread]:
    with LoopThread() as thread:
        yield thread


@pytest.fixture(scope="session")
def app(thread: LoopThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerApp]:
    """A real Jupyter server; its documents leave memory a second after the last client."""
    root, home = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_RUNTIME_DIR", str(home))
        app = thread.call(start_server(root, home))
        yield app
        thread.call(_stop(app))


@pytest.fixture(params=["headless", "server", "in kernel"])
def notebook(request: pytest.FixtureRequest, thread: LoopThread, tmp_path: Path) -> Iterator[Driven]:
    """Each implementation of the port in turn."""
    main = MainThread()
    if request.param == "headless":
        port = thread.call(open_headless(tmp_path))
    elif request.param == "server":
        app = request.getfixturevalue("app")
        port = thread.call(open_server(app))
    else:
        port = open_in_kernel(tmp_path, main)
    driven = Driven(port, thread, main)
    yield driven
    driven.close()
    if request.param == "server":
        thread.call(_forget_sessions(app))


async def _forget_sessions(app: ServerApp) -> None:
    for session in await app.session_manager.list_sessions():
        await app.session_manager.delete_session(session["id"])


async def _stop(app: ServerApp) -> None:
    await _forget_sessions(app)
    await app._cleanup()
    app.kernel_manager.context.destroy(linger=0)  # else its collection, in another thread, waits for ever
