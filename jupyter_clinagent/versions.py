"""Versions of what is written down, and how what another release wrote is read.

A field that is added raises no version, a field that is taken away does; a field whose meaning changes gets another name. So what
a reader knows by name means what it thinks, whichever release wrote it: it keeps fields that it does not know, and says in a
sentence which of those that it needs are missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any

from jupyter_clinagent._version import __version__
from jupyter_clinagent.errors import OtherRelease

FACTS = RECORD = LEDGER = MANIFEST = MODEL = 1
"""Versions of facts, of an entry of the record, of the ledger, of a bundle's manifest and of what a model says of itself."""
SUMMARY = 2
"""Version of the JSON summary: since 2 a question's words stand under ``text``, and release 0.1.0 had no ``allocation``."""


def schema_of(content: Mapping[str, Any], key: str = "schema") -> int:
    """The version that something bears; release 0.1.0 gave facts and entries of the record none, which is version 1.

    Examples
    --------
    >>> schema_of({"schema": 3}), schema_of({}), schema_of({"schema": "new"})
    (3, 1, 1)
    """
    version = content.get(key, 1)
    return version if isinstance(version, int) else 1


def other_release(what: str, unclear: Sequence[str], version: int, known: int, writer: str = "") -> OtherRelease:
    """The error that says what can't be read and what to do.

    Parameters
    ----------
    what
        As a sentence begins with it, such as “The manifest”.
    unclear
        Fields that are missing or hold something else than this release expects.
    version, known
        Of what was written, and the one that this release writes.
    writer
        The release that wrote it, where that is known.
    """
    release = f"jupyter_clinagent {writer}" if writer else "the release that wrote it"
    advice = "install the newest release" if version > known else f"use {release}, or make it anew"
    named = ", ".join(f"“{name}”" for name in unclear)
    return OtherRelease(
        f"{what} can't be read by jupyter_clinagent {__version__}: {named} is missing or unclear. It is of version "
        f"{version}, and this release writes version {known}: {advice}."
    )


def needed(
    content: Any, kinds: Mapping[str, type | UnionType], what: str, known: int, version: int | None = None
) -> dict[str, Any]:
    """The content, once it is clear that it has these fields; whatever else it has is kept.

    Parameters
    ----------
    kinds
        The fields that have to be there, and what each holds.
    what, known
        See :func:`other_release`.
    version
        Where the content itself bears none.

    Raises
    ------
    OtherRelease
        One of them is missing or holds something else.

    Examples
    --------
    >>> needed({"cells": {}, "weather": "fine"}, {"cells": dict}, "The manifest", 1)
    {'cells': {}, 'weather': 'fine'}
    """
    there = content if isinstance(content, dict) else {}
    unclear = [name for name, kind in kinds.items() if not isinstance(there.get(name), kind)]
    if unclear:
        raise other_release(what, unclear, version or schema_of(there), known, str(there.get("clinagent", "")))
    return there
