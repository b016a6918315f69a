"""The specification of several findings per image."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from jupyter_clinagent.contracts import Specification

Policy = Literal["left out", "positive", "negative"]


class SeveralFindings(Specification):
    """See :class:`~jupyter_clinagent.contracts.Specification`; ``classes`` are findings, of which an image may show any.

    Attributes
    ----------
    uncertain
        What an entry counts as that says “uncertain”: left out for this finding, positive, or negative.
    not_mentioned
        The same of an empty entry, where others of its column say no.
    sensitivity_for, specificity_for
        Findings whose threshold holds this rate on validation; that of the others has the largest sum of both (Youden).
    """

    task: Literal["findings"]
    primary_metric: Literal["macro_auroc"]
    uncertain: Policy = "left out"
    not_mentioned: Policy = "left out"
    sensitivity_for: dict[str, float] = Field(default_factory=dict)
    specificity_for: dict[str, float] = Field(default_factory=dict)


SPECIFICATION = SeveralFindings
