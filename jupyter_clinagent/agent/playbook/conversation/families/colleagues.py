"""“Is it better than a dermatologist?”: no reader was asked, and how to find out."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.families.performance import figures_said
from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_COMPARED = re.compile(
    rf"\b(?:{any_word('colleagues.than')}|{any_word('is_good.better')})\b.*\b{any_word('colleagues.reader')}\b"
    rf"|\b{any_word('colleagues.reader')}\b.*\b{any_word('colleagues.than')}\b"
)

FAMILY = Family(
    name="colleagues",
    help="how it compares with a doctor",
    examples=(
        "is it better than a dermatologist?",
        "how does it compare with radiologists?",
        "Ist es besser als ein Hautarzt?",
    ),
    reads=lambda heard, _past: bool(_COMPARED.search(heard.plain)),
    acts=answered(
        lambda _heard, past: (
            "Nobody read these images beside the model in this study, so that was not measured. To find out, let colleagues "
            f"read the same test images without the labels, and compare at the same false alarms. {figures_said(past)}"
        )
    ),
    kind="question",
    rank=38,
)
