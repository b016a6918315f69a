"""“Thanks”: nothing is to be done."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_THANKS = re.compile(rf"^{any_word('thanked.opens')}\b(?:[\s,]+{any_word('thanked.goes_on')})*\W*$")
_OPENS = re.compile(rf"^{any_word('thanked.thanks')}\b")


def _reads(heard: Heard, _past: Past) -> bool:
    """“Thanks, that looks great!” too; a message of signs alone, such as a raised thumb, says no more."""
    signs = bool(heard.text.strip()) and not any(sign.isalnum() for sign in heard.text) and "?" not in heard.text
    return bool(_THANKS.search(heard.plain)) or signs or (bool(_OPENS.search(heard.plain)) and not heard.may_begin_study)


def _answer(_heard: Heard, past: Past) -> str:
    if not past.finished:
        return "You are welcome. No study is finished here yet; say “help” for what I can do."
    return "You are welcome. The study stays as it is; say “help” for what can be done with it."


FAMILY = Family(
    name="thanks",
    help="",
    examples=("thanks a lot", "great, thanks!", "thanks, that's all", "Vielen Dank!", "thanks, that looks great!", "👍"),
    reads=_reads,
    acts=answered(_answer),
    rank=90,
    needs=(),
)
