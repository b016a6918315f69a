"""“Is 0.93 good?”, “is it better than guessing?”: the figure beside what a guess would reach, and what good depends on."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.tasks import registry

_SUBJECT = rf"(?:{any_word('is_good.it')}|{any_word('the')} \w+|[01]?[.,]\d+|\d+ ?{any_word('percent')})"
_GOOD = re.compile(
    rf"^{any_word('is_good.opens')} {_SUBJECT}\b.*\b{any_word('is_good.good')}\b(?! {any_word('is_good.enough')})"
    rf"|\b{any_word('is_good.better')} {any_word('is_good.chance')}\b|\b{any_word('is_good.significant')}\b"
)


def _answer(_heard: Heard, past: Past) -> str:
    facts = past.evaluation
    figure, unlearnt = facts.test[facts.primary_metric], past.setting.planning.unlearnt(_plain(past))
    told = f"{closing.name_of(facts.primary_metric)} is {closing.estimate(figure.model_dump())} on the test set"
    return (
        f"{told}; {registry.metric(facts.primary_metric).running} of {_best(past)} would be perfect. {unlearnt or _beyond(past)} "
        "Whether that is good depends on what it is for, on what a colleague reaches on the same images, and on what a mistake "
        f"costs; none of that is in the data. {past.source('evaluation')}"
    )


def _plain(past: Past) -> dict[str, dict[str, object]]:
    return {name: figure.model_dump() for name, figure in past.evaluation.test.items()}


def _best(past: Past) -> str:
    metric = registry.metric(past.evaluation.primary_metric)
    return f"{metric.high if metric.sign > 0 else metric.low:g}"


def _beyond(past: Past) -> str:
    figure = past.evaluation.test[past.evaluation.primary_metric]
    if figure.low is None:
        return "Without an interval it can't be told how far it is from a guess."
    return "From its interval, it is better than a guess."


FAMILY = Family(
    name="is good",
    help="whether a figure is good",
    examples=("is 0.93 good?", "is it better than guessing?", "Ist das gut?", "Ist das Modell besser als Raten?"),
    reads=lambda heard, _past: bool(_GOOD.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=44,
)
