"""“What did you do?”: the cells of the study in their order, each in its own words."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past, headline
from jupyter_clinagent.lang.grammar import any_word

_HAPPENED = re.compile(
    rf"\b(?:{any_word('happened.opens')} (?:\w+ )?{any_word('happened.closes')}|{any_word('happened.whole')})\b"
)


def _answer(_heard: Heard, past: Past) -> str:
    done = dict.fromkeys(headline(call) for call in past.calls if call.name == "add_and_run")
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(done, start=1))
    return f"These cells ran, in this order; each stands in the notebook with what it showed:\n\n{steps}"


FAMILY = Family(
    name="happened",
    help="what was done",
    examples=("what did you just do?", "what happened so far?", "Was hast du gemacht?", "fasse bitte zusammen"),
    reads=lambda heard, _past: bool(_HAPPENED.search(heard.plain)) and not heard.begins_study,
    acts=answered(_answer),
    kind="either",
    rank=46,
)
