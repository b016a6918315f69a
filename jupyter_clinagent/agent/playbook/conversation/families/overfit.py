"""“Is it overfitting?”: validation beside test, and where in its training the best look was."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_OVERFIT = re.compile(rf"\b{any_word('overfitted.words')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    facts, metric = past.opened, past.opened.primary_metric
    both = [closing.estimate(part[metric].model_dump()) for part in (facts.validation, facts.test) if metric in part]
    return (
        f"{closing.name_of(metric)} is {' on validation, and '.join(both)} on the test set, by which nothing was chosen: the "
        "nearer they are, the less was learnt by heart. Each training keeps the weights of its best look at validation. "
        f"{past.source('evaluation', first=True)}"
    )


FAMILY = Family(
    name="overfit",
    help="whether it learnt by heart",
    examples=("is it overfitting?", "did it just memorise the images?", "Hat es auswendig gelernt?"),
    reads=lambda heard, _past: bool(_OVERFIT.search(heard.plain)),
    acts=answered(_answer),
    kind="question",
    rank=22,
)
