"""“Start over”: a finished study is not done again by itself."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.lang.grammar import any_word

_AGAIN = re.compile(
    rf"\b(?:{any_word('again.wishes')}|{any_word('again.do')} {any_word('again.it')} {any_word('again.again')})\b"
)


def _answer(_heard: Heard, past: Past) -> str:
    return (
        f"The finished study stays. To do it again, write its request once more: “{past.specification.request}”. It gets a "
        "folder of its own, and with the same seed it comes to the same split. `jupyter clinagent run … --seed 1` draws "
        "another one."
    )


FAMILY = Family(
    name="again",
    help="say how a study is done again",
    examples=(
        "start over",
        "repeat the study",
        "try again with another seed",
        "do it all over again",
        "Fang noch einmal von vorne an",
    ),
    reads=lambda heard, _past: bool(_AGAIN.search(heard.plain)) and not heard.begins_study,
    acts=answered(_answer),
    rank=44,
)
