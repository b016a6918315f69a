"""“Rename melanoma to MM”: the names of a study's classes are on record."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_RENAME = re.compile(
    rf"^{any_word('renamed.opens')}\b|\b{any_word('renamed.anywhere')}\b|^{any_word('renamed.verb')}"
    rf" .* {any_word('renamed.prefix')}\b"
)

FAMILY = Family(
    name="rename",
    help="",
    examples=("rename melanoma to MM", "call the classes good and bad", "Benenne Melanom in MM um"),
    reads=lambda heard, _past: bool(_RENAME.search(heard.plain)),
    acts=answered(
        lambda _heard, _past: (
            "Nothing was changed: the classes are called as the data call them, and stand so on record, in the "
            "report and in the saved model. Rename the values in the data, and ask for the study anew."
        )
    ),
    rank=7,
    whole=True,
)
