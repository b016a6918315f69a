"""“Are its probabilities calibrated?”: how far scores and what they promise lie apart."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_ASKED = re.compile(
    rf"\b{any_word('calibrated.words')}\b|\b{any_word('calibrated.doubts')}\b.*\b{any_word('calibrated.scores')}\b"
    rf"|\b{any_word('calibrated.scores')}\b.*\b{any_word('calibrated.doubts')}\b"
)


def _reads(heard: Heard, _past: Past) -> bool:
    return bool(_ASKED.search(heard.plain)) and not heard.has(["what is", "what does"])


def _answer(_heard: Heard, past: Past) -> str:
    ece = past.evaluation.test.get("ece")
    if ece is None or ece.value is None:
        return (
            f"That was not measured in this study, so its scores are a ranking and no probabilities. {past.source('evaluation')}"
        )
    return (
        f"Its scores differ from what they promise by {ece.value:.3f} on average (calibration error). That holds where the "
        "finding is as common as in these data; where it is rarer, a score promises too much. The calibration plot stands "
        f"below the figures of the test set. {past.source('evaluation')}"
    )


FAMILY = Family(
    name="calibrated",
    help="whether its scores are probabilities",
    examples=(
        "are the probabilities calibrated?",
        "can I trust its scores?",
        "Kann man den Wahrscheinlichkeiten trauen?",
        "Ist das Modell kalibriert?",
    ),
    reads=_reads,
    acts=answered(_answer),
    kind="question",
    rank=22,
)
