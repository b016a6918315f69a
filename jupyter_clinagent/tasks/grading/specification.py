"""The specification of a grading."""

from __future__ import annotations

from typing import Literal

from jupyter_clinagent.contracts import Specification


class Grading(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`; ``classes`` are the grades, ascending."""

    task: Literal["grading"]
    primary_metric: Literal["kappa_quadratic"]

    @property
    def own_thresholds(self) -> str:
        """The middle of the distribution."""
        return "none; named is the highest grade that is more likely reached than not (the median)"


SPECIFICATION = Grading
