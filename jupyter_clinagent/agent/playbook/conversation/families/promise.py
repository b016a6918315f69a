"""“Would more data help?”: what can't be told beforehand, what the experiments so far say, and how to try."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_WOULD = re.compile(
    rf"\b{any_word('promise.would')}\b.*\b{any_word('promise.more')}\b|\b{any_word('promise.more')}\b.*\b{any_word('promise.would')}\b"
)


def _answer(_heard: Heard, past: Past) -> str:
    best, metric = past.best, closing.name_of(past.specification.primary_metric)
    figure = closing.estimate({"value": best.value, "low": best.low, "high": best.high})
    return (
        f"That can't be told without trying. So far “{best.name}” is best, with {metric} {figure} on validation. “10 more "
        "minutes” trains on, judged on validation; more labelled patients make the intervals narrower, and most so of the "
        f"rarest class. {past.source('experiment')}"
    )


FAMILY = Family(
    name="promise",
    help="what more would bring",
    examples=("would more data help?", "how much longer would it need to get better?", "Würden mehr Bilder helfen?"),
    reads=lambda heard, _past: bool(_WOULD.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=18,
)
