"""“What can you do?”"""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.catalogue import able
from jupyter_clinagent.agent.playbook.conversation.family import Family, answered

_HELP = re.compile(
    r"^(?:help|hilfe|what (?:else )?can you do|what can i (?:say|ask|do)|was kannst du|was kann ich"
    r"|what now|and now|was nun|wie weiter|what next)\b"
)

FAMILY = Family(
    name="help",
    help="",
    examples=("what can you do?", "help", "Was kannst du noch?", "what next?"),
    reads=lambda heard, _past: bool(_HELP.search(heard.plain)),
    acts=answered(lambda _heard, _past: f"The study of this notebook is finished. {able()}"),
    kind="either",
    rank=5,
)
