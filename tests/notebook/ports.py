"""The three implementations of the port, driven alike: their loop in a thread, cells of the magic in the main thread."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from jupyter_server.serverapp import ServerApp
from traitlets.config import Config

from jupyter_clinagent.contracts import Cell, CellResult, NotebookPort
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.notebook.inkernel import InKernelNotebook, MainThread
from jupyter_clinagent.notebook.server import ServerNotebook

TOKEN = "of-the-tests"


class LoopThread:
    """An event loop in a thread of its own."""

    def __enter__(self) -> LoopThread:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.begin(coroutine).result(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


class Server(ServerApp):
    """A Jupyter server that leaves the signals of the test process alone."""

    name = "jupyter-server"

    def init_signal(self) -> None:
        pass


async def start_server(root: Path, home: Path, cleanup_delay: float = 1.0) -> ServerApp:
    """A real Jupyter server with collaboration, in this process."""
    settings = {
        "ServerApp": {"root_dir": str(root), "ip": "127.0.0.1", "port": 0, "open_browser": False, "allow_root": True},
        "IdentityProvider": {"token": TOKEN},
        "YDocExtension": {"document_cleanup_delay": cleanup_delay, "document_save_delay": 0.2},
        "BaseFileIdManager": {"db_path": str(home / "file_ids.db")},
    }
    app = Server(config=Config(settings))
    app.initialize(argv=[])
    return app


class Driven:
    """A notebook port, called from the test's thread."""

    def __init__(self, port: NotebookPort, thread: LoopThread, main: MainThread) -> None:
        self.port, self.thread, self._main, self._closed = port, thread, main, False
        self.path = thread.call(_path(port))

    def do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Have a coroutine of the port run to its end, while cells of the magic run here."""
        return self._main.serve(self.thread.begin(coroutine))

    def add(self, source: str, kind: str = "code", **options: Any) -> Cell:
        return self.do(self.port.insert(kind, source, **options))

    def run(self, source: str, **options: Any) -> CellResult:
        cell = self.add(source)
        return self.do(self.port.run(cell.id, expected_hash=cell.hash, **options))

    def sources(self) -> list[str]:
        return [cell.source for cell in self.do(self.port.cells())]

    def outputs(self, cell_id: str) -> list[dict[str, Any]]:
        """What the document holds, not what the run returned."""
        cells = self.do(self.port.snapshot())["cells"]
        return next(cell for cell in cells if cell["id"] == cell_id)["outputs"]

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.do(self.port.close())

    def file(self) -> nbformat.NotebookNode:
        """The notebook's file after closing."""
        self.close()
        return nbformat.read(self.path, as_version=4)


async def _path(port: NotebookPort) -> str:
    return port.path  # asks the server's database, which belongs to the loop's thread


async def open_headless(folder: Path) -> HeadlessNotebook:
    port = HeadlessNotebook(folder / "study.ipynb")
    await port.start()
    return port


def write_notebook(app: ServerApp) -> str:
    """An empty notebook under the server's root, with a name of its own."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    name = f"{uuid.uuid4().hex}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(metadata={"kernelspec": spec}), Path(app.root_dir) / name)
    return name


async def open_server(app: ServerApp) -> ServerNotebook:
    port = ServerNotebook(app, write_notebook(app))
    await port.start()
    for cell in await port.cells():  # the server gives an empty notebook one empty cell
        await port.delete(cell.id, expected_hash=cell.hash)
    return port


def open_in_kernel(folder: Path, main: MainThread) -> InKernelNotebook:
    return InKernelNotebook(folder / "study.ipynb", InteractiveShell.instance(), main)
