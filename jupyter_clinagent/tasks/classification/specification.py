"""The specification of a classification."""

from __future__ import annotations

from typing import Literal

from jupyter_clinagent.contracts import Specification


class Classification(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`, which the cells write."""

    task: Literal["classification"]
    primary_metric: Literal["auroc", "macro_auroc"]

    @property
    def own_thresholds(self) -> str:
        """The likeliest class."""
        return "none (most probable class)"


SPECIFICATION = Classification
