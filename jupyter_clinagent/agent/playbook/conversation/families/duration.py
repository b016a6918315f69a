"""“How long did it train?”: the time of every experiment."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_LONG = re.compile(rf"\b{any_word('trained_for.how_long')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    done = past.experiments
    each = ", ".join(f"“{one.name}” {_time(one.seconds)} ({one.epochs:.1f} epochs)" for one in done)
    return (
        f"{_time(sum(one.seconds for one in done))} of training in {len(done)} "
        f"experiment{'s' * (len(done) != 1)}: {each}. {past.source('experiment')}"
    )


def _time(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.1f} minutes"


FAMILY = Family(
    name="duration",
    help="how long it trained",
    examples=("how long did it train?", "how many epochs did you train?", "Wie lange hat es trainiert?"),
    reads=lambda heard, _past: bool(_LONG.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=20,
)
