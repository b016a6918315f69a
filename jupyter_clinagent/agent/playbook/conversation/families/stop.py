"""“Stop”, where nothing runs."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_STOP = re.compile(rf"^{any_word('stopping.stop')}\b(?: {any_word('stopped.filling')})*\W*$")

FAMILY = Family(
    name="stop",
    help="",
    examples=("stop", "stop it please", "Halt!", "Hör auf"),
    reads=lambda heard, _past: bool(_STOP.search(heard.plain)),
    acts=answered(lambda _heard, _past: "Nothing runs."),
    rank=5,
    needs=(),
)
