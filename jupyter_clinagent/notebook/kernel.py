"""One connection to one life of one kernel, shared by the headless port and the server's port."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_core.utils import ensure_async

from jupyter_clinagent.errors import KernelDied

OnMessage = Callable[[str, dict[str, Any]], None]
"""Called with the type and the content of each message of a running cell."""

_WATCH_SECONDS = 0.25
_INTERRUPT_AGAIN_SECONDS = 0.5
_IDLE_AFTER_REPLY_SECONDS = 10.0


class _Manager(Protocol):
    """What is asked of a kernel manager: jupyter_client's own, or the server's."""

    provisioner: Any

    def get_connection_info(self) -> Any: ...
    def is_alive(self) -> Any: ...
    def interrupt_kernel(self) -> Any: ...


class _Execution:
    """A request under way: done when the reply came *and* the kernel said that it is idle again."""

    def __init__(self, on_message: OnMessage) -> None:
        self.on_message = on_message
        self.reply: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.started = False
        self.idle = asyncio.Event()
        self.over = asyncio.Event()

    def receive(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "status":
            self.started = True
            if content["execution_state"] == "idle":
                self.idle.set()
            return
        try:
            self.on_message(kind, content)
        except Exception as error:  # the caller of execute gets it; the reader has to read on
            self.fail(error)

    def fail(self, error: Exception) -> None:
        if not self.reply.done():
            self.reply.set_exception(error)


class KernelConnection:
    """A client of its own to a kernel: one reader for each channel, messages dispatched by their parent.

    It belongs to one life of the kernel: after a death or a restart everything pending fails with
    :class:`~jupyter_clinagent.errors.KernelDied` and so does everything asked later, because the memory that the agent
    relied on is gone.

    Parameters
    ----------
    manager
        Who started the kernel. It is asked for the address, for life signs and for interrupts, nothing else.
    on_display_update
        Called with the content of each ``update_display_data`` message, whichever cell sent it.
    """

    def __init__(self, manager: _Manager, on_display_update: Callable[[dict[str, Any]], None] | None = None) -> None:
        self._manager = manager
        self._on_display_update = on_display_update or (lambda content: None)
        self._running: dict[str, _Execution] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._heard = asyncio.Event()
        self._death: str | None = None

    async def start(self) -> None:
        """Connect; returns once messages of the kernel are certain to arrive."""
        self._process = _process_id(self._manager)
        # A client of the manager's own would share its ZMQ identity and steal replies, so a fresh one is made.
        self._client = AsyncKernelClient()
        self._client.load_connection_info(self._manager.get_connection_info())
        self._client.start_channels(hb=False)
        self._tasks = [asyncio.create_task(job()) for job in (self._read_iopub, self._read_shell, self._watch)]
        await self._subscribed()

    @property
    def alive(self) -> bool:
        """Whether this life of the kernel goes on."""
        return self._death is None

    @property
    def busy(self) -> bool:
        """Whether a request of ours is under way."""
        return bool(self._running)

    async def execute(self, code: str, cell_id: str, on_message: OnMessage) -> dict[str, Any]:
        """Run code and return the content of the reply, after the last output was delivered.

        Cancelling the wait does not stop the kernel: :meth:`interrupt` still knows what runs.
        """
        self._demand_life()
        execution = _Execution(on_message)
        message = self._request(code, cell_id)
        self._running[message["header"]["msg_id"]] = execution
        self._client.shell_channel.send(message)
        reply = await asyncio.shield(execution.reply)
        with contextlib.suppress(TimeoutError):  # a kernel that forgets to say idle must not hang the agent
            await asyncio.wait_for(execution.idle.wait(), _IDLE_AFTER_REPLY_SECONDS)
        self._forget(message["header"]["msg_id"])
        return reply

    async def interrupt(self) -> None:
        """Interrupt until nothing of ours runs any more or the kernel is dead.

        A cell of ours that still waits behind one of the clinician's is interrupted when its turn comes, never theirs.
        """
        while self._running and self.alive:
            if any(execution.started for execution in self._running.values()):
                await ensure_async(self._manager.interrupt_kernel())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._quiet(), _INTERRUPT_AGAIN_SECONDS)

    async def stop(self) -> None:
        """Let go of the kernel without stopping it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._client.stop_channels()
        # Left to the garbage collector, the sockets would linger for a kernel that may be gone and hold up the process.
        self._client.context.destroy(linger=0)

    async def _quiet(self) -> None:
        for execution in list(self._running.values()):
            await execution.over.wait()

    def _settle(self, message_id: str) -> None:
        execution = self._running[message_id]
        if execution.idle.is_set() and execution.reply.done():
            self._forget(message_id)

    def _forget(self, message_id: str) -> None:
        execution = self._running.pop(message_id, None)
        if execution:
            execution.over.set()

    def _request(self, code: str, cell_id: str) -> dict[str, Any]:
        # stop_on_error would abort the cell that the clinician has queued behind ours.
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
        content |= {"allow_stdin": False, "stop_on_error": False}
        message: dict[str, Any] = self._client.session.msg("execute_request", content, metadata={"cellId": cell_id})
        return message

    async def _subscribed(self) -> None:
        # On the control channel the kernel answers even while it runs somebody else's cell.
        while not self._heard.is_set():
            self._demand_life()
            self._client.control_channel.send(self._client.session.msg("kernel_info_request"))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), 0.3)

    async def _read_iopub(self) -> None:
        while True:
            message = await self._client.get_iopub_msg()
            self._heard.set()
            if message["msg_type"] == "update_display_data":
                self._on_display_update(message["content"])
            message_id = message["parent_header"].get("msg_id")
            execution = self._running.get(message_id)
            if execution:
                execution.receive(message["msg_type"], message["content"])
                self._settle(message_id)

    async def _read_shell(self) -> None:
        while True:
            message = await self._client.get_shell_msg()
            message_id = message["parent_header"].get("msg_id")
            execution = self._running.get(message_id)
            if execution and not execution.reply.done():
                execution.reply.set_result(message["content"])
                self._settle(message_id)

    async def _watch(self) -> None:
        while self.alive:
            await asyncio.sleep(_WATCH_SECONDS)
            if not await self._lives() and not await self._lives_after_all():
                self._die("the kernel died, and what it held in memory is lost")
            elif _process_id(self._manager) != self._process:
                self._die("the kernel was restarted, and what it held in memory is lost")

    async def _lives(self) -> bool:
        return bool(await ensure_async(self._manager.is_alive()))

    async def _lives_after_all(self) -> bool:
        """Between the two processes of a restart there is none for a moment."""
        await asyncio.sleep(_WATCH_SECONDS)
        return await self._lives()

    def _die(self, reason: str) -> None:
        self._death = f"{reason}; run the cells again from the top"
        for execution in self._running.values():
            execution.fail(KernelDied(self._death))
            execution.over.set()
        self._running.clear()

    def _demand_life(self) -> None:
        if self._death:
            raise KernelDied(self._death)


def _process_id(manager: _Manager) -> int | None:
    return getattr(manager.provisioner, "pid", None)
