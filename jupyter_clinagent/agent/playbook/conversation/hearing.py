"""Hears a sentence: whether it asks or wishes, and which parts of it stand for themselves."""

from __future__ import annotations

import re
from functools import lru_cache

from jupyter_clinagent.agent.playbook.conversation.family import Heard
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.lang import read_as_english
from jupyter_clinagent.lang.grammar import any_word

_OPENING = re.compile(rf"^(?:(?:{any_word('heard.opens')}|hm+)\b[\s,.:!]*)+")
_POLITE = re.compile(
    rf"^(?:{any_word('heard.polite')} |{any_word('heard.would')} (?!{any_word('heard.would_not')})"
    rf"|(?:{any_word('heard.about')}|{any_word('heard.would_it')} (?:{any_word('heard.like')} )?{any_word('heard.at')}) (?=.*\d)"
    rf"|{any_word('heard.suggests')} |{any_word('heard.why_not')}\b)"
)
_ASKS = re.compile(rf"^(?:{any_word('heard.asks')}|{any_word('heard.do')}(?! {any_word('heard.do_it')}\b))\b")
_OPEN = re.compile(rf"^{any_word('heard.open')}\b")
_NOTHING = any_word("heard.nothing")
_DENIES = re.compile(
    rf"^(?:(?:{any_word('no', 'heard.waits')}),? )*(?:{any_word('heard.i_do_not')} {any_word('heard.want')}\b"
    rf"|{any_word('heard.never')} (?:{any_word('heard.you')} )?{any_word('talk.let_me', 'heard.undone')}\b"
    rf"|{any_word('heard.i_will')} (?:{any_word('heard.the')} )?{_NOTHING}\b"
    rf"|{any_word('heard.told')} (?:{any_word('heard.me')} )?{_NOTHING}\b)"
)
_CORRECTED = re.compile(
    rf"(?P<wrong>\d+(?:[.,]\d+)?)(?P<between>[^\d]*?)\b{any_word('heard.corrects')}\b[^\d\w]*(?:\w+ ){{0,2}}?"
    rf"(?P<right>\d+(?:[.,]\d+)?)(?:\s*(?:%|{any_word('percent')}))?[\s.!]*$",
    re.IGNORECASE,
)
_BUT = re.compile(rf"\b{any_word('but', 'rather')}\b")
"""“Don't miss any” and “don't trust the ruler” wish for something."""
_THEN = any_word("then")
_BETWEEN = re.compile(
    rf"\s*;\s*|(?<=[.!?])\s+|,?\s+{any_word('and', 'heard.joins')}(?:\s+{any_word('heard.then')})?\s+|,\s*{_THEN}\s+|\s*\n\s*",
    re.IGNORECASE,
)


def corrected(text: str) -> str:
    """A message with the number that somebody put right: the last word counts.

    Examples
    --------
    >>> corrected("use 95 % sensitivity. No, wait, 99 %."), corrected("use 95 % sensitivity, no more than 10 minutes")
    ('use 99 % sensitivity. ', 'use 95 % sensitivity, no more than 10 minutes')
    """
    return _CORRECTED.sub(lambda said: f"{said['right']}{said['between']}", text)


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
