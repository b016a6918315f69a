"""“Set the threshold to 0.3”: a threshold is chosen by what it holds, not as a bare number."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_VALUE = re.compile(rf"\b{any_word('talk.threshold')}\b.*\b(?:0?[.,]\d+|[01])\b")


def _reads(heard: Heard, _past: Past) -> bool:
    return bool(_VALUE.search(heard.plain)) and not heard.intent.target


def _answer(_heard: Heard, past: Past) -> str:
    point = past.evaluation.operating_point
    now = f" The threshold is {point.threshold:.3f} now {past.source('evaluation')}." if point else ""
    return (
        "Nothing was changed: I choose a threshold by what it holds on validation, so that it can be judged on the test set. "
        f"Say, for instance, “use 90 % sensitivity”.{now}"
    )


FAMILY = Family(
    name="threshold value",
    help="",
    examples=("set the threshold to 0.3", "Setz die Schwelle auf 0,5"),
    reads=_reads,
    acts=answered(_answer),
    rank=18,
)
