"""The specification of a detection."""

from __future__ import annotations

from typing import Literal

from jupyter_clinagent.contracts import Specification

FALSE_ALARMS = "0.5, 1 and 2 false alarms per image"


class Detection(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`, which the cells write."""

    task: Literal["detection"]
    primary_metric: Literal["map50"]

    @property
    def own_thresholds(self) -> str:
        """Rates of false alarms instead."""
        return f"none; sensitivity is given at {FALSE_ALARMS}"


SPECIFICATION = Detection
