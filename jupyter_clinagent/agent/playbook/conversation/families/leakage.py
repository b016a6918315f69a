"""“Were the same patients in training and test?”"""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past

_LEAK = re.compile(
    r"\b(?:leak\w*|datenleck|(?:same|dieselben|gleichen)\b.*\b(?:both|training|test|beiden?)\b"
    r"|how (?:did you|was it) split|aufgeteilt)"
)


def _answer(_heard: Heard, past: Past) -> str:
    cohort = past.cohort
    together = (
        f"No: images with the same “{cohort.group_source}” stay in one set."
        if cohort.group_source
        else "That can't be told: nothing in the data says which images belong to one patient, so a patient may be in two sets."
    )
    warned = [f.text for f in past.audit.findings if f.topic in ("leak", "near duplicates", "duplicates")] if past.audit else []
    return " ".join([together, f"How it was split: {cohort.split_source}.", *warned, past.source("cohort")])


FAMILY = Family(
    name="leakage",
    help="whether patients are in two sets",
    examples=(
        "were the same patients in training and test?",
        "is there any leakage?",
        "Waren dieselben Patienten in beiden Sätzen?",
    ),
    reads=lambda heard, _past: bool(_LEAK.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=15,
)
