"""“Show me the ROC curve”: the figures that were drawn when the test set was opened, and where they stand."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook import closing
from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_DRAWN = re.compile(
    rf"\b{any_word('curves.draws')}\b.*\b{any_word('curves.curve')}\b|\b{any_word('curves.named')}\b(?!.*\b{any_word('meant.words')}\b)"
)


def _answer(_heard: Heard, past: Past) -> str:
    report = f", and in the report {closing.beside(past.report.report)}" if past.report else ""
    return (
        "The curves and tables of the test set stand below the cell that opened it "
        f"{past.source('evaluation', first=True)}{report}. A figure that is not there was not drawn for this kind of study; "
        "the predictions table has the scores to draw it from."
    )


FAMILY = Family(
    name="curves",
    help="where its curves stand",
    examples=("show me the ROC curve", "plot a calibration curve", "where is the confusion matrix?", "zeig mir die ROC-Kurve"),
    reads=lambda heard, _past: bool(_DRAWN.search(heard.plain)) and not heard.plain.startswith(("what is", "what does")),
    acts=answered(_answer),
    kind="either",
    rank=21,
)
