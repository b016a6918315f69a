"""What a model says of each finding on one partition, with the truth: the counterpart of a classifier's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.imaging.metrics import bootstrap_weights, fewest_groups, percentile_estimate
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.tasks.findings import enough, metrics

NONE_JUDGED = "no finding can be judged here, so this mean of all of them is an anecdote"


@dataclass(frozen=True)
class FindingScores:
    """Probabilities of each finding.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth
        float (N, findings): 1, 0, or NaN where it is not known.
    scores
        float (N, findings).
    thresholds
        (findings,), from which on a finding is called; chosen on validation.
    """

    images: list[str]
    groups: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    thresholds: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: 1 where any finding is shown."""
        return np.asarray((self.truth == 1).any(axis=1), dtype=np.int64)

    @property
    def too_few(self) -> list[str]:
        """Why each finding can't be judged here; empty for those that can."""
        return enough.too_few(self.truth, self.groups)

    @property
    def counted(self) -> np.ndarray:
        """Findings (F,), bool, that count in the macro figures; see :func:`~jupyter_clinagent.tasks.findings.enough.counted`."""
        return enough.counted(self.truth, self.groups)

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: macro figures, then ``figure:finding``.

        A finding that can't be judged has no figure, but the reason.
        """
        drawn = np.concatenate([np.ones((1, len(self.images)), np.float32), bootstrap_weights(self.groups, seed=seed)])
        sensitivity, specificity = metrics.rates(self.truth, self.scores >= self.thresholds, drawn)
        each = {
            "auroc": metrics.aurocs(self.truth, self.scores, drawn),
            "ap": metrics.average_precisions(self.truth, self.scores, drawn),
            "sensitivity": sensitivity,
            "specificity": specificity,
            "ece": metrics.calibration_errors(self.truth, self.scores, drawn),
            "brier": metrics.brier_scores(self.truth, self.scores, drawn),
            "prevalence": metrics.prevalences(self.truth, drawn),
        }
        why, none = enough.withheld(self.truth, self.groups), "" if "" in self.too_few else NONE_JUDGED
        rarest = min((self._rests_on("auroc", int(k)) or 0 for k in np.flatnonzero(self.counted)), default=0)
        macro = {
            "macro_auroc": _estimate(self._macro(each["auroc"]), said=none, cases=rarest),
            "macro_ap": _estimate(self._macro(each["ap"]), said=none),
        }
        return macro | {
            f"{name}:{finding}": _estimate(values[:, number], why[name][number], cases=self._rests_on(name, number))
            for number, finding in enumerate(classes)
            for name, values in each.items()
        }

    def _rests_on(self, name: str, finding: int) -> int | None:
        """How many groups a share of one finding rests on; None of other figures."""
        there, free = self.truth[:, finding] == 1, self.truth[:, finding] == 0
        parts = {"auroc": (there, free), "sensitivity": (there,), "specificity": (free,)}.get(name)
        return fewest_groups(self.groups, *parts) if parts else None

    def _macro(self, values: np.ndarray) -> np.ndarray:
        return metrics.mean_over(values, self.counted)

    def gain_over(self, other: Judged, metric: str, draws: int, seed: int) -> Estimate:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`; of the macro AUROC."""
        if not isinstance(other, FindingScores) or other.images != self.images:
            raise ValueError("The predictions to be compared were made on different images.")
        drawn = np.concatenate([np.ones((1, len(self.images)), np.float32), bootstrap_weights(self.groups, draws, seed)])
        after, before = (self._macro(metrics.aurocs(self.truth, part.scores, drawn)) for part in (self, other))
        return _estimate(after - before)

    def binary(self, *positives: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`; of the images of which it is known."""
        truth, scores = self.truth[:, list(positives)], self.scores[:, list(positives)].max(axis=1)
        shown = (truth == 1).any(axis=1)
        known = shown | ~np.isnan(truth).any(axis=1)
        return np.asarray(shown[known]), np.asarray(scores[known])

    def of_cases(self, cases: Cases) -> FindingScores:
        """See :class:`~jupyter_clinagent.study.protocol.judged.JudgedTogether`."""
        truth, scores = cases.shown(self.truth), cases.probabilities(self.scores)
        return FindingScores(cases.names, cases.first(self.groups), truth, scores, self.thresholds)

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: findings judged on the whole and here, too."""
        truth, groups = self.truth[inside], self.groups[inside]
        many = ((truth == 1).sum(axis=0) >= least) & ((truth == 0).sum(axis=0) >= least)
        judged = many & self.counted & np.array([not why for why in enough.too_few(truth, groups)])
        if not judged.any():
            return 0, None
        drawn = np.concatenate([np.ones((1, len(truth)), np.float32), bootstrap_weights(groups, seed=seed)])
        return int(judged.sum()), _estimate(metrics.mean_over(metrics.aurocs(truth, self.scores[inside], drawn), judged))


def _estimate(values: np.ndarray, why_not: str = "", said: str = "", cases: int | None = None) -> Estimate:
    """The first value with the percentile interval of the others; none where there is a reason why not."""
    if why_not:
        return Estimate(value=None, reason=why_not)
    value = None if np.isnan(values[0]) else float(values[0])
    found = percentile_estimate(value, values[1:], cases)
    return found.model_copy(update={"reason": said}) if said and value is not None else found
