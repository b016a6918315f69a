"""“How do I use the model on new images?”: by which commands."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered

_USE = re.compile(
    r"""\bhow\ (?:do|can)\ (?:i|we)\ (?:use|apply|run|deploy)\b | \bpredict\b | \bwie\ (?:be)?nutze\ ich\b
    | \b(?:use|apply|run|try|test|wende|anwenden)\b.*\b(?:new|other|another|neue\w*|andere\w*)\b.*
      \b(?:images?|pictures?|patients?|data|hospital\w*|bilder\w*|patienten|klinik\w*|daten)\b
    | ^(?:use|apply|run|try|test|check|evaluate|validate|teste|pruefe|probier\w*|wende)\s+
      (?:it|this|that|(?:the|this|our|your)\ model|es|(?:das|dieses|unser)\ modell)\s+(?:on|with|against|an|auf|mit)\b""",
    re.VERBOSE,
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
    reads=lambda heard, _past: bool(_USE.search(heard.plain)) and heard.intent.minutes is None,
    acts=answered(lambda _heard, _past: _HOW),
    kind="either",
    rank=42,
)
