"""The open notebook of a Jupyter server, with its live kernel: what the clinician has in front of them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Literal

from jupyter_server.serverapp import ServerApp
from jupyter_ydoc import YNotebook

from jupyter_clinagent.contracts import Cell, CellResult, Listener
from jupyter_clinagent.notebook.document import cell_of, demand_hash, index_of, new_cell
from jupyter_clinagent.notebook.kernel import KernelConnection
from jupyter_clinagent.notebook.mirror import CellMirror
from jupyter_clinagent.notebook.rooms import Pin
from jupyter_clinagent.notebook.running import RunningCell, status_of


class ServerNotebook:
    """:class:`~jupyter_clinagent.contracts.NotebookPort` on the shared document of a Jupyter server.

    Call :meth:`start` before and :meth:`close` after; in between the document stays in memory though every browser
    may leave. The kernel is the notebook's own: started if there is none, never stopped.

    Parameters
    ----------
    app
        The running server, with jupyter-collaboration.
    path
        The notebook, relative to the server's root.
    """

    def __init__(self, app: ServerApp, path: str) -> None:
        self._app = app
        self._pin = Pin(app, path, "notebook")
        self._running: dict[str, RunningCell] = {}
        self._document: YNotebook

    async def start(self) -> None:
        """Hold the document and connect to its kernel."""
        self._document = await self._pin.hold()
        kernel_id = await self._kernel_id()
        self._kernel = KernelConnection(self._app.kernel_manager.get_kernel(kernel_id), self._update_displays)
        await self._kernel.start()

    @property
    def path(self) -> str:
        """Absolute path of the notebook's file."""
        return str(Path(self._app.root_dir).absolute() / self._pin.path)

    @property
    def relative_path(self) -> str:
        """Path of the notebook from the server's root."""
        return self._pin.path

    @property
    def file_id(self) -> str:
        """Identifies the notebook, whatever it is renamed to."""
        return self._pin.file_id

    async def cells(self) -> list[Cell]:
        """All cells, in order."""
        return [self._cell(index) for index in range(self._document.cell_number)]

    async def insert(
        self, kind: Literal["code", "markdown"], source: str, *, after: str | None = None, metadata: dict[str, Any] | None = None
    ) -> Cell:
        """Insert below the cell ``after``, or at the end."""
        index = self._document.cell_number if after is None else self._index(after) + 1
        cell = self._document.create_ycell(new_cell(kind, source, metadata))
        with self._document.ydoc.transaction():
            self._document.ycells.insert(index, cell)
        return self._cell(index)

    async def edit(self, cell_id: str, source: str, *, expected_hash: str) -> Cell:
        """Replace the source of a cell, as a small change that leaves cursors where they are."""
        index = self._checked(cell_id, expected_hash)
        self._document.set_cell(index, source=source)
        return self._cell(index)

    async def delete(self, cell_id: str, *, expected_hash: str) -> None:
        """Remove a cell."""
        del self._document.ycells[self._checked(cell_id, expected_hash)]

    async def run(self, cell_id: str, *, expected_hash: str, listener: Listener | None = None) -> CellResult:
        """Run one code cell to its end; its outputs stream into the document."""
        cell = self._cell(self._checked(cell_id, expected_hash))
        mirror = CellMirror(self._document, cell_id)
        running = RunningCell(lambda changes: mirror.write(changes, running.reducer.outputs, running.execution_count), listener)
        self._running[cell_id] = running
        started = time.monotonic()
        mirror.begin()
        try:
            reply = await self._kernel.execute(cell.source, cell_id, running.receive)
        finally:
            running.flush()
            mirror.end(running.execution_count)
        result = cell.model_copy(update={"execution_count": running.execution_count})
        status = status_of(reply, running.interrupted)
        return CellResult(cell=result, status=status, outputs=running.reducer.outputs, seconds=time.monotonic() - started)

    async def interrupt(self) -> None:
        """Interrupt what the agent runs; returns once that is over or the kernel is dead."""
        for running in self._running.values():
            running.interrupted = True
        await self._kernel.interrupt()

    async def snapshot(self) -> dict[str, Any]:
        """The whole document, to :meth:`restore` later."""
        content: dict[str, Any] = self._document.get()
        return content

    async def restore(self, snapshot: dict[str, Any]) -> None:
        """Put the cells back as they were; those that did not change are not touched, so nobody's cursor jumps."""
        wanted = snapshot["cells"]
        with self._document.ydoc.transaction():
            self._remove_others({cell["id"] for cell in wanted})
            for index, cell in enumerate(wanted):
                self._put(index, cell)

    async def save(self) -> None:
        """Write the document to its file now."""
        await self._pin.save()

    async def close(self) -> None:
        """Save and let go; the kernel lives on."""
        await self._kernel.stop()
        await self._pin.release()

    def waiting_below(self, cell_id: str | None) -> list[str]:
        """Cells below this one that the clinician has queued: they run before whatever is asked for now."""
        cells = [cell for cell in self._document.ycells if cell["cell_type"] == "code"]
        ids = [cell["id"] for cell in cells]
        below = cells[ids.index(cell_id) + 1 :] if cell_id in ids else []
        return [cell["id"] for cell in below if cell.get("execution_state") == "running"]

    def _remove_others(self, wanted: set[str]) -> None:
        for index in reversed(range(self._document.cell_number)):
            if self._document.ycells[index]["id"] not in wanted:
                del self._document.ycells[index]

    def _put(self, index: int, cell: dict[str, Any]) -> None:
        ids = self._ids()
        if index < len(ids) and ids[index] == cell["id"] and self._document.get_cell(index) == cell:
            return
        if cell["id"] in ids:
            del self._document.ycells[ids.index(cell["id"])]
        self._document.ycells.insert(index, self._document.create_ycell(cell))

    def _cell(self, index: int) -> Cell:
        return cell_of(self._document.get_cell(index))

    def _ids(self) -> list[str]:
        return [cell["id"] for cell in self._document.ycells]

    def _index(self, cell_id: str) -> int:
        return index_of(self._ids(), cell_id)

    def _checked(self, cell_id: str, expected_hash: str) -> int:
        index = self._index(cell_id)
        demand_hash(str(self._document.ycells[index]["source"]), expected_hash, cell_id)
        return index

    def _update_displays(self, content: dict[str, Any]) -> None:
        for running in self._running.values():
            running.update_display(content)

    async def _kernel_id(self) -> str:
        sessions = await self._app.session_manager.list_sessions()
        session = next((found for found in sessions if found["path"] == self._pin.path), None)
        session = session or await self._new_session()
        kernel_id: str = session["kernel"]["id"]
        return kernel_id

    async def _new_session(self) -> dict[str, Any]:
        path = self._pin.path
        wanted = self._document.get()["metadata"].get("kernelspec", {}).get("name")
        specs: Any = self._app.kernel_spec_manager
        known = specs.find_kernel_specs()
        kernel_name = wanted if wanted in known else self._app.kernel_manager.default_kernel_name
        session: dict[str, Any] = await self._app.session_manager.create_session(
            path=path, name=Path(path).name, type="notebook", kernel_name=kernel_name
        )
        return session
