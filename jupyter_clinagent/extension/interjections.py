"""What is said while the agent works: stop, how far are you, or something for afterwards."""

from __future__ import annotations

import re

from jupyter_clinagent.lang.grammar import any_word

_STOP = re.compile(
    rf"\W*{any_word('stopping.opens')}?[\s,]*{any_word('stopping.stop', 'stopping.enough')}"
    rf"(?:[\s,]+(?:{any_word('stopping.goes_on')}"
    rf"|{any_word('stopping.after')} {any_word('stopping.this')} {any_word('stopping.step')}))*\W*",
    re.IGNORECASE,
)
_LATER = re.compile(rf"\b{any_word('stopping.after')}\b", re.IGNORECASE)
_HOW_FAR = re.compile(rf"^\W*{any_word('stopping.how_far')}", re.IGNORECASE)


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
