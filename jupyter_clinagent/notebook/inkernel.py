"""The agent inside the kernel, where there is no Jupyter server to ask: a notebook file of its own, cells run right here.

The agent's loop lives in a thread of its own; what has to happen in the main thread (running cells, asking the clinician)
is handed over to it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from IPython.core.interactiveshell import InteractiveShell

from jupyter_clinagent.contracts import CellResult, Listener
from jupyter_clinagent.errors import Stopped
from jupyter_clinagent.notebook.document import NotebookDocument, cell_of
from jupyter_clinagent.notebook.recording import Recording
from jupyter_clinagent.notebook.running import RunningCell, status_of

T = TypeVar("T")


class MainThread:
    """Work for the main thread, handed over by another."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    async def call(self, work: Callable[[], T]) -> T:
        """Have ``work`` done in the main thread."""
        return await asyncio.wrap_future(self._hand_over(work))

    def wait_for(self, work: Callable[[], T]) -> T:
        """Have ``work`` done in the main thread, and block this one until it is."""
        return self._hand_over(work).result()

    def serve(self, until: concurrent.futures.Future[T]) -> T:
        """Do the work handed over, in this thread, until the future is done; return its result."""
        until.add_done_callback(lambda _: self._work.put(lambda: None))
        while not until.done():
            self._work.get()()
        return until.result()

    def _hand_over(self, work: Callable[[], T]) -> concurrent.futures.Future[T]:
        done: concurrent.futures.Future[T] = concurrent.futures.Future()

        def settle() -> None:
            try:
                done.set_result(work())
            except BaseException as error:  # an interrupt at the prompt belongs to whoever asked
                done.set_exception(error)

        self._work.put(settle)
        return done


class LoopThread:
    """An event loop in a thread of its own, because the kernel's own loop is busy with the magic's cell."""

    def run(self, coroutine: Coroutine[Any, Any, T], main: MainThread) -> T:
        """Run a coroutine to its end there, and meanwhile what it hands over to the main thread here."""
        done: concurrent.futures.Future[T] = concurrent.futures.Future()
        tasks: list[asyncio.Task[T]] = []

        async def body() -> None:
            tasks.append(asyncio.ensure_future(coroutine))
            try:
                done.set_result(await tasks[0])
            except BaseException as error:
                done.set_exception(error)

        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_until_complete, args=[body()], daemon=True)
        thread.start()
        try:
            return main.serve(done)
        except KeyboardInterrupt:
            loop.call_soon_threadsafe(tasks[0].cancel)
            raise Stopped("Stopped: nothing runs any more.") from None
        finally:
            thread.join(5)


class InKernelNotebook(NotebookDocument):
    """:class:`~jupyter_clinagent.contracts.NotebookPort` on a file of its own, run in this very process.

    Parameters
    ----------
    path
        The notebook to write.
    shell
        The IPython shell whose namespace the cells share.
    main
        Where cells run: IPython belongs to the main thread.
    """

    def __init__(self, path: str | Path, shell: InteractiveShell, main: MainThread) -> None:
        super().__init__(path)
        self._shell = shell
        self._main = main
        self._recordings: dict[str, Recording] = {}
        self._current: RunningCell | None = None
        self._count = 0

    async def run(self, cell_id: str, *, expected_hash: str, listener: Listener | None = None) -> CellResult:
        """Run one code cell to its end; what it shows appears below the magic and in the file."""
        raw = self._checked(cell_id, expected_hash)
        self._count += 1
        running = RunningCell(lambda changes: raw.update(outputs=running.reducer.outputs), listener, gather=False)
        running.execution_count = self._count
        started = time.monotonic()
        self._current = running
        try:
            reply = await self._main.call(lambda: self._run_here(raw["source"], cell_id, running))
        finally:
            self._current = None
            raw.update(outputs=running.reducer.outputs, execution_count=running.execution_count)
            self.save()
        status = status_of(reply, running.interrupted)
        seconds = time.monotonic() - started
        return CellResult(cell=cell_of(raw), status=status, outputs=running.reducer.outputs, seconds=seconds)

    async def interrupt(self) -> None:
        """Interrupt the cell that runs; returns once it is over."""
        while self._current is not None:
            self._current.interrupted = True
            _interrupt_main_thread()
            await asyncio.sleep(0.2)

    async def close(self) -> None:
        """Save."""
        self.save()

    def _run_here(self, source: str, cell_id: str, running: RunningCell) -> dict[str, Any]:
        recording = self._recordings[cell_id] = Recording(self._shell, running, list(self._recordings.values()))
        try:
            with recording:
                result = self._shell.run_cell(source, store_history=False)  # type: ignore[no-untyped-call]
                error = result.error_before_exec or result.error_in_exec
                if error is not None:
                    recording.error(error)
        except KeyboardInterrupt as late:  # IPython catches the first; in the event loop's thread another one would end the loop
            error = late
        return {"status": "ok"} if error is None else {"status": "error", "ename": type(error).__name__}


def _interrupt_main_thread() -> None:
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
