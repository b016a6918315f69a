"""“Rare classes matter more”."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation import training
from jupyter_clinagent.agent.playbook.conversation.family import Family

FAMILY = Family(
    name="rare",
    help="give rare classes more weight",
    examples=("rare classes matter more", "pay more attention to the rare lesions", "die seltenen Klassen sind wichtiger"),
    reads=lambda heard, _past: heard.has(known.FOLLOW_UP["rare"]),
    acts=lambda turn, heard, past: training.train_for(turn, heard.intent, past, "rare"),
    rank=40,
)
