"""What a model says of each finding on one partition, with the truth: the counterpart of a classifier's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.metrics import bootstrap_weights, percentile_estimate
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.tasks.findings import metrics

FEWEST = 5
"""A finding shown by fewer groups of a partition does not count in the macro figures there."""


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
        groups = np.asarray(self.groups, dtype=str)
        shown, spared = ([len(set(groups[column == answer])) for column in self.truth.T] for answer in (1, 0))
        return [_why_too_few(yes, no) for yes, no in zip(shown, spared, strict=True)]

    @property
    def counted(self) -> np.ndarray:
        """Findings (F,), bool, that can be judged and so count in the macro figures; all of them where none can."""
        enough = np.array([not why for why in self.too_few])
        return enough if enough.any() else np.ones(len(enough), bool)

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: macro figures, then ``figure:finding``."""
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
        macro = {f"macro_{name}": _estimate(self._macro(each[name])) for name in ("auroc", "ap")}
        return macro | {
            f"{name}:{finding}": _estimate(values[:, number])
            for number, finding in enumerate(classes)
            for name, values in each.items()
        }

    def _macro(self, values: np.ndarray) -> np.ndarray:
        chosen = values[:, self.counted]
        known = ~np.isnan(chosen)
        total = np.nan_to_num(chosen).sum(axis=1)
        number = known.sum(axis=1)
        return np.asarray(np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0))

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

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: findings that enough images show, and enough don't."""
        truth = self.truth[inside]
        judged = np.flatnonzero(((truth == 1).sum(axis=0) >= least) & ((truth == 0).sum(axis=0) >= least))
        if not len(judged):
            return 0, None
        groups = self.groups[inside]
        part = FindingScores([], groups, truth[:, judged], self.scores[inside][:, judged], self.thresholds[judged])
        drawn = np.concatenate([np.ones((1, len(truth)), np.float32), bootstrap_weights(groups, seed=seed)])
        return len(judged), _estimate(part._macro(metrics.aurocs(part.truth, part.scores, drawn)))


def _why_too_few(shown: int, spared: int) -> str:
    if not shown:
        return "no image is known to show it"
    if shown < FEWEST:
        return f"only {shown} group{'s' * (shown != 1)} show{'s' * (shown == 1)} it, too few to judge"
    return "" if spared else "no image is known to be without it"


def _estimate(values: np.ndarray) -> Estimate:
    """The first value with the percentile interval of the others."""
    value = None if np.isnan(values[0]) else float(values[0])
    return percentile_estimate(value, values[1:])
