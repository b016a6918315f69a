"""Where the model holds, and where not: subgroups, changed images, net benefit."""

from __future__ import annotations

from typing import Any, NamedTuple

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.metrics import Metric
from jupyter_clinagent.study.protocol.evaluation import SMALL
from jupyter_clinagent.study.report.evidence import Evidence, net_benefits
from jupyter_clinagent.tasks import registry


class Subgroup(NamedTuple):
    """The primary metric in one subgroup, and in the whole test set."""

    column: str
    value: str
    images: int
    estimate: Estimate | None
    whole: float | None
    metric: Metric

    @property
    def few(self) -> bool:
        """Whether it has too few images to be judged."""
        return self.estimate is None or self.estimate.value is None

    @property
    def alarm(self) -> bool:
        """Whether it is far worse off than the whole test set."""
        known = self.estimate.value if self.estimate is not None else None
        return known is not None and self.whole is not None and self.metric.much_worse(known, self.whole)


class Decision(NamedTuple):
    """Net benefit as a figure, and some thresholds of it."""

    png: bytes
    alt: str
    rows: list[Any]


def beyond(e: Evidence) -> dict[str, Any]:
    """Subgroups, robustness and net benefit."""
    known, metric = e.opening.subgroups.itertuples(), registry.metric(e.opening.facts.primary_metric)
    robustness = e.robustness.astype(object).where(e.robustness.notna(), None)
    return {
        "subgroups": [Subgroup(r.subgroup, r.value, r.images, r.estimate, e.primary.value, metric) for r in known],
        "least": SMALL,
        "alarm": metric.alarm,
        "robustness": list(robustness.itertuples()),
        "decision": _decision(e),
    }


def _decision(e: Evidence) -> Decision | None:
    if e.decision is None:
        return None
    fine = net_benefits(e.session, figures.DECISION_GRID)
    assert fine is not None
    drawn = figures.decision_curve(fine["threshold"].to_numpy(), fine["model"].to_numpy(), fine["everybody"].to_numpy())
    return Decision(figures.png(drawn), figures.alt_text(drawn), list(e.decision.itertuples()))
