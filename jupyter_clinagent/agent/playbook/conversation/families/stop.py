"""“Stop”, where nothing runs."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered

_STOP = re.compile(
    r"^(?:stop|stopp|halt|abort|cancel|abbrechen|hoer auf)\b(?: (?:it|now|please|bitte|that|everything|jetzt))*\W*$"
)

FAMILY = Family(
    name="stop",
    help="",
    examples=("stop", "stop it please", "Halt!", "Hör auf"),
    reads=lambda heard, _past: bool(_STOP.search(heard.plain)),
    acts=answered(lambda _heard, _past: "Nothing runs."),
    rank=5,
    needs=(),
)
