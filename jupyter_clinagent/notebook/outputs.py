"""From the messages of a running cell to nbformat outputs: pure, and the same for every port.

:class:`OutputReducer` keeps the outputs of one cell and returns what each message changed, so that a port can mirror
the change into its document (a file, a shared document) instead of writing everything again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

Output = dict[str, Any]

_CONTROLS = re.compile(r"([\n\r\b])")
_KEYS = {
    "display_data": ("data", "metadata"),
    "execute_result": ("data", "metadata", "execution_count"),
    "error": ("ename", "evalue", "traceback"),
}


@dataclass(frozen=True)
class Cleared:
    """All outputs are gone."""


@dataclass(frozen=True)
class Appended:
    """A new last output."""

    output: Output


@dataclass(frozen=True)
class Replaced:
    """The output at ``index`` was updated in place (``update_display_data``)."""

    index: int
    output: Output


@dataclass(frozen=True)
class TextChanged:
    """The last output is a stream: its first ``kept_bytes`` (UTF-8) stay and ``tail`` follows them."""

    kept_bytes: int
    tail: str


Change = Cleared | Appended | Replaced | TextChanged


class Terminal:
    """Text with a cursor, which shows carriage returns and backspaces as a terminal does.

    Only the last line can still change, so feeding costs the length of what is fed and of that line, not of the whole.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._settled_bytes = 0
        self._line = ""
        self._cursor = 0

    @property
    def text(self) -> str:
        """All that is on the screen."""
        return "".join(self._lines) + self._line

    def feed(self, text: str) -> TextChanged:
        """Write ``text`` at the cursor and return the change."""
        before, settled = self._line, len(self._lines)
        kept = self._settled_bytes
        for piece in _CONTROLS.split(text):
            self._write(piece)
        after = "".join(self._lines[settled:]) + self._line
        same = _common_prefix(before, after)
        return TextChanged(kept + len(before[:same].encode()), after[same:])

    def _write(self, piece: str) -> None:
        if piece == "\n":
            self._lines.append(self._line + "\n")
            self._settled_bytes += len(self._line.encode()) + 1
            self._line, self._cursor = "", 0
        elif piece == "\r":
            self._cursor = 0
        elif piece == "\b":
            self._cursor = max(0, self._cursor - 1)
        else:
            end = self._cursor + len(piece)
            self._line = self._line[: self._cursor] + piece + self._line[end:]
            self._cursor = end


def _common_prefix(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    return next((i for i in range(shorter) if one[i] != other[i]), shorter)


class OutputReducer:
    """The outputs of one running cell.

    ``apply`` takes messages of the kernel's IOPub channel in order; those that are no output change nothing.
    """

    def __init__(self) -> None:
        self._outputs: list[Output] = []
        self._terminal: Terminal | None = None
        self._clear_on_next = False
        self._displays: dict[str, list[int]] = {}

    @property
    def outputs(self) -> list[Output]:
        """The outputs so far, as nbformat dictionaries."""
        self._settle()
        return list(self._outputs)

    def shows(self, display_id: str | None) -> bool:
        """Whether one of the outputs carries this display id."""
        return display_id in self._displays

    def apply(self, kind: str, content: dict[str, Any]) -> list[Change]:
        """Take one message (its type and content) and return what it changed."""
        if kind == "clear_output":
            return self._clear_later() if content.get("wait") else self.clear()
        if kind == "update_display_data":
            return self._update(content)
        if kind != "stream" and kind not in _KEYS:
            return []
        changes: list[Change] = self.clear() if self._clear_on_next else []
        return [*changes, self._stream(content) if kind == "stream" else self._append(kind, content)]

    def clear(self) -> list[Change]:
        """Forget all outputs."""
        self._outputs, self._terminal, self._displays, self._clear_on_next = [], None, {}, False
        return [Cleared()]

    def _clear_later(self) -> list[Change]:
        self._clear_on_next = True
        return []

    def _stream(self, content: dict[str, Any]) -> Change:
        name, text = content["name"], content["text"]
        if self._terminal is not None and self._outputs[-1]["name"] == name:
            return self._terminal.feed(text)
        self._settle()
        self._terminal = Terminal()
        self._outputs.append({"output_type": "stream", "name": name, "text": self._terminal.feed(text).tail})
        return Appended(dict(self._outputs[-1]))

    def _append(self, kind: str, content: dict[str, Any]) -> Change:
        self._settle()
        self._terminal = None
        output = {"output_type": kind} | {key: content[key] for key in _KEYS[kind] if key in content}
        self._outputs.append(output)
        display_id = content.get("transient", {}).get("display_id")
        if display_id:
            self._displays.setdefault(display_id, []).append(len(self._outputs) - 1)
        return Appended(output)

    def _update(self, content: dict[str, Any]) -> list[Change]:
        changes: list[Change] = []
        for index in self._displays.get(content.get("transient", {}).get("display_id"), []):
            self._outputs[index] = self._outputs[index] | {"data": content["data"], "metadata": content["metadata"]}
            changes.append(Replaced(index, self._outputs[index]))
        return changes

    def _settle(self) -> None:
        if self._terminal is not None:
            self._outputs[-1] = self._outputs[-1] | {"text": self._terminal.text}
