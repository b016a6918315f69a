"""Left and right: names that a mirror image would make wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from jupyter_clinagent.agent.playbook import concepts as known
from jupyter_clinagent.agent.playbook.wording import normalise

_SHORT = frozenset(["l", "r", "li", "re", "od", "os", "cranial", "caudal", "top", "bottom"])
"""In names of data only."""
_WORDS = re.compile(r"[A-ZÄÖÜ]?[a-zäöüß]+|[A-ZÄÖÜ]+")


def has_sides(names: Iterable[str]) -> bool:
    """Whether a mirror image or one upside down shows something else than it is said to.

    Examples
    --------
    >>> has_sides(["left lung", "heart"]), has_sides(["leftMask"]), has_sides(["Niere_re"]), has_sides(["leaflet", "polyp"])
    (True, True, True, False)
    """
    return any(normalise(word) in _sides() for name in names for word in _WORDS.findall(name))


@cache
def _sides() -> frozenset[str]:
    return frozenset(normalise(word) for listing in known.SIDES for word in listing) | _SHORT
