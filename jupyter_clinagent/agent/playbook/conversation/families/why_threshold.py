"""“Why this threshold?”: the rule that chose it, where, and who agreed on it."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.wording import normalised
from jupyter_clinagent.facts import OperatingResult
from jupyter_clinagent.lang.grammar import any_word

_THRESHOLD = re.compile(rf"\b{any_word('talk.threshold')}\b")
_A = re.compile(rf"\b{any_word('a')}\s+{any_word('talk.threshold')}\b")
"""“What is a threshold?” asks for the word."""


_FIGURES = re.compile(rf"\b{any_word('why_threshold.figures')}\b")


def _reads(heard: Heard, _past: Past) -> bool:
    """“What is the sensitivity at this threshold?” asks for a figure."""
    if heard.plain.startswith(tuple(normalised("why_threshold.wherefore"))) and _FIGURES.search(heard.plain):
        return True
    named = bool(_THRESHOLD.search(heard.plain)) and not _A.search(heard.plain)
    return named and (heard.plain.startswith(tuple(normalised("why_threshold.why"))) or not _FIGURES.search(heard.plain))


def _answer(_heard: Heard, past: Past) -> str:
    point, agreed = past.evaluation.operating_point, past.opened.operating_point
    if point is None:
        why = past.evaluation.no_threshold or f"Thresholds of this kind of study: {past.specification.own_thresholds}."
        return f"{why} {past.source('evaluation')}"
    when = (
        "It was chosen on validation by the rule that you approved before the training"
        if agreed == point
        else "It was chosen on validation after the test set was opened, as you asked, so it is labelled post hoc"
    )
    return f"{_rule(point)} {when}. {closing.at_threshold(point.model_dump())} {past.source('evaluation')}"


def _rule(point: OperatingResult) -> str:
    if point.target is None:
        return f"The threshold {point.threshold:.3f} gives the best sum of sensitivity and specificity for {point.named}."
    other = "specificity" if point.rule == "sensitivity" else "sensitivity"
    return (
        f"The threshold {point.threshold:.3f} holds {point.target:.0%} {point.rule} for {point.named} on validation; of all "
        f"that do, it leaves the most {other}."
    )


FAMILY = Family(
    name="why threshold",
    help="why this threshold",
    examples=("why this threshold?", "what is the threshold?", "warum diese Schwelle?", "how was the cut-off chosen?"),
    reads=_reads,
    acts=answered(_answer),
    kind="question",
    rank=15,
)
