"""“Thanks”: nothing is to be done."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, answered

_THANKS = re.compile(
    r"^(?:thanks?(?: you)?|thx|great|super|perfect|nice|good|fine|well done|cool|ok(?:ay)?|danke"
    r"|vielen dank|prima|toll|gut|passt|cheers|bye"
    r"|got it|i see|verstanden|alles klar)\b(?:[\s,]+(?:a lot|so much|very much|you|thanks?|danke|job|work"
    r"|schoen|dir|ihnen|that['’ ]?s (?:all|it|enough)|all|for now|das (?:war['’ ]?s|reicht|genuegt)|mehr nicht))*\W*$"
)

FAMILY = Family(
    name="thanks",
    help="",
    examples=("thanks a lot", "great, thanks!", "thanks, that's all", "Vielen Dank!"),
    reads=lambda heard, _past: bool(_THANKS.search(heard.plain)),
    acts=answered(lambda _heard, _past: "You are welcome. The study stays as it is; say “help” for what can be done with it."),
    rank=5,
)
