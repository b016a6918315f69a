"""Values that a request counts as others: “count borderline as benign”, “merge D and IV”."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import first_position, normalise, tokens

_COUNTED = re.compile(
    r"\b(?:count|counts|treat|regard|take|consider|zaehle|zaehlt|behandle|rechne|werte)\s(?P<what>.+?)\s(?:as|to|als|zu)\s(?P<as>.+)"
)
_MERGED = re.compile(
    r"\b(?:merge|combine|pool|lump|fasse)\s(?P<one>.+)"
    r"|(?P<other>.+)\s(?:merged|combined|pooled|zusammenfassen|zusammengefasst|as one)\b"
)
_FILLING = frozenset([*known.LISTS["articles"], *known.LISTS["filling"], *known.LISTS["joining"], *known.LISTS["together"]])


def folded(text: str, values: Sequence[str]) -> dict[str, str]:
    """Values that a request counts as others, by value: “count borderline as benign”, “merge D and IV”.

    Examples
    --------
    >>> folded("malignant versus benign, count borderline as benign too", ["malignant", "benign", "borderline"])
    {'borderline': 'benign'}
    >>> folded("Typ bestimmen, aber D und IV zusammenfassen", ["I", "IIa", "D", "IV"])
    {'IV': 'D'}
    >>> folded("count the malignant ones", ["malignant", "benign"])
    {}
    """
    found: dict[str, str] = {}
    for clause in map(str.strip, re.split(r"[.;:!?,]\s|[.;!?]$|\s(?:but|aber)\s", normalise(text))):
        if counted := _COUNTED.search(clause):
            one, other = _named_alone(counted["what"], values), _named_alone(counted["as"], values)
            found |= dict.fromkeys(one, other[0]) if one and len(other) == 1 else {}
        elif merged := _MERGED.search(clause):
            first, *others = _named_alone(merged["one"] or merged["other"], values) or [""]
            found |= dict.fromkeys(others, first)
    return {value: home for value, home in found.items() if home not in found}


def _named_alone(said: str, values: Sequence[str]) -> list[str]:
    """The values of which a phrase is made, in its order; none where it says anything else."""
    words = [word for word in tokens(said) if word not in _FILLING]
    places = {value: first_position(said, [normalise(value)]) for value in values}
    held = sorted((value for value, at in places.items() if at is not None), key=lambda value: places[value] or 0)
    spelt = {word for value in held for word in tokens(normalise(value))}
    longest = [v for v in held if not any(set(tokens(normalise(v))) < set(tokens(normalise(other))) for other in held)]
    return longest if held and set(words) <= spelt else []
