"""“It misses too many”: a stricter threshold where one decides, else training with that in mind."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation import thresholds, training
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step, finish
from jupyter_clinagent.agent.playbook.turn import Turn


def _wish(heard: Heard) -> str | None:
    return next((wish for wish in thresholds.RULES if heard.has(known.FOLLOW_UP[wish])), None)


def _acts(turn: Turn, heard: Heard, past: Past) -> Step:
    wish, planning = _wish(heard) or "sensitive", past.setting.planning
    if why := planning.declines(wish):
        return finish("answered", why)
    if planning.THRESHOLDS and not heard.intent.minutes:
        rule = thresholds.RULES[wish]
        return thresholds.choose(turn, heard.intent, past, rule, thresholds.stricter(past, rule))
    return training.train_for(turn, heard.intent, past, wish)


FAMILY = Family(
    name="stricter",
    help="miss fewer, or give fewer false alarms",
    examples=("it misses too many", "too many false alarms", "weniger Fehlalarme bitte", "Es übersieht zu viele"),
    reads=lambda heard, _past: _wish(heard) is not None,
    acts=_acts,
    rank=20,
)
