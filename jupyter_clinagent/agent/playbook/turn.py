"""A turn as the playbook sees it: the request, its settings, and what each tool call gave, folded from the messages.

The playbook keeps no state of its own: the same messages always give the same next step, so a turn can go on in another
process, from the checkpoint, as if nothing had happened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from jupyter_clinagent.facts import completed

_SETTINGS = re.compile(r"\n\n<settings>(.*)</settings>\s*$", re.DOTALL)


@dataclass(frozen=True)
class Settings:
    """What a turn starts with besides the words of the request."""

    study_folder: str
    data: str | None = None
    minutes: float | None = None
    notebook: str = ""
    seed: int = 0
    missing: str = ""
    """What to say of a data folder that the request names and that is not there."""
    language: str = "en"
    """In which the clinician is spoken to; the playbook speaks English, and is translated where it is shown."""


@dataclass(frozen=True)
class Call:
    """One tool call and its artifact."""

    name: str
    arguments: dict[str, Any]
    artifact: dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """The calls of this turn, and those of earlier turns in the same conversation."""

    request: str
    settings: Settings
    calls: tuple[Call, ...]
    earlier: tuple[Call, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)

    def ran(self, source: str) -> Call | None:
        """The last run of a cell with exactly this source."""
        return next((c for c in reversed(self.calls) if c.name == "add_and_run" and c.arguments.get("source") == source), None)

    def wrote(self, source: str) -> bool:
        """Whether a Markdown cell with this text was added."""
        return any(c.name == "add_cell" and c.arguments.get("source") == source for c in self.calls)

    def last(self, name: str) -> Call | None:
        """The last call of a tool."""
        return next((c for c in reversed(self.calls) if c.name == name), None)

    def all(self, name: str) -> list[Call]:
        """Every call of a tool."""
        return [c for c in self.calls if c.name == name]

    def facts(self, kind: str) -> dict[str, Any] | None:
        """The latest facts of a kind in this turn."""
        found = [f for c in self.calls for f in c.artifact.get("facts") or [] if f["kind"] == kind]
        return completed(found[-1]) if found else None

    @property
    def finished_earlier(self) -> bool:
        """Whether an earlier turn of this conversation opened a test set."""
        return any(f["kind"] == "evaluation" for c in self.earlier for f in c.artifact.get("facts") or [])


def with_settings(request: str, settings: Settings) -> str:
    """The message of a request: its words, then the settings, for a language model to read as well."""
    return f"{request}\n\n<settings>{json.dumps(settings.__dict__, ensure_ascii=False)}</settings>"


def words_of(message: str) -> str:
    """The clinician's own words in a message of :func:`with_settings`."""
    return _SETTINGS.sub("", message)


def settings_in(message: str) -> Settings:
    """The settings in a message of :func:`with_settings`."""
    found = _SETTINGS.search(message)
    return _settings(json.loads(found[1])) if found else Settings(study_folder="study")


def fold(messages: Sequence[BaseMessage]) -> Turn:
    """The current turn, from all messages of the conversation."""
    start = max(i for i, m in enumerate(messages) if isinstance(m, HumanMessage))
    text = str(messages[start].content)
    settings = settings_in(text)
    calls = _calls(messages[start:])
    answers = {c.artifact["key"]: c.artifact["answer"] for c in calls if c.name == "ask_clinician"}
    return Turn(words_of(text), settings, calls, _calls(messages[:start]), answers)


def _settings(written: dict[str, Any]) -> Settings:
    """What a message says of the settings, whichever release wrote it."""
    known = {one.name for one in fields(Settings)}
    return Settings(**{"study_folder": "study"} | {name: value for name, value in written.items() if name in known})


def _calls(messages: Sequence[BaseMessage]) -> tuple[Call, ...]:
    results = {m.tool_call_id: m for m in messages if isinstance(m, ToolMessage)}
    asked = [call for m in messages if isinstance(m, AIMessage) for call in m.tool_calls]
    return tuple(Call(c["name"], c["args"], _artifact(results[c["id"]])) for c in asked if c["id"] in results)


def _artifact(message: ToolMessage) -> dict[str, Any]:
    if isinstance(message.artifact, dict):
        return message.artifact
    return {"status": "error", "error": ["ToolError", str(message.content)]}
