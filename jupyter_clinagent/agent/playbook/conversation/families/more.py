"""“Keep going for 10 minutes”: more training; a time alone means it, too."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation import training
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step, finish
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.lang.grammar import any_word


def _reads(heard: Heard, _past: Past) -> bool:
    named = heard.has(known.FOLLOW_UP["more"])
    return named or (heard.intent.minutes is not None and not heard.may_begin_study)


_NO_TIME = re.compile(rf"(?:\bminus |(?<!\w)-\s?|\b(?=0+(?:[.,]0+)?\s))\d+(?:[.,]\d+)?\s{any_word('more_time.units')}")


def _acts(turn: Turn, heard: Heard, past: Past) -> Step:
    if _NO_TIME.search(heard.plain):
        return finish("answered", "Nothing was trained: that is no time. Say for how long, such as “10 more minutes”.")
    return training.train_for(turn, heard.intent, past, "more")


FAMILY = Family(
    name="more",
    help="train on",
    examples=("keep going for 10 minutes", "can you make it better?", "10 more minutes", "mach noch zehn Minuten weiter"),
    reads=_reads,
    acts=_acts,
    rank=70,
)
