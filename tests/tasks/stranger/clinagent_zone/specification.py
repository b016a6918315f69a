"""The specification of zones."""

from __future__ import annotations

from typing import Literal

from jupyter_clinagent.contracts import Specification

COLUMN = "tip_y"
"""Heights of tips."""
ZONES = ("upper", "lower")


class Zones(Specification):
    """Two zones; nothing is asked for beyond the common."""

    task: Literal["zone"]
    primary_metric: Literal["auroc"]


SPECIFICATION = Zones
