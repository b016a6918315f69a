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
    others
        ``left out``: images that show other findings only are left out, so that these are told from normal ones; None: they count
        as images without.
    sensitivity_for, specificity_for
        Findings whose threshold holds this rate on validation; that of the others has the largest sum of both (Youden).
    """

    task: Literal["findings"]
    primary_metric: Literal["macro_auroc"]
    uncertain: Policy = "left out"
    not_mentioned: Policy = "left out"
    others: Literal["left out"] | None = None
    sensitivity_for: dict[str, float] = Field(default_factory=dict)
    specificity_for: dict[str, float] = Field(default_factory=dict)

    @property
    def usual(self) -> set[str]:
        """See :class:`~jupyter_clinagent.contracts.Specification`."""
        return super().usual | (set() if self.others else {"others"})

    @property
    def own_thresholds(self) -> str:
        """One for each finding, by the rate that was asked for or the best sum of both.

        Examples
        --------
        >>> asked = {"title": "", "request": "", "task": "findings", "objective": "", "primary_metric": "macro_auroc"}
        >>> SeveralFindings(**asked, classes={"oedema": ["1"], "nodule": ["1"]}, sensitivity_for={"nodule": 0.9}).own_thresholds
        '90% sensitivity for nodule, else the best sum of sensitivity and specificity; one for each finding, chosen on validation'
        """
        held = ", ".join(
            f"{target:.0%} {rule} for {name}"
            for rule, targets in (("sensitivity", self.sensitivity_for), ("specificity", self.specificity_for))
            for name, target in targets.items()
        )
        others = len(self.classes) > len(self.sensitivity_for) + len(self.specificity_for)
        rules = [held, "the best sum of sensitivity and specificity"] if others else [held]
        return f"{', else '.join(filter(None, rules))}; one for each finding, chosen on validation"


SPECIFICATION = SeveralFindings
