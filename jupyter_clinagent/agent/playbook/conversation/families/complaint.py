"""“This makes no sense”: nothing is done over again; what helps to see what is wrong."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_COMPLAINS = re.compile(rf"\b{any_word('complaint.words')}\b")

FAMILY = Family(
    name="complaint",
    help="",
    examples=("this is rubbish, the heatmaps make no sense", "das ist Unsinn", "that can't be right", "I don't believe it"),
    reads=lambda heard, _past: bool(_COMPLAINS.search(heard.plain)) and not heard.may_begin_study,
    acts=answered(
        lambda _heard, _past: (
            "I am sorry. Nothing was changed. To see what is wrong: “show me the worst misses” for the images, “what are the "
            "limitations?” for what the figures can't say, “why did you choose this?” for the experiments; “it looks at the "
            "ruler” trains against a shortcut, “image 12 is mislabelled” tells how labels are put right."
        )
    ),
    kind="either",
    rank=28,
)
