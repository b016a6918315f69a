"""“What can you do?”"""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.catalogue import able
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.drafting import able as could_study
from jupyter_clinagent.lang.grammar import any_word

_ALONE = re.compile(rf"^{any_word('helping.opens')}(?: {any_word('helping.goes_on')})*\W*$")
"""Before a study: “help me find fractures” begins one."""
_HELP = re.compile(rf"^{any_word('helping.opens')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    return f"The study of this notebook is finished. {able()}" if past.finished else could_study()


FAMILY = Family(
    name="help",
    help="",
    examples=("what can you do?", "help", "Was kannst du noch?", "what next?"),
    reads=lambda heard, past: bool((_HELP if past.finished else _ALONE).search(heard.plain)) and not heard.may_begin_study,
    acts=answered(_answer),
    kind="either",
    rank=5,
    needs=(),
)
