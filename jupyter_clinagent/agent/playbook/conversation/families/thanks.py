"""“Thanks”: nothing is to be done."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_THANKS = re.compile(rf"^{any_word('thanked.opens')}\b(?:[\s,]+{any_word('thanked.goes_on')})*\W*$")

FAMILY = Family(
    name="thanks",
    help="",
    examples=("thanks a lot", "great, thanks!", "thanks, that's all", "Vielen Dank!"),
    reads=lambda heard, _past: bool(_THANKS.search(heard.plain)),
    acts=answered(lambda _heard, _past: "You are welcome. The study stays as it is; say “help” for what can be done with it."),
    rank=5,
)
