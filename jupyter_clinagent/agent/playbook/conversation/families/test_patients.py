"""“Which patients were in the test set?”: where that stands; ids are not said in a chat."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_WHO = re.compile(rf"\b{any_word('tested.who')}\b.*\b{any_word('tested.patients')}\b.*\b{any_word('tested.part')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    groups = {name: parts.get("test") for name, parts in past.cohort.groups.items()}
    counted = ", ".join(f"{number:,} groups with “{name}”" for name, number in groups.items() if number)
    report = past.report
    where = (
        f"The file {closing.beside(report.predictions)} has a row for each image, with its group and its set." if report else ""
    )
    lines = [
        "I don't say ids of patients in a chat.",
        where,
        f"In the test set are {counted}." if counted else "",
        past.source("report") if report else "",
    ]
    return " ".join(line for line in lines if line)


FAMILY = Family(
    name="test patients",
    help="where it says which patients were in the test set",
    examples=(
        "which patients were in the test set?",
        "which images were used for training?",
        "Welche Patienten waren im Testset?",
    ),
    reads=lambda heard, _past: bool(_WHO.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=28,
)
