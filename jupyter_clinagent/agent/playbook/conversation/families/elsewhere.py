"""“How do I use the model on new images?”: by which commands."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered
from jupyter_clinagent.agent.playbook.drafting import is_out_of_scope
from jupyter_clinagent.lang.grammar import any_word

_USE = re.compile(
    rf"\b{any_word('elsewhere_used.how')} {any_word('elsewhere_used.deploy')}\b|\b{any_word('elsewhere_used.wishes')}\b"
    rf"|\b{any_word('elsewhere_used.use')}\b.*\b{any_word('elsewhere_used.new')}\b.*\b{any_word('elsewhere_used.images')}\b"
    rf"|^{any_word('elsewhere_used.tries')}\s+{any_word('elsewhere_used.it')}\s+{any_word('elsewhere_used.on')}\b"
)
_HOW = (
    "Pack the study first (“export the study”). In a terminal, `jupyter clinagent predict BUNDLE.zip IMAGES… -o OUT.csv` gives "
    "the scores of new images, and `jupyter clinagent evaluate BUNDLE.zip --data DIR` judges it on another hospital's labelled "
    "images. Research use only; not a medical device."
)

FAMILY = Family(
    name="elsewhere",
    help="say how the model is used on other images",
    examples=(
        "use the model on new images",
        "how do I use the model?",
        "Wende es auf neue Bilder an",
        "test it on another hospital's data",
        "test it on the images in ../other",
    ),
    reads=lambda heard, _past: (
        bool(_USE.search(heard.plain)) and heard.intent.minutes is None and not is_out_of_scope(heard.intent)
    ),
    acts=answered(lambda _heard, _past: _HOW),
    kind="either",
    rank=42,
)
