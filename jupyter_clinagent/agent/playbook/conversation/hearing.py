"""Hears a sentence: whether it asks or wishes, and which parts of it stand for themselves."""

from __future__ import annotations

import re
from functools import lru_cache

from jupyter_clinagent.agent.playbook.conversation.family import Heard
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang import read_as_english

_OPENING = re.compile(
    r"^(?:(?:please|bitte|ok|okay|and|und|so|now|then|also|well|hm+|but|aber|nun|dann|jetzt|hey|hi|hello|hallo)\b[\s,.:!]*)+"
)
_POLITE = re.compile(
    r"""^(?: (?:can|could|will|would(?!\ you\ (?:use|trust|recommend|call)))\ you\ (?:please\ )?
       | (?:kannst|koenntest|wuerdest)\ du\ (?:bitte\ )? | (?:koennen|koennten|wuerden)\ sie\ (?:bitte\ )?
       | (?:what|how)\ about\ (?=.*\d)
       | (?:what|how)\ would\ (?:happen|(?:it|that)\ (?:look|be))(?:\ like)?\ (?:at|with)\ (?=.*\d)
       | what\ if\ (?:we\ |you\ )? | why\ not\ | why\ don['’]?t\ (?:you|we)\b
       | (?:wie\ waere\ es|was\ ist|was\ waere)\ (?:mit|bei)\ (?=.*\d) | warum\ nicht\ )""",
    re.VERBOSE,
)
_ASKS = re.compile(
    r"""^(?:what|whats|which|who|whom|whose|why|when|where|how|is|isn|are|was|were
    |do(?!\ (?:it|that|this|everything|the\ study)\b)|does|did|has|have|can|could|should|shall|may
    |will|would|tell\ me|explain|remind\ me|i\ (?:want|would\ like|d\ like)\ to\ know|i['’]d\ like\ to\ know|i\ wonder
    |welche\w*|wer|wen|wem|wessen|warum|wieso|weshalb|wann|wo|woher|woran|womit|worauf|wie|ist|sind|war|waren|hat|haben|kann|darf
    |soll|sollte|muss|wird|werden|wurden?|gibt\ es|erklaer\w*|sag\ mir|ich\ (?:moechte|will|wuerde\ gern\w*)\ wissen)\b""",
    re.VERBOSE,
)
_OPEN = re.compile(
    r"""^(?:how\ (?:many|much|long|sure|good|well|certain|reliable|big|large|often)|why|when|what\ (?:does|did|do|was|were)\b
    |tell\ me\ (?:how|why|what)|explain|wie\ (?:viele?|lange|sicher|gut|oft|gross)|warum|wieso|weshalb|wann
    |was\ (?:bedeutet|heisst|war|waren|wurde)|erklaer)""",
    re.VERBOSE,
)
_DENIES = re.compile(
    r"^(?:no,? )?(?:i (?:do ?n[o']?t|did ?n[o']?t|never) (?:want|need|like|ask for)\b"
    r"|(?:do ?n[o']?t|never|please do ?n[o']?t) (?:you )?(?:show|use|set|keep|train|write|give|open|export|change|choose|make)\b"
    r"|(?:ich|wir) (?:will|wollen|brauche|brauchen|moechte|moechten) (?:das |die |den )?(?:nicht|keine?n?)\b"
    r"|(?:zeig|nimm|setz|trainier|mach|schreib)\w* (?:mir )?(?:bitte )?(?:nicht|keine?n?)\b)"
)
_BUT = re.compile(r"\b(?:but|instead|rather|sondern|stattdessen|lieber)\b")
"""“Don't miss any” and “don't trust the ruler” wish for something."""
_BUT = re.compile(r"\b(?:but|instead|rather|sondern|stattdessen|lieber)\b")
_BETWEEN = re.compile(
    r"\s*;\s*|(?<=[.!?])\s+|,?\s+(?:and|und|et)(?:\s+(?:then|also|dann|auch))?\s+|,\s*(?:then|dann)\s+|\s*\n\s*", re.IGNORECASE
)


@lru_cache(maxsize=1000)
def hear(text: str) -> Heard:
    """A sentence as the families read it.

    Examples
    --------
    >>> hear("How long did it train?").asks, hear("Could you show me the misses?").asks
    (True, False)
    """
    plain = _OPENING.sub("", normalise(read_as_english(text)))
    bare = _OPENING.sub("", _POLITE.sub("", plain).strip())
    asks = bool(_ASKS.match(bare)) or (bare == plain and plain.endswith("?"))
    denies = bool(_DENIES.search(plain.replace("’", "'"))) and not _BUT.search(plain)
    return Heard(text, bare, read_request(text), asks, bool(_OPEN.match(bare)), denies)


def parts_of(text: str) -> list[tuple[int, int]]:
    """Where the parts of a message stand that may be wishes of their own.

    Examples
    --------
    >>> [text[a:b] for text in ["use 90 % sensitivity and show me the misses"] for a, b in parts_of(text)]
    ['use 90 % sensitivity', 'show me the misses']
    """
    ends = [(found.start(), found.end()) for found in _BETWEEN.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if text[start:stop].strip(" .!?,;")]
