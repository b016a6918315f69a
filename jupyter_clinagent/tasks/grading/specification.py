"""The specification of a grading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from jupyter_clinagent.contracts import Specification


class Grading(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`; ``classes`` are the grades, ascending."""

    task: Literal["grading"]
    primary_metric: Literal["kappa_quadratic"]

    def held_together(self, names: Sequence[str]) -> list[str]:
        """The grades from the lowest of these on; of the lowest of all, which every image reaches, those above it."""
        grades = list(self.classes)
        return grades[max(min(map(grades.index, names)), 1) :]

    @property
    def own_thresholds(self) -> str:
        """The middle of the distribution."""
        return "none; named is the highest grade that is more likely reached than not (the median)"


SPECIFICATION = Grading
