"""“Keep going for 10 minutes”: more training; a time alone means it, too."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation import training
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past


def _reads(heard: Heard, _past: Past) -> bool:
    named = heard.has(known.FOLLOW_UP["more"])
    return named or (heard.intent.minutes is not None and not heard.may_begin_study)


FAMILY = Family(
    name="more",
    help="train on",
    examples=("keep going for 10 minutes", "can you make it better?", "10 more minutes", "mach noch zehn Minuten weiter"),
    reads=_reads,
    acts=lambda turn, heard, past: training.train_for(turn, heard.intent, past, "more"),
    rank=70,
)
