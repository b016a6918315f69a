"""“Were the same patients in training and test?”"""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_LEAK = re.compile(rf"\b(?:{any_word('leaked.words')}|{any_word('leaked.same')}\b.*\b{any_word('leaked.both')}\b)")
_TOPICS = ("crossing", "partitions", "near duplicates", "same scene")
"""Of the audit's findings."""


def _answer(_heard: Heard, past: Past) -> str:
    warned = [finding.text for finding in past.audit.findings if finding.topic in _TOPICS] if past.audit else []
    split = f"How it was split: {past.cohort.split_source}."
    return " ".join([_together(past.cohort.group_source), split, *warned, past.source("cohort")])


def _together(group: str | None) -> str:
    """A column of lesions says nothing of patients."""
    if group is None:
        return "That can't be told: nothing in the data says which images belong to one patient, so a patient may be in two sets."
    if "pat" in group.lower():
        return f"No: images with the same “{group}” stay in one set."
    return f"Images with the same “{group}” stay in one set. Whether one patient has several of these, the data don't say."


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
    needs=("cohort", "specification"),
    rank=15,
)
