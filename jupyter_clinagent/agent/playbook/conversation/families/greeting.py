"""“Hello”, “are you a doctor?”: who is speaking, and what can be said."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.catalogue import able
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.drafting import able as could_study
from jupyter_clinagent.lang.grammar import any_word

_HELLO = re.compile(rf"^{any_word('greeting.hello')}\b(?:[\s,]+(?:{any_word('greeting.goes_on')}))*\W*$")
_WHO = re.compile(rf"^{any_word('greeting.who')}\b")


def _reads(heard: Heard, _past: Past) -> bool:
    said = heard.text.lower().strip(" .!?")
    return bool(_HELLO.search(said) or _WHO.search(said)) and not heard.may_begin_study


def _answer(_heard: Heard, past: Past) -> str:
    what = able() if past.finished else f"{could_study()} Say what it shall tell apart and in which folder the images lie."
    return f"Hello. I am the built-in playbook of ClinAgent, a program and no language model; I build research models. {what}"


FAMILY = Family(
    name="greeting",
    help="",
    examples=("hello", "hi there", "are you ChatGPT?", "who are you?", "Guten Morgen"),
    reads=_reads,
    acts=answered(_answer),
    kind="either",
    rank=4,
    needs=(),
)
