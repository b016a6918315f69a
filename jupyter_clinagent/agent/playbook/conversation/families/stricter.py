"""“It misses too many”: a stricter threshold where one decides, else training with that in mind."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.conversation import thresholds, training
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.moves import Step, finish
from jupyter_clinagent.agent.playbook.turn import Turn
from jupyter_clinagent.lang.grammar import any_word

_MOVED = {
    "sensitive": re.compile(rf"\b{any_word('stricter.lower')}\b.*\b{any_word('talk.moved')}"),
    "specific": re.compile(rf"\b{any_word('stricter.raise')}\b.*\b{any_word('talk.moved')}"),
}
_LESS = rf"\b{any_word('stricter.lower', 'stricter.less')}\b.*"
_FEWER = {
    "sensitive": re.compile(rf"{_LESS}\b{any_word('stricter.misses')}\b"),
    "specific": re.compile(rf"{_LESS}\b{any_word('stricter.alarms')}\b"),
}
_TOO_LOW = {
    "sensitive": re.compile(rf"\b{any_word('rates.sensitivity')}\b.*\b{any_word('stricter.too_low')}\b"),
    "specific": re.compile(rf"\b{any_word('rates.specificity')}\b.*\b{any_word('stricter.too_low')}\b"),
}


def _wish(heard: Heard) -> str | None:
    """The mistake that is to become rarer."""
    said = next((wish for wish in thresholds.RULES if heard.has(known.FOLLOW_UP[wish])), None)
    told = (wish for table in (_MOVED, _FEWER, _TOO_LOW) for wish, pattern in table.items() if pattern.search(heard.plain))
    return said or (next(told, None) if not any(letter.isdigit() for letter in heard.plain) else None)


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
    examples=(
        "it misses too many",
        "too many false alarms",
        "weniger Fehlalarme bitte",
        "Es übersieht zu viele",
        "lower the threshold",
        "lower the false alarms",
    ),
    reads=lambda heard, _past: _wish(heard) is not None,
    acts=_acts,
    rank=20,
)
