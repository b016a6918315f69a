"""“How good is it?”, “What was the AUROC again?”: the figures of the opened test set."""

from __future__ import annotations

import re
from typing import NamedTuple

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.families.counts import judged
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_FIGURE = re.compile(
    rf"\b{any_word('performed.what')}\b.*\b{any_word('performed.the')}\b.*\b{any_word('performed.figures')}\b"
    rf"|\b{any_word('performed.which')} {any_word('performed.figure')}\b|\b{any_word('performed.how_good')}"
    rf"\b(?! {any_word('performed.enough')})"
    rf"|\b{any_word('performed.how_many')}\b.*\b{any_word('performed.missed')}\b|\b{any_word('performed.how_false')}\b"
    rf"|\b{any_word('performed.how_many')}\b.*\b{any_word('performed.called')}\b"
    rf"|\b{any_word('performed.how_many_missed')}\b.*\b{any_word('performed.are_missed')}\b"
)
_COUNTED = re.compile(rf"\b(?:{any_word('performed.how_many')}|{any_word('performed.how_many_missed')})\b")
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


class Errors(NamedTuple):
    """How many of the test cases were missed, and how many called without a reason."""

    ill: int
    healthy: int
    missed: int
    alarms: int

    @property
    def prevalence(self) -> float:
        """The share that has the finding, 0 … 1."""
        return self.ill / ((self.ill + self.healthy) or 1)


def rates(past: Past) -> tuple[float | None, float | None]:
    """Sensitivity and specificity at the threshold, on the test set; None where there is no threshold."""
    point = past.evaluation.operating_point
    found = point.test if point else {}
    sensitivity, specificity = found.get("sensitivity"), found.get("specificity")
    return sensitivity.value if sensitivity else None, specificity.value if specificity else None


def errors(past: Past) -> Errors:
    """From the rates at the threshold and what they count; no errors where there is no threshold."""
    point, counted = past.evaluation.operating_point, judged(past.cohort)
    positive = point.positive_class if point else []
    positive = [positive] if isinstance(positive, str) else positive
    ill = sum(count for name, count in counted.items() if name in positive)
    healthy = sum(counted.values()) - ill
    sensitivity, specificity = rates(past)
    return Errors(ill, healthy, _of(ill, sensitivity), _of(healthy, specificity))


def _of(count: int, right: float | None) -> int:
    return round((1 - right) * count) if right is not None else 0


def _answer(heard: Heard, past: Past) -> str:
    found = errors(past)
    if not _COUNTED.search(heard.plain) or None in rates(past) or not found.ill or not found.healthy:
        return figures_said(past)
    point, plural = past.evaluation.operating_point, past.cohort.level.plural
    assert point is not None
    return (
        f"In the test set, {found.missed:,} of {found.ill:,} {plural} of “{point.named}” were missed, and {found.alarms:,} of "
        f"{found.healthy:,} others were false alarms. {figures_said(past)}"
    )


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
    acts=answered(_answer),
    kind="question",
    rank=50,
)
