"""Running one cell: messages in, output changes out, streams gathered so that chatty cells stay cheap."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from jupyter_clinagent.contracts import Listener
from jupyter_clinagent.notebook.outputs import Appended, Change, OutputReducer, Replaced

_LIVELY_SECONDS = 3.0
_LIVELY_GAP = 0.1
_STEADY_GAP = 2.0


class RunningCell:
    """Feeds the messages of one run to the reducer and hands the changes to ``mirror``.

    Stream text is written every 0.1 s for the first 3 s and every 2 s afterwards: a document that changes without pause
    is never saved, since autosave waits for a quiet second.
    """

    def __init__(self, mirror: Callable[[list[Change]], None], listener: Listener | None = None, *, gather: bool = True) -> None:
        self.reducer = OutputReducer()
        self.execution_count: int | None = None
        self.interrupted = False
        self._mirror = mirror
        self._listener = listener or (lambda output: None)
        self._gathers = gather
        self._stream: tuple[str, list[str]] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._started = time.monotonic()
        self._flushed = 0.0

    def receive(self, kind: str, content: dict[str, Any]) -> None:
        """Take one IOPub message."""
        if kind == "execute_input":
            self.execution_count = content["execution_count"]
        elif kind == "stream" and self._gathers:
            self._gather(content["name"], content["text"])
        elif kind != "update_display_data":  # those come through :meth:`update_display`, whichever cell sent them
            self.flush()
            self._apply(kind, content)

    def update_display(self, content: dict[str, Any]) -> None:
        """Take an update of a display, from this cell or a later one."""
        self.flush()
        self._apply("update_display_data", content)

    def flush(self) -> None:
        """Write the stream text gathered so far."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._stream:
            name, texts = self._stream
            self._stream, self._flushed = None, time.monotonic()
            self._apply("stream", {"name": name, "text": "".join(texts)})

    def _gather(self, name: str, text: str) -> None:
        if self._stream and self._stream[0] != name:
            self.flush()
        self._stream = self._stream or (name, [])
        self._stream[1].append(text)
        now = time.monotonic()
        gap = _LIVELY_GAP if now - self._started < _LIVELY_SECONDS else _STEADY_GAP
        wait = self._flushed + gap - now
        if wait <= 0:
            self.flush()
        elif not self._timer:
            self._timer = asyncio.get_running_loop().call_later(wait, self.flush)

    def _apply(self, kind: str, content: dict[str, Any]) -> None:
        changes = self.reducer.apply(kind, content)
        if changes:
            self._mirror(changes)
        if kind == "stream":
            self._listener({"output_type": "stream", **content})
        for change in changes:
            if kind != "stream" and isinstance(change, Appended | Replaced):
                self._listener(change.output)


def status_of(reply: dict[str, Any], interrupted: bool) -> str:
    """``ok``, ``error`` or ``interrupted``, from the kernel's reply."""
    if reply["status"] == "ok":
        return "ok"
    # Training loops turn the interrupt into exceptions of their own, so it counts that one was sent.
    return "interrupted" if interrupted or reply.get("ename") == "KeyboardInterrupt" else "error"
