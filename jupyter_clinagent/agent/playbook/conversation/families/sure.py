"""“How sure is it?”: the interval of the figures, how many cases they rest on, and what a single score is worth."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.families.counts import tested
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_SURE = re.compile(
    rf"\b(?:{any_word('sure.words')}|{any_word('sure.is_it')} (?:{any_word('sure.really')} )?{any_word('sure.reliable')})\b"
)


def _answer(_heard: Heard, past: Past) -> str:
    facts, cohort = past.evaluation, past.cohort
    few = f" Few independent cases: {', '.join(cohort.too_few)}." if cohort.too_few else ""
    point, ece = facts.operating_point, facts.test.get("ece")
    lines = [
        f"{closing.name_of(facts.primary_metric)} is {closing.estimate(facts.test[facts.primary_metric].model_dump())}, from "
        f"the test {cohort.level.plural}: {tested(cohort)}.{few}",
        closing.at_threshold(point.model_dump()) if point else "",
        f"Its scores differ from what they promise by {ece.value:.3f} on average (calibration error)."
        if ece and ece.value
        else "",
        f"The score of one image is no certainty about that patient. {past.source('evaluation')}",
    ]
    return " ".join(line for line in lines if line)


FAMILY = Family(
    name="sure",
    help="how sure it is",
    examples=("how sure is it?", "how reliable are these results?", "Wie sicher ist es?"),
    reads=lambda heard, _past: bool(_SURE.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=25,
)
