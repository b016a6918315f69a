"""“How good is it?”, “What was the AUROC again?”: the figures of the opened test set."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_FIGURE = re.compile(
    rf"\b{any_word('performed.what')}\b.*\b{any_word('performed.the')}\b.*\b{any_word('performed.figures')}\b"
    rf"|\b{any_word('performed.which')} {any_word('performed.figure')}\b|\b{any_word('performed.how_good')}"
    rf"\b(?! {any_word('performed.enough')})"
    rf"|\b{any_word('performed.how_many')}\b.*\b{any_word('performed.missed')}\b|\b{any_word('performed.how_false')}\b"
    rf"|\b{any_word('performed.how_many_missed')}\b.*\b{any_word('performed.are_missed')}\b"
)
_MEANING = re.compile(rf"\b{any_word('performed.meaning')}\b")
_DOUBT = re.compile(rf"\b{any_word('performed.doubt')}\b")


def figures_said(past: Past) -> str:
    """The figures of the opened test set, those at the threshold, and the cell that they come from."""
    facts = past.evaluation
    told = [name for name in facts.test if registry.metric(name).told] or [facts.primary_metric]
    figures = "; ".join(f"{closing.name_of(name)} {closing.estimate(facts.test[name].model_dump())}" for name in told)
    point = facts.operating_point
    lines = [
        f"On the test set the model “{facts.experiment}” gives {figures}.",
        closing.at_threshold(point.model_dump()) if point else facts.no_threshold or "",
        past.source("evaluation"),
    ]
    return " ".join(line for line in lines if line)


FAMILY = Family(
    name="performance",
    help="how good it is",
    examples=(
        "how good is it?",
        "what is the sensitivity?",
        "how many does it miss?",
        "Wie gut ist es?",
        "wie hoch ist die Spezifität?",
    ),
    reads=lambda heard, _past: (
        bool(_FIGURE.search(heard.plain)) and not (_MEANING.search(heard.plain) or _DOUBT.search(heard.plain))
    ),
    acts=answered(lambda _heard, past: figures_said(past)),
    kind="question",
    rank=50,
)
