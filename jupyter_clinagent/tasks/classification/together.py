"""Values that a request itself puts together: “BCC, SCC and MEL are cancer”, “cancer (BCC, SCC, MEL) or not”."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from jupyter_clinagent.agent.playbook.naming import mentioned
from jupyter_clinagent.agent.playbook.polarity import REST
from jupyter_clinagent.agent.playbook.wording import label_key, normalise
from jupyter_clinagent.lang.grammar import any_word

_ARE = re.compile(
    rf"^(?P<values>.+?)\s{any_word('put_together.are')}\s(?:{any_word('all', 'the')} )?(?P<name>[^\W\d_][\w-]+)\W*$"
)
_OF = re.compile(r"(?P<name>[^\W\d_][\w-]+)\s*\((?P<values>[^()]+)\)")
_CLAUSE = re.compile(rf"[.;:!?]\s|[.;!?]$|,\s(?={any_word('put_together.rest')})")
_ASKS = re.compile(rf"^{any_word('put_together.asks')}\b")
_AND = re.compile(rf"[\W_]+|\b{any_word('and', 'or', 'put_together.joins')}\b")


def put_together(text: str, values: Sequence[str]) -> dict[str, list[str]]:
    """The classes that a request makes of several values by a name of its own, and the rest; empty where it makes none.

    Examples
    --------
    >>> put_together("BCC, SCC and MEL are cancer, the others are not. Is it cancer?", ["BCC", "SCC", "MEL", "NEV", "ACK"])
    {'cancer': ['BCC', 'SCC', 'MEL'], 'rest': ['NEV', 'ACK']}
    >>> put_together("Tell BCC from MEL", ["BCC", "MEL", "NEV"])
    {}
    """
    made: dict[str, list[str]] = {}
    for name, members in _said(text):
        held = [value for value in mentioned(values, members) if not any(value in other for other in made.values())]
        if len(held) > 1 and _only_names(members, held) and label_key(name) not in map(label_key, values):
            made.setdefault(name, []).extend(held)
    left = [value for value in values if not any(value in held for held in made.values())]
    return {**made, REST: left} if made and left else made if len(made) > 1 else {}


def _said(text: str) -> Iterator[tuple[str, str]]:
    """Names, and the words for what is called so."""
    yield from ((found["name"].lower(), normalise(found["values"])) for found in _OF.finditer(text))
    for clause in map(normalise, _CLAUSE.split(text)):
        found = _ARE.match(clause.strip())
        if found and not _ASKS.match(clause.strip()):
            yield _as_written(found["name"], text), found["values"]


def _as_written(plain: str, text: str) -> str:
    """A word with its umlauts."""
    return next((word.lower() for word in re.findall(r"[\w-]+", text) if normalise(word) == plain), plain)


def _only_names(members: str, held: Sequence[str]) -> bool:
    """Whether nothing but the values is named: in “images of BCC and MEL are blurry” something else is."""
    said = {label_key(word) for word in _AND.split(members) if word}
    names = {label_key(word) for value in held for word in _AND.split(normalise(value)) if word}
    return said <= names
