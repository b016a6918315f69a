"""“What does the interval mean?”, with the study's own figure."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.lang.grammar import any_word, words_in

_RATES = {rule: words_in(f"intervals.{rule}") for rule in ("sensitivity", "specificity")}
_INTERVAL = re.compile(rf"\b{any_word('intervals.words')}\b")


def _answer(heard: Heard, past: Past) -> str:
    facts, cohort = past.evaluation, past.cohort
    name, figure = _figure(heard, facts)
    drawn = f"all images of one “{cohort.group_source}” together" if cohort.group_source else "image by image"
    return (
        f"{name} is {closing.estimate(figure.model_dump())} on the test set. The interval says "
        f"how much chance is in a test set of this size: the test cases are drawn again and again with replacement, {drawn}, "
        "and 95 of 100 such draws give a figure inside it. More test cases make it narrower. It holds for images like these; "
        f"about another hospital's it says nothing. {past.source('evaluation')}"
    )


def _figure(heard: Heard, facts: EvaluationFacts) -> tuple[str, Estimate]:
    """The one that is asked about: a rate at the threshold, or the one that the study is judged by."""
    rates = facts.operating_point.test if facts.operating_point else {}
    for rule, words in _RATES.items():
        if rule in rates and heard.has(words):
            return rule.capitalize(), rates[rule]
    return closing.name_of(facts.primary_metric), facts.test[facts.primary_metric]


FAMILY = Family(
    name="interval",
    help="what the interval means",
    examples=("what does the interval mean?", "why is the confidence interval so wide?", "Was bedeutet das Konfidenzintervall?"),
    reads=lambda heard, _past: bool(_INTERVAL.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=20,
)
