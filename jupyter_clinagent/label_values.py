"""Label values that mean “not known”: in one place, for all that look at labels."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jupyter_clinagent.lang.grammar import words_in

LABEL_NOT_KNOWN = "label not known"
"""Why an image with such a value is left out."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_EMPTY = re.compile(r"[\s?\-–—_./\\#<>()\[\]]*")
_ABOUT = frozenset(words_in("not_known.about"))
"""Words that change nothing: “diagnosis unknown” is “unknown”."""
_NOT_KNOWN = frozenset(word.translate(_UMLAUTS).replace(" ", "") for word in words_in("not_known.words"))
_UNLESS_BESIDE = {"-": "+", "missing": "present", "unclear": "clear", "unklar": "klar", "unknown": "known", "unsure": "sure"}
"""Where the other one stands in the same column, both are answers."""
_DIGIT = re.compile(r"\d")
_YES_NO_NEITHER = re.compile(r"(?:-1|0|1)(?:[.,]0+)?")


def not_known(values: Iterable[object]) -> list[str]:
    """Those of a column's values that mean that the label is not known.

    A finding that is not there (“none”, “keine”, “no finding”) and “other” are known; so is “-” in a column that also
    holds “+”. Beside 0 and 1, -1 is neither no nor yes, and “Karzinom?” beside “Karzinom” is in doubt.

    Examples
    --------
    >>> not_known(["mel", "nv", "n/a", "unbekannt", "?", "none", "other"])
    ['n/a', 'unbekannt', '?']
    >>> not_known(["+", "-"])
    []
    >>> not_known(["-1", "0", "1"]), not_known(["-1", "0", "1", "2"])
    (['-1'], [])
    >>> not_known(["Karzinom", "Karzinom?", "Adenom"])
    ['Karzinom?']
    """
    written = list(dict.fromkeys(str(value) for value in values))
    doubted = any(value.rstrip().endswith("?") for value in written)
    # No word for “not known” has a digit, and most of a long column's values (ids, numbers) do.
    keys = {value: _key(value) for value in written if doubted or not _DIGIT.search(value)}
    beside, plain = set(keys.values()), {key for value, key in keys.items() if "?" not in value}
    unknown = [
        value
        for value, key in keys.items()
        if (_means_not_known(key) and _UNLESS_BESIDE.get(key) not in beside) or (value.rstrip().endswith("?") and key in plain)
    ]
    return unknown + _neither([value for value in written if value not in unknown])


def _neither(values: list[str]) -> list[str]:
    coded = len(values) > 2 and all(_YES_NO_NEITHER.fullmatch(value.strip()) for value in values)
    return [value for value in values if coded and value.strip().startswith("-")]


def _means_not_known(key: str) -> bool:
    return bool(_EMPTY.fullmatch(key)) or key in _NOT_KNOWN


def _key(value: str) -> str:
    """Lower case, letters and digits only, without words that change nothing; a sign alone stays."""
    plain = value.casefold().translate(_UMLAUTS).strip()
    words = re.findall(r"[^\W_]+", plain.replace("'", ""))
    return "".join(word for word in words if word not in _ABOUT) or "".join(words) or plain
