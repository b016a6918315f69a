"""What is said while the agent works: stop, how far are you, or something for afterwards."""

from __future__ import annotations

import re

_STOP = re.compile(
    r"\W*(?:please|bitte|ok|okay|now|and|und|jetzt|no|nein)?[\s,]*(?:stop|stopp|stoppe|halt|abort|cancel"
    r"|quit|enough|anhalten|abbrechen|brich ab|genug"
    r"|h(?:ö|oe)r(?:e)? (?:bitte )?auf|schluss)"
    r"(?:[\s,]+(?:now|it|that|this|everything|all|the|training|experiment|please|bitte|jetzt|sofort|damit"
    r"|das|alles|at once|immediately"
    r"|(?:after|nach) (?:this|the current|that|dieser|diesem|der|dem) (?:epoch|experiment|step|one|epoche|schritt)))*\W*",
    re.IGNORECASE,
)
_LATER = re.compile(r"\b(?:after|nach)\b", re.IGNORECASE)
_HOW_FAR = re.compile(
    r"^\W*(?:how far|how long (?:will|does|do|more|until)|how much longer|status|progress|are you (?:done"
    r"|ready|finished|still)|what are you doing"
    r"|still (?:there|working)|wie weit|wie lange (?:noch|dauert)|bist du (?:fertig|noch)|was machst du|fertig\?)",
    re.IGNORECASE,
)


def is_stop(said: str) -> bool:
    """Whether a message means that the work has to end.

    Examples
    --------
    >>> is_stop("stop after this epoch"), is_stop("stop it from looking at the ruler")
    (True, False)
    """
    return _STOP.fullmatch(said) is not None


def wants_stop_later(said: str) -> bool:
    """Whether it is to end after the current epoch or experiment, which can't be waited for."""
    return bool(_LATER.search(said))


def asks_how_far(said: str) -> bool:
    """Whether a message only asks how far the work is."""
    return bool(_HOW_FAR.search(said))
