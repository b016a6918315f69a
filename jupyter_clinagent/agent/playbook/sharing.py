"""“Ductal or lobular carcinoma”: a word that is said once and belongs to both names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jupyter_clinagent.agent.playbook.wording import normalise, tokens
from jupyter_clinagent.lang.grammar import any_word

_JOINED = rf"(?:,|/| {any_word('and', 'or', 'from', 'lists.against')}) "


def with_shared_words(plain: str, values: Iterable[str]) -> str:
    """A normalised text, and behind it those of the values that it calls so.

    Examples
    --------
    >>> with_shared_words("ductal or lobular carcinoma", ["ductal carcinoma", "lobular carcinoma"])
    'ductal or lobular carcinoma . ductal carcinoma'
    """
    names = {tuple(words) for value in values if len(words := tokens(normalise(value).replace("_", " "))) == 2}
    shared = [f"{own} {last}" for own, last in sorted(names) if re.search(_split(own, last), plain)]
    return " . ".join([plain, *shared])


def _split(own: str, last: str) -> str:
    return rf"\b{re.escape(own)}{_JOINED}(?:\w+ )?\w+ {re.escape(last)}\b"
