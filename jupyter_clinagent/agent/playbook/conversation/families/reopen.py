"""“Open the test set again”: how, and what it costs."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_OPEN = re.compile(rf"\b{any_word('reopened.open')}\b.*\b{any_word('reopened.test')}\b|\b{any_word('reopened.whole')}\b")

FAMILY = Family(
    name="reopen",
    help="say how the test set is opened for a later model",
    examples=("open the test set again", "unseal the test set for the new model", "Öffne den Testsatz noch einmal"),
    reads=lambda heard, _past: bool(_OPEN.search(heard.plain)),
    acts=answered(
        lambda _heard, past: (
            f"The test set was opened {past.source('evaluation', first=True)} and its figures belong to "
            f"“{past.opened.experiment}”. Each further opening makes them less trustworthy, so I don't do it by myself. You "
            "can: "
            '`study.unseal("reason", again=True)` in a cell; it is counted, and the report says so.'
        )
    ),
    rank=45,
)
