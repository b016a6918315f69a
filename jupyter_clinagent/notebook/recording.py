"""Records what a cell shows while it runs in this process, and lets it appear as usual."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, TextIO

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from jupyter_clinagent.notebook.running import RunningCell

Send = Callable[[str, dict[str, Any]], None]


class _Tee:
    """A stream that also tells a running cell what is written."""

    def __init__(self, name: str, stream: TextIO, send: Send) -> None:
        self._name, self._stream, self._send = name, stream, send

    def write(self, text: str) -> int:
        self._send("stream", {"name": self._name, "text": text})
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Publisher(DisplayPublisher):
    """Displays as the shell's own publisher does, and tells a running cell."""

    def __init__(self, publisher: DisplayPublisher, send: Send, untold: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._publisher, self._send, self._untold = publisher, send, untold

    def publish(self, data: dict[str, Any], metadata: dict[str, Any] | None = None, *args: Any, **options: Any) -> None:
        kind = "update_display_data" if options.get("update") else "display_data"
        self._send(kind, {"data": data, "metadata": metadata or {}, "transient": options.get("transient") or {}})
        with self._untold():
            self._publisher.publish(data, metadata, *args, **options)

    def clear_output(self, wait: bool = False) -> None:
        self._send("clear_output", {"wait": wait})
        with self._untold():
            self._publisher.clear_output(wait)  # type: ignore[no-untyped-call]


class Recording:
    """While it is entered, everything the shell shows also goes to ``running``.

    Parameters
    ----------
    shell
        The shell that runs the cell.
    running
        Where the messages go.
    earlier
        Recordings of the cells before, whose displays this one may update.
    """

    def __init__(self, shell: InteractiveShell, running: RunningCell, earlier: list[Recording]) -> None:
        self._shell = shell
        self._running = running
        self._earlier = earlier

    def __enter__(self) -> Recording:
        self._before = (self._shell.display_pub, sys.displayhook, sys.stdout, sys.stderr)
        publisher, _, out, err = self._before
        self._shell.display_pub = _Publisher(publisher, self._receive, self._untold)
        # run_cell installs the trap's hook, unless it runs inside another cell, as the magic's does
        self._shell.display_trap.hook = sys.displayhook = self._show_result
        sys.stdout, sys.stderr = _Tee("stdout", out, self._receive), _Tee("stderr", err, self._receive)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._shell.display_trap.hook = self._shell.displayhook
        self._shell.display_pub, sys.displayhook, sys.stdout, sys.stderr = self._before

    def error(self, error: BaseException) -> None:
        """Record the exception that ended the cell; the shell has shown it already."""
        lines = self._shell.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
        self._running.receive("error", {"ename": type(error).__name__, "evalue": str(error), "traceback": lines})

    def _receive(self, kind: str, content: dict[str, Any]) -> None:
        if kind != "update_display_data":
            self._running.receive(kind, content)
            return
        for recording in [*self._earlier, self]:
            recording._running.update_display(content)

    def _show_result(self, value: Any) -> None:
        if value is not None and not self._shell.displayhook.quiet():  # type: ignore[no-untyped-call]
            formatter: Any = self._shell.display_formatter
            data, metadata = formatter.format(value)
            content = {"data": data, "metadata": metadata, "execution_count": self._running.execution_count}
            self._running.receive("execute_result", content)
            with self._untold():
                self._shell.displayhook(value)

    @contextmanager
    def _untold(self) -> Iterator[None]:
        """A terminal's displays are prints; they are recorded as displays, so not once more as prints."""
        told = sys.stdout, sys.stderr
        _, _, sys.stdout, sys.stderr = self._before
        try:
            yield
        finally:
            sys.stdout, sys.stderr = told
