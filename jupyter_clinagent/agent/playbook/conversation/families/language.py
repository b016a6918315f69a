"""“Ab jetzt auf Deutsch”: in which language the conversation goes on."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang import languages
from jupyter_clinagent.lang.folders import about
from jupyter_clinagent.lang.grammar import any_word

_TONGUE = f"({any_word('tongues.called')})"
_PLEASE = f"(?: {any_word('tongues.please')})?"
_LANGUAGE = re.compile(
    rf"\b{any_word('tongues.speak')}\b(?:\s\w+){{0,3}}?\s?\b{_TONGUE}\b|^(?:{any_word('tongues.in')} )?{_TONGUE}{_PLEASE}\W*$"
)


def asked_for(said: str) -> str | None:
    """The language that a sentence asks for; None where it asks for none, or for one that isn't spoken.

    Examples
    --------
    >>> asked_for("ab jetzt auf Deutsch"), asked_for("from now on in English"), asked_for("speak Spanish")
    ('de', 'en', None)
    """
    found = _LANGUAGE.search(normalise(said))
    tongue = next((group for group in found.groups() if group), "") if found else ""
    return next((name for name in languages() if tongue and tongue.startswith(tuple(about(name)["called"]))), None)


def _answer(heard: Heard, _past: Past) -> str:
    spoken = ", ".join(languages().values())
    return f"Gladly, from now on in this language. I speak: {spoken}." if asked_for(heard.text) else f"I speak: {spoken}."


FAMILY = Family(
    name="language",
    help="",
    examples=("please speak German from now on", "ab jetzt auf Deutsch", "Sprichst du Deutsch?", "antworte bitte auf Deutsch"),
    reads=lambda heard, _past: bool(_LANGUAGE.search(heard.plain)),
    acts=answered(_answer),
    kind="either",
    rank=5,
    needs=(),
)
