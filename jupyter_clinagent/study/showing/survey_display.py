"""What is seen while a large data folder is looked at."""

from __future__ import annotations

import time

from jupyter_clinagent.contracts import Progress
from jupyter_clinagent.study.showing.display import ProgressDisplay

PATIENCE = 1.0
"""Seconds that pass without a word: a small folder is looked at in less. Later it is told no more often."""
_TITLE = "a first look"


class SurveyDisplay:
    """How far the look is."""

    def __init__(self) -> None:
        self._display = ProgressDisplay()
        self._began = self._told = time.monotonic()

    def __call__(self, share: float, doing: str) -> None:
        """Hear how much is done, 0 to 1, and what is done now."""
        now = time.monotonic()
        if now - self._told < PATIENCE:
            return
        self._told = now
        left = (now - self._began) * (1 - share) / share if share else 0.0
        self._display.update(Progress(experiment=_TITLE, fraction=share, seconds_left=left, text=f"{_TITLE}: {doing}"))
