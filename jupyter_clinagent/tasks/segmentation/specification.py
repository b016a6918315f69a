"""The specification of a segmentation."""

from __future__ import annotations

from typing import Literal

from jupyter_clinagent.contracts import Specification

HALF_INSIDE = "a pixel is inside from a probability of one half on; a lower one would make every outline larger"
"""Why no rate that is asked for sets a threshold."""


class Segmentation(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`, which the cells write; ``classes`` are structures."""

    task: Literal["segmentation"]
    primary_metric: Literal["dice"]

    @property
    def own_thresholds(self) -> str:
        """One half."""
        return f"none; {HALF_INSIDE}"


SPECIFICATION = Segmentation
