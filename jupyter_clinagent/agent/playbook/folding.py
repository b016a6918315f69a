"""Values that a request counts as others: “count borderline as benign”, “merge D and IV”."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import first_position, normalise, tokens
from jupyter_clinagent.lang.grammar import any_word

_AS, _IS = any_word("folding.as"), any_word("is")
_COUNTED = re.compile(
    rf"\b{any_word('folding.counts')}\s(?P<what>.+?)\s{_AS}\s(?P<as>.+)"
    rf"|(?P<whose>.+?)\s(?:{_IS}\s)?(?:{any_word('folding.to_be')} )?{any_word('folding.counted')}\s{_AS}\s(?P<home>.+)"
    rf"|(?P<this>.+?)\s(?:=|{any_word('folding.goes_to')})\s(?P<that>.+)"
)
_MERGED = re.compile(rf"\b{any_word('folding.merges')}\s(?P<one>.+)|(?P<other>.+)\s{any_word('folding.merged')}\b")
_CLAUSES = re.compile(rf"[.;:!?,]\s(?:{any_word('and')}\s)?|[.;!?]$|[()]|\s{any_word('but')}\s")
_STEM = 4
"""Letters of a word that may have another ending."""
_FILLING = frozenset(
    ["ones", *known.LISTS["articles"], *known.LISTS["filling"], *known.LISTS["joining"], *known.LISTS["together"]]
)


def folded(text: str, values: Sequence[str]) -> dict[str, str]:
    """Values that a request counts as others, by value: “count borderline as benign”, “merge D and IV”.

    Examples
    --------
    >>> folded("malignant versus benign, count borderline as benign too", ["malignant", "benign", "borderline"])
    {'borderline': 'benign'}
    >>> folded("Typ bestimmen, aber D und IV zusammenfassen", ["I", "IIa", "D", "IV"])
    {'IV': 'D'}
    >>> folded("indeterminate counts as positive", ["positive", "negative", "indeterminate"])
    {'indeterminate': 'positive'}
    >>> folded("count the malignant ones", ["malignant", "benign"])
    {}
    """
    found: dict[str, str] = {}
    for clause in map(str.strip, _CLAUSES.split(normalise(text))):
        if counted := _COUNTED.search(clause):
            what = counted["what"] or counted["whose"] or counted["this"]
            home = counted["as"] or counted["home"] or counted["that"]
            one, other = _named_alone(what, values), _named_alone(home, values)
            found |= dict.fromkeys(one, other[0]) if one and len(other) == 1 else {}
        elif merged := _MERGED.search(clause):
            first, *others = _named_alone(merged["one"] or merged["other"], values) or [""]
            found |= dict.fromkeys(others, first)
    return {value: home for value, home in found.items() if home not in found}


def _named_alone(said: str, values: Sequence[str]) -> list[str]:
    """The values of which a phrase is made, in its order; none where it says anything else."""
    words = [_as_spelt(word, values) for word in tokens(said) if word not in _FILLING]
    said = " ".join(words)
    places = {value: first_position(said, [normalise(value)]) for value in values}
    held = sorted((value for value, at in places.items() if at is not None), key=lambda value: places[value] or 0)
    spelt = {word for value in held for word in tokens(normalise(value))}
    longest = [v for v in held if not any(set(tokens(normalise(v))) < set(tokens(normalise(other))) for other in held)]
    return longest if held and set(words) <= spelt else []


def _as_spelt(word: str, values: Sequence[str]) -> str:
    """“Positiv” for the value “positive”: a word that is one of the values but for its last letters."""
    spelt = [normalise(value) for value in values]
    near = [one for one in spelt if len(word) > _STEM and len(one) - len(word) in (-2, -1, 1, 2) and _begins(one, word)]
    return near[0] if len(near) == 1 and word not in spelt else word


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
