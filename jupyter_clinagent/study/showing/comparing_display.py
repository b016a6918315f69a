"""What is seen while images are compared with each other."""

from __future__ import annotations

import time

from jupyter_clinagent.contracts import Progress
from jupyter_clinagent.study.showing.display import ProgressDisplay

MANY = 200
"""Fewer images are compared in a few seconds, without a word."""
_TITLE = "images of the same scene"


class ComparingDisplay:
    """How far the comparison is, told at most once a second."""

    def __init__(self, images: int) -> None:
        self._display, self._images = ProgressDisplay(), images
        self._started = self._told = time.monotonic()

    def __call__(self, share: float) -> None:
        """Hear how much is done, 0 to 1."""
        now = time.monotonic()
        if self._images < MANY or (share < 1 and now - self._told < 1):
            return
        self._told = now
        left = (now - self._started) * (1 - share) / share
        text = f"{self._images} images compared" if share == 1 else f"{share:.0%}, about {left:.0f} s left"
        self._display.update(Progress(experiment=_TITLE, fraction=share, seconds_left=left, text=f"{_TITLE}: {text}"))
