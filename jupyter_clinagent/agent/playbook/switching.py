"""In which language the study in the kernel shows what it finds; the cell that changes it is one of the notebook's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jupyter_clinagent.agent.playbook.cells import speak
from jupyter_clinagent.agent.playbook.turn import Call, Turn
from jupyter_clinagent.lang import ENGLISH

_BEGINS = "\nstudy = Study("
_BEGUN_IN = re.compile(r", language='(\w+)',\n")
_SPEAKS = re.compile(r"^study\.speak\('(\w+)'\)", re.MULTILINE)


def switching_cell(turn: Turn, source: str) -> str | None:
    """The cell that has to run before this one, so that it shows what it finds in the language of the turn.

    None where the study speaks it already, or begins with this very cell.
    """
    spoken = _spoken(call for call in (*turn.earlier, *turn.calls) if call.artifact.get("status") == "ok")
    switch = speak(turn.settings.language)
    return None if spoken in (None, turn.settings.language) or _BEGINS in source or source == switch else switch


def _spoken(calls: Iterable[Call]) -> str | None:
    """The language of the study that stands in the kernel, by the cells that ran; None before there is one."""
    spoken = None
    for call in calls:
        spoken = _set_by(str(call.arguments.get("source", ""))) or spoken
    return spoken


def _set_by(source: str) -> str | None:
    """The language that a cell sets, where it sets one."""
    if _BEGINS in source:
        begun = _BEGUN_IN.search(source)
        return begun[1] if begun else ENGLISH
    found = _SPEAKS.search(source)
    return found[1] if found else None
