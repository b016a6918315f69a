"""The specification of a detection."""

from __future__ import annotations

from typing import Literal

from jupyter_clinagent.contracts import Specification


class Detection(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`, which the cells write."""

    task: Literal["detection"]
    primary_metric: Literal["map50"]


SPECIFICATION = Detection
