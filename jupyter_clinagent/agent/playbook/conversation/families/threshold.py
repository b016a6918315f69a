"""“Use 90 % sensitivity instead”: a rate with its number means another threshold."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.conversation import thresholds
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step
from jupyter_clinagent.agent.playbook.turn import Turn


def _reads(heard: Heard, _past: Past) -> bool:
    intent = heard.intent
    return bool(intent.risk in thresholds.RULES.values() and intent.target and not intent.all_classes)


def _acts(turn: Turn, heard: Heard, past: Past) -> Step:
    assert heard.intent.risk is not None
    assert heard.intent.target is not None
    return thresholds.choose(turn, heard.intent, past, heard.intent.risk, heard.intent.target)


FAMILY = Family(
    name="threshold",
    help="choose another threshold",
    examples=(
        "use 90 % sensitivity instead",
        "I want a specificity of at least 90 %",
        "what about 98 % sensitivity?",
        "what would happen at 99 % sensitivity?",
        "could you use 97 % sensitivity?",
        "nimm 95 % Sensitivität",
        "Bitte die Schwelle auf 90 Prozent Spezifität setzen",
    ),
    reads=_reads,
    acts=_acts,
    rank=10,
)
