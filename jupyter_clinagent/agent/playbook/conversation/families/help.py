"""“What can you do?”"""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.catalogue import able
from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_HELP = re.compile(rf"^{any_word('helping.opens')}\b")

FAMILY = Family(
    name="help",
    help="",
    examples=("what can you do?", "help", "Was kannst du noch?", "what next?"),
    reads=lambda heard, _past: bool(_HELP.search(heard.plain)),
    acts=answered(lambda _heard, _past: f"The study of this notebook is finished. {able()}"),
    kind="either",
    rank=5,
)
