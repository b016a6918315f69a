"""The language of this process: a kernel shows one study, and shows it in the language of its request."""

from __future__ import annotations

from jupyter_clinagent.lang.folders import ENGLISH

_USED = [ENGLISH]


def use(language: str) -> None:
    """From now on what this kernel shows is in this language, one of :func:`.folders.languages`."""
    _USED[0] = language


def used() -> str:
    """The language in which this kernel shows what it found."""
    return _USED[0]
