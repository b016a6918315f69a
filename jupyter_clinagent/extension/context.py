"""Which notebook the clinician has in front of them, as the browsers report it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

_KEPT_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Front:
    """The notebook and the cells in front, in one browser tab."""

    path: str | None
    active: str | None = None
    selected: tuple[str, ...] = ()
    at: float = field(default_factory=time.monotonic)


class Fronts:
    """What each browser tab of each user shows; the tab that reported last counts."""

    def __init__(self) -> None:
        self._fronts: dict[tuple[str, str], Front] = {}

    def report(self, user: str, client: str, front: Front) -> None:
        """Take the report of one tab."""
        self._fronts = {key: old for key, old in self._fronts.items() if front.at - old.at < _KEPT_SECONDS}
        self._fronts[user, client] = front

    def of(self, user: str) -> Front | None:
        """What this user has in front now."""
        mine = [front for (owner, _), front in self._fronts.items() if owner == user]
        return max(mine, key=lambda front: front.at, default=None)
