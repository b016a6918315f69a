"""Scores of a classifier on one partition, with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.study.protocol.judged import Judged, at_threshold, together


@dataclass(frozen=True)
class Predictions:
    """Scores of a classifier on one partition.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth
        int64, shape (N,): class indices.
    scores
        float, shape (N, C): probabilities, rows sum to 1.
    decision
        float, shape (C,): weights of the classes where one has to be named, or None for the likeliest.
    """

    images: list[str]
    groups: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    decision: np.ndarray | None = None

    @property
    def labels(self) -> np.ndarray:
        """See :class:`Judged`."""
        return self.truth

    @property
    def called(self) -> np.ndarray:
        """int64, shape (N,): the class that is named for each image."""
        return metrics.decide(self.scores, self.decision)

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """See :class:`Judged`. Balanced accuracy is that of the class named."""
        known = metrics.estimates(
            ["auroc" if len(classes) == 2 else "macro_auroc", "balanced_accuracy", "ece", "brier"],
            self.truth,
            self.scores,
            self.groups,
            positive=positives[0] if positives else None,
            threshold=threshold,
            decision=self.decision,
            seed=seed,
        )
        return known | (at_threshold(self, positives, threshold, seed) if threshold is not None else {})

    def gain_over(self, other: Judged, metric: str, draws: int, seed: int) -> Estimate:
        """See :class:`Judged`."""
        if not isinstance(other, Predictions) or other.images != self.images:
            raise ValueError("The predictions to be compared were made on different images.")
        return metrics.paired_difference(metric, self.truth, other.scores, self.scores, self.groups, draws=draws, seed=seed)

    def binary(self, *positives: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`Judged`."""
        return np.isin(self.truth, positives), together(self.scores, positives)

    def of_cases(self, cases: Cases) -> Predictions:
        """See :class:`Judged`."""
        return Predictions(
            cases.names, cases.first(self.groups), cases.classes(self.truth), cases.probabilities(self.scores), self.decision
        )

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """See :class:`Judged`."""
        truth, scores, groups = self.truth[inside], self.scores[inside], self.groups[inside]
        enough = np.flatnonzero(np.bincount(truth, minlength=len(classes)) >= least)
        if len(enough) < 2:
            return len(enough), None
        # The other classes' images stay as negatives: -1 is none of the judged classes.
        renamed = np.full(len(classes), -1)
        renamed[enough] = np.arange(len(enough))
        return len(enough), metrics.estimate("macro_auroc", renamed[truth], scores[:, enough], groups, seed=seed)
