"""What a model says of the grades of one partition, with the truth: the counterpart of a classifier's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.imaging.metrics import bootstrap_weights, estimates, fewest_groups, percentile_estimate, weighted_auroc
from jupyter_clinagent.study.protocol.judged import Judged, at_threshold, together
from jupyter_clinagent.tasks.grading import metrics


def cut_names(classes: Sequence[str]) -> list[str]:
    """What the grades from each one on are called together, from the second on; nothing is above the last.

    Examples
    --------
    >>> cut_names(["mild", "moderate", "severe"])
    ['moderate or above', 'severe']
    """
    return [*(f"{name} or above" for name in classes[1:-1]), classes[-1]]


@dataclass(frozen=True)
class Grades:
    """Probabilities of grades.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth
        int64 (N,): places on the scale, from 0.
    scores
        float (N, K): probabilities, rows sum to 1.
    """

    images: list[str]
    groups: np.ndarray
    truth: np.ndarray
    scores: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        return self.truth

    @property
    def named(self) -> np.ndarray:
        """int64 (N,): the grade that is named for each image."""
        return metrics.median_grade(self.scores)

    def at_or_above(self, cut: int) -> np.ndarray:
        """Probability (N,) of a grade at or above this place on the scale."""
        return np.asarray(self.scores[:, cut:].sum(axis=1))

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: of the grade named, then by cut and by grade.

        ``sensitivity:grade 2 or above`` is that of the grade named; ``sensitivity`` alone that of the threshold.
        """
        drawn = self._drawn(seed=seed)
        every = fewest_groups(self.groups, np.ones(len(self.images), dtype=bool))
        rests = {"within_one": every, "exact": every}
        whole = {name: _estimate(self._figure(name, drawn), rests.get(name)) for name in metrics.FIGURES}
        known = estimates(["ece", "brier"], self.truth, self.scores, self.groups, weights=drawn[1:])
        asked = at_threshold(self, positives, threshold, seed) if threshold is not None and positives else {}
        return whole | asked | self._by_cut(classes, drawn) | self._by_grade(classes, drawn) | known

    def _by_cut(self, classes: list[str], drawn: np.ndarray) -> dict[str, Estimate]:
        found = {}
        for cut, name in enumerate(cut_names(classes), 1):
            ill, called = self.truth >= cut, self.named >= cut
            found[f"auroc:{name}"] = self._share(weighted_auroc(ill, self.at_or_above(cut), drawn), ill, ~ill)
            found[f"sensitivity:{name}"] = self._share(metrics.share(drawn, called, ill), ill)
            found[f"specificity:{name}"] = self._share(metrics.share(drawn, ~called, ~ill), ~ill)
        return found

    def _by_grade(self, classes: list[str], drawn: np.ndarray) -> dict[str, Estimate]:
        right = self.named == self.truth
        of = {name: self.truth == k for k, name in enumerate(classes)}
        return {f"recall:{name}": self._share(metrics.share(drawn, right, part), part) for name, part in of.items()}

    def _share(self, values: np.ndarray, *parts: np.ndarray) -> Estimate:
        """A share of the images of some parts."""
        return _estimate(values, fewest_groups(self.groups, *parts))

    def _figure(self, metric: str, drawn: np.ndarray) -> np.ndarray:
        return metrics.FIGURES[metric](self.truth, self.named, drawn)

    def _drawn(self, draws: int = 1000, seed: int = 0) -> np.ndarray:
        """The images as they are, then each draw of groups: (1 + draws, N)."""
        return np.concatenate([np.ones((1, len(self.images)), np.float32), bootstrap_weights(self.groups, draws, seed)])

    def gain_over(self, other: Judged, metric: str, draws: int, seed: int) -> Estimate:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        if not isinstance(other, Grades) or other.images != self.images:
            raise ValueError("The predictions to be compared were made on different images.")
        drawn = self._drawn(draws, seed)
        return _estimate(self._figure(metric, drawn) - other._figure(metric, drawn))

    def binary(self, *positives: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        return np.isin(self.truth, positives), together(self.scores, positives)

    def of_cases(self, cases: Cases) -> Grades:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        return Grades(cases.names, cases.first(self.groups), cases.classes(self.truth), cases.probabilities(self.scores))

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: kappa where two grades or more have enough images."""
        part = Grades(
            [image for image, kept in zip(self.images, inside, strict=True) if kept],
            self.groups[inside],
            self.truth[inside],
            self.scores[inside],
        )
        enough = int((np.bincount(part.truth, minlength=len(classes)) >= least).sum())
        return enough, _estimate(part._figure("kappa_quadratic", part._drawn(seed=seed))) if enough > 1 else None


def _estimate(values: np.ndarray, cases: int | None = None) -> Estimate:
    """The first value with the percentile interval of the others; ``cases``: the groups that a share rests on."""
    return percentile_estimate(None if np.isnan(values[0]) else float(values[0]), values[1:], cases)
