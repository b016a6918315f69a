"""A stage of a training: what it is fed with, and its share of the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_clinagent.imaging.feeds import Feed


@dataclass(frozen=True)
class Stage:
    """One stage.

    Attributes
    ----------
    share
        Of the time that is left when it begins.
    feed
        Builds what it is fed with; may take its time.
    metric
        What it is judged by instead of the study's own metric.
    """

    name: str
    feed: Callable[[], Feed]
    share: float = 1.0
    metric: str | None = None
