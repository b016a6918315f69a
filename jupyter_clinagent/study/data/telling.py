"""How a long look at the data tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[float, str], None]
"""Takes the share that is done, 0 … 1, and what is done now."""


def quiet(share: float, doing: str) -> None:
    """Tells nobody."""
