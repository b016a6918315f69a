"""“Why did you choose this?”: every experiment, whether it was kept, and why."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_CHOICE = re.compile(
    rf"\b{any_word('chosen.why')}\b.*\b{any_word('chosen.chose')}\b|\b{any_word('talk.what')}\b.*\b{any_word('chosen.tried')}\b"
    rf"|\b{any_word('chosen.did')}\b.*\b{any_word('chosen.helped')}\b|\b{any_word('chosen.compared')}\b"
    rf"|\b{any_word('chosen.which_model')}\b|\b{any_word('how_many')} {any_word('chosen.models')}\b"
)
_OTHER = re.compile(rf"\b{any_word('talk.threshold', 'colleagues.reader')}\b")


def _answer(_heard: Heard, past: Past) -> str:
    lines = [f"- “{one.name}”: {'kept' if one.kept else 'discarded'}. {one.reason}" for one in past.experiments]
    best, metric = past.best, closing.name_of(past.specification.primary_metric)
    figure = closing.estimate({"value": best.value, "low": best.low, "high": best.high})
    return "\n".join(
        [
            f"Every experiment was judged by {metric} on validation images that it was not trained on; one takes the place of "
            "the best so far only where it is convincingly better:",
            *lines,
            "",
            f"So “{best.name}” is the model, with {metric} {figure} on validation.{_opened(past)} {past.source('experiment')}",
        ]
    )


def _opened(past: Past) -> str:
    """Where a later model has become the best one."""
    opened = past.opened.experiment
    return (
        ""
        if opened == past.best.name
        else f" The test figures belong to “{opened}”, which was the best when the test set was opened."
    )


FAMILY = Family(
    name="why model",
    help="why this model",
    examples=("why did you choose this?", "which experiments did you try?", "Warum hast du dieses Modell genommen?"),
    reads=lambda heard, _past: bool(_CHOICE.search(heard.plain)) and not _OTHER.search(heard.plain),
    acts=answered(_answer),
    kind="question",
    rank=40,
)
