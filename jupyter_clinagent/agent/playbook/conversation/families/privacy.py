"""“Do you keep my patients' data private?”: where images and labels are, and what leaves."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.lang.grammar import any_word

_PRIVATE = re.compile(
    rf"\b{any_word('privacy.words')}\b|\b{any_word('privacy.leaves')}\b.*\b{any_word('privacy.places')}\b"
    rf"|\b{any_word('privacy.places')}\b.*\b{any_word('privacy.leaves')}\b"
)

FAMILY = Family(
    name="privacy",
    help="where your data go",
    examples=(
        "do you keep my patients' data private?",
        "are the images uploaded anywhere?",
        "Werden die Bilder irgendwohin gesendet?",
    ),
    reads=lambda heard, _past: bool(_PRIVATE.search(heard.plain)),
    acts=answered(
        lambda _heard, _past: (
            "I am the built-in playbook: images and labels are read and trained on by the kernel of this notebook, and "
            "nothing is sent from there. What is kept lies in the study's folder beside the notebook. “Export the study” "
            "leaves the images out and turns file names and group ids into pseudonyms; the notebook itself shows some "
            "images, so clear its outputs before you pass it on."
        )
    ),
    kind="either",
    rank=37,
    needs=(),
)
