"""“Ab jetzt auf Deutsch”: in which language the conversation goes on."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang import languages
from jupyter_clinagent.lang.folders import about

_TONGUE = (
    r"(german|deutsch\w*|allemand\w*|english|englisch\w*|anglais|french|franzoesisch\w*|fran[cç]ais\w*|spanish|spanisch\w*|espagnol"
    r"|italian|italienisch\w*|italien)"
)
_PLEASE = r"(?: please| bitte| s.il (?:te|vous) plait)?"
_LANGUAGE = re.compile(
    r"\b(?:auf|speak|talk|sprich|sprechen|sprichst|rede|reden|antworte\w*|answer|reply|respond|switch to|write|schreib\w*"
    r"|continue|from now on|parle\w*|r[eé]pon\w*|continue[rz]?|[eé]cri\w*|d[eé]sormais|[aà] partir de maintenant)\b"
    rf"(?:\s\w+){{0,3}}?\s?\b{_TONGUE}\b|^(?:in |en |auf )?{_TONGUE}{_PLEASE}\W*$"
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
