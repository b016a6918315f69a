"""“I don't understand a word”: the result in whole numbers and everyday words."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.families.performance import figures_said, rates
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_PLAINLY = re.compile(rf"\b{any_word('plainly.words')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    point = past.evaluation.operating_point
    sensitivity, specificity = rates(past)
    if point is None or sensitivity is None or specificity is None:
        return f"In short: {figures_said(past)} Ask “what does … mean?” for any word of it."
    return (
        f"In plain words: of 100 images with “{point.named}” the model recognises about {sensitivity * 100:.0f} and misses "
        f"the others; of 100 without it, it raises a false alarm for about {(1 - specificity) * 100:.0f}. That was counted on "
        "images that it had never seen. It is research and no diagnosis. Ask “what does … mean?” for any word of it. "
        f"{past.source('evaluation')}"
    )


FAMILY = Family(
    name="plainly",
    help="say it in plain words",
    examples=("I don't understand a word of this", "say it in plain words", "das ist mir zu technisch", "explain it simply"),
    reads=lambda heard, _past: bool(_PLAINLY.search(heard.plain)),
    acts=answered(_answer),
    kind="either",
    rank=17,
)
