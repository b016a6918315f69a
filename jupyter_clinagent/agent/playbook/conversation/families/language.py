"""“Ab jetzt auf Deutsch”: in which language the conversation goes on."""

from __future__ import annotations

import re

from jupyter_clinagent.agent.playbook.conversation.family import Family, Heard, answered
from jupyter_clinagent.agent.playbook.conversation.past import Past
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang import languages, read_as_english
from jupyter_clinagent.lang.folders import about
from jupyter_clinagent.lang.grammar import any_word

_TONGUE = f"({any_word('tongues.called')})"
_PLEASE = f"(?: {any_word('tongues.please')})?"
_LANGUAGE = re.compile(
    rf"\b{any_word('tongues.speak')}\b(?:\s\w+){{0,3}}?\s?\b{_TONGUE}\b|^(?:{any_word('tongues.in')} )?{_TONGUE}{_PLEASE}\W*$"
)
_WRITTEN_IN = re.compile(rf"\b{any_word('tongues.in')} {_TONGUE}\b")
_METHODS = re.compile(rf"\b{any_word('writing.methods')}\b")
"""“Write the methods in French” changes nothing else."""


def asked_for(said: str) -> str | None:
    """The language that a sentence asks for; None where it asks for none, or for one that isn't spoken.

    Examples
    --------
    >>> asked_for("ab jetzt auf Deutsch"), asked_for("from now on in English"), asked_for("speak Spanish")
    ('de', 'en', None)
    """
    plain = normalise(said)
    found = None if _METHODS.search(plain) else _LANGUAGE.search(plain)
    return _called(next((group for group in found.groups() if group), "")) if found else None


def tongue_named(said: str) -> str | None:
    """The language that something is to be in, without a change of that of the conversation.

    Examples
    --------
    >>> tongue_named("write the methods paragraph in French"), tongue_named("write the methods paragraph")
    ('fr', None)
    """
    found = _WRITTEN_IN.search(normalise(read_as_english(said)))
    return _called(found[1]) if found else None


def _called(tongue: str) -> str | None:
    return next((name for name in languages() if tongue and tongue.startswith(tuple(about(name)["called"]))), None)


def _answer(heard: Heard, _past: Past) -> str:
    spoken = ", ".join(languages().values())
    return f"Gladly, from now on in this language. I speak: {spoken}." if asked_for(heard.text) else f"I speak: {spoken}."


FAMILY = Family(
    name="language",
    help="",
    examples=("please speak German from now on", "ab jetzt auf Deutsch", "Sprichst du Deutsch?", "antworte bitte auf Deutsch"),
    reads=lambda heard, _past: bool(_LANGUAGE.search(heard.plain)) and not _METHODS.search(heard.plain),
    acts=answered(_answer),
    kind="either",
    rank=5,
    needs=(),
)
