"""“What was left out?”: images that are in no set, and why."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_LEFT = re.compile(rf"\b{any_word('left_away.words')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    reasons = [f"{reason} ({count:,})" for reason, count in past.cohort.left_out.items()]
    noted = [line for line in past.assumptions if line.startswith("Left out")]
    if not reasons and not noted:
        return f"Nothing: every image of a class asked for is in one of the three sets. {past.source('cohort')}"
    images = f"Images left out: {', '.join(reasons)}." if reasons else ""
    return " ".join(line for line in (images, *noted, past.source("cohort")) if line)


FAMILY = Family(
    name="left out",
    help="what was left out",
    examples=("what was left out?", "which images were excluded?", "was wurde weggelassen?"),
    reads=lambda heard, _past: bool(_LEFT.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    needs=("cohort", "specification"),
    rank=20,
)
