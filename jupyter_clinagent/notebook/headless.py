"""A notebook file with a kernel of its own, and nobody in front of it: the command line, the tests, ``verify``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from jupyter_clinagent.contracts import CellResult, Listener
from jupyter_clinagent.notebook.document import NotebookDocument, cell_of
from jupyter_clinagent.notebook.kernel import KernelConnection
from jupyter_clinagent.notebook.running import RunningCell, status_of

_SAVE_SECONDS = 1.0


class HeadlessNotebook(NotebookDocument):
    """:class:`~jupyter_clinagent.contracts.NotebookPort` on a file, with a kernel started for it.

    Use it as an asynchronous context manager, or call :meth:`start` and :meth:`close`.

    Parameters
    ----------
    path
        The notebook; read if it exists. The kernel's working directory is its folder.
    kernel_name
        Name of the Jupyter kernel specification.
    environment
        Variables for the kernel, added to those of this process.

    Examples
    --------
    >>> async def two():
    ...     async with HeadlessNotebook("study.ipynb") as notebook:
    ...         cell = await notebook.insert("code", "1 + 1")
    ...         return await notebook.run(cell.id, expected_hash=cell.hash)
    """

    def __init__(self, path: str | Path, kernel_name: str = "python3", environment: Mapping[str, str] | None = None) -> None:
        super().__init__(path, kernel_name)
        self._environment = dict(environment or {})
        self._manager = AsyncKernelManager(kernel_name=kernel_name)
        self._running: dict[str, RunningCell] = {}
        self._saved = 0.0

    async def __aenter__(self) -> HeadlessNotebook:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Start the kernel and connect to it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._use_private_sockets()
        await self._manager.start_kernel(cwd=str(self._path.parent), env={**os.environ, **self._environment})
        self._kernel = KernelConnection(self._manager, self._update_displays)
        await self._kernel.start()

    async def run(self, cell_id: str, *, expected_hash: str, listener: Listener | None = None) -> CellResult:
        """Run one code cell to its end; its outputs go into the file while it runs."""
        raw = self._checked(cell_id, expected_hash)
        raw.update(outputs=[], execution_count=None)
        running = RunningCell(lambda changes: self._mirror(raw, running), listener)
        self._running[cell_id] = running
        started = time.monotonic()
        try:
            reply = await self._kernel.execute(raw["source"], cell_id, running.receive)
        finally:
            running.flush()
            self._mirror(raw, running, save_within=0.0)
        status = status_of(reply, running.interrupted)
        seconds = time.monotonic() - started
        return CellResult(cell=cell_of(raw), status=status, outputs=running.reducer.outputs, seconds=seconds)

    async def interrupt(self) -> None:
        """Interrupt what runs; returns once the kernel is idle or dead."""
        for running in self._running.values():
            running.interrupted = True
        await self._kernel.interrupt()

    async def close(self) -> None:
        """Save, and stop the kernel that :meth:`start` started."""
        self.save()
        await self._kernel.stop()
        await self._manager.shutdown_kernel(now=True)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _use_private_sockets(self) -> None:
        """Where the platform has them, sockets in a private folder: no port that other users of the machine could reach."""
        self._sockets = tempfile.mkdtemp(prefix="clinagent-")
        if sys.platform != "win32":
            self._manager.transport = "ipc"
            self._manager.ip = f"{self._sockets}/kernel"

    def _mirror(self, raw: dict[str, Any], running: RunningCell, save_within: float = _SAVE_SECONDS) -> None:
        raw.update(outputs=running.reducer.outputs, execution_count=running.execution_count)
        if time.monotonic() - self._saved >= save_within:
            self.save()
            self._saved = time.monotonic()

    def _update_displays(self, content: dict[str, Any]) -> None:
        for running in self._running.values():
            running.update_display(content)
