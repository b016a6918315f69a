"""How much a classifier relies on a confounder, such as a chest drain that goes with a pneumothorax.

Prespecified definition: with ``b`` from the linear regression of the logit on label and confounder in a group-balanced
set, ``reliance = |b_confounder| / (|b_confounder| + |b_label|)``; 0 is none, 1 says that only the confounder counts.

The set is balanced by weights: each of the four cells (label with and without, confounder with and without) counts a
quarter, however many images it holds. Label and confounder are then uncorrelated, so that the coefficients are plain
contrasts of the four cell means of the logit. Only the confounder's labels are needed. The interval comes from a
bootstrap over groups (patients), balanced anew in every draw.

The measure is biased upwards where a cell is small, for a mean over few images is seldom the same in both cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging import metrics

FEWEST = 2
"""Groups that every cell needs for its mean to say anything."""
_EDGE = 1e-6


@dataclass(frozen=True)
class ConfoundedScores:
    """What reliance is estimated from; N images.

    Attributes
    ----------
    label, confounder
        bool (N,): positive or not, confounder in the picture or not.
    score
        Probability of the positive class (N,), 0 … 1.
    groups
        Patient of each image (N,).
    name
        What the confounder is called in reasons.
    """

    label: np.ndarray
    confounder: np.ndarray
    score: np.ndarray
    groups: np.ndarray
    name: str = "the confounder"
    logit: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "logit", special.logit(np.clip(self.score, _EDGE, 1 - _EDGE)))

    @property
    def cells(self) -> dict[tuple[bool, bool], np.ndarray]:
        """Members (N,) of each cell by (label, confounder)."""
        return {(y, c): (self.label == y) & (self.confounder == c) for y in (True, False) for c in (True, False)}

    def counts(self) -> dict[str, int]:
        """Images by cell, in words."""
        return {_cell(y, c, self.name): int(members.sum()) for (y, c), members in self.cells.items()}

    def obstacle(self) -> str | None:
        """Why reliance can't be estimated, or None where it can."""
        if self.confounder.all() or not self.confounder.any():
            return f"{self.name} is {'' if self.confounder.any() else 'not '}seen in every image, so nothing can be compared"
        few = [
            _cell(y, c, self.name)
            for (y, c), members in self.cells.items()
            if len(np.unique(self.groups[members].astype(str))) < FEWEST
        ]
        return f"fewer than {FEWEST} groups are {' or '.join(few)}" if few else None


def _cell(label: bool, confounder: bool, name: str) -> str:
    return f"{'positive' if label else 'negative'} {'with' if confounder else 'without'} {name}"


# ------------------------------------------------------------------ reliance
def reliance(shown: ConfoundedScores, *, seed: int = 0, draws: int = metrics.DRAWS) -> Estimate:
    """Reliance with its 95 % interval; value None with a reason where it can't be estimated."""
    if reason := shown.obstacle():
        return Estimate(value=None, reason=reason)
    found = _reliance(shown, _weights(shown.groups, draws, seed))
    return metrics.percentile_estimate(float(found[0]), found[1:])


def reliance_change(before: ConfoundedScores, after: ConfoundedScores, *, seed: int = 0, draws: int = metrics.DRAWS) -> Estimate:
    """Reliance of ``after`` minus that of ``before``, two models on the same images and the same draws of groups."""
    if reason := after.obstacle():
        return Estimate(value=None, reason=reason)
    weights = _weights(after.groups, draws, seed)
    difference = _reliance(after, weights) - _reliance(before, weights)
    return metrics.percentile_estimate(float(difference[0]), difference[1:])


def _weights(groups: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """The images as they are, then each draw: (1 + draws, N)."""
    return np.concatenate([np.ones((1, len(groups)), np.float32), metrics.bootstrap_weights(groups, draws, seed)])


def _reliance(shown: ConfoundedScores, weights: np.ndarray) -> np.ndarray:
    """One value for each row of weights (B, N); NaN where a draw leaves a cell empty."""
    mean = {key: _mean(shown.logit, weights * members) for key, members in shown.cells.items()}
    by_confounder = (mean[True, True] - mean[True, False] + mean[False, True] - mean[False, False]) / 2
    by_label = (mean[True, True] - mean[False, True] + mean[True, False] - mean[False, False]) / 2
    both = np.abs(by_confounder) + np.abs(by_label)
    return np.asarray(np.divide(np.abs(by_confounder), both, out=np.full(both.shape, np.nan), where=both > 0))


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    total = weights.sum(axis=1)
    return np.asarray(np.divide(weights @ values, total, out=np.full(total.shape, np.nan), where=total > 0))


# ------------------------------------------------------------------ what stands beside it
def auroc_without(shown: ConfoundedScores, *, seed: int = 0) -> Estimate:
    """AUROC among the images without the confounder: what the model knows when nothing gives the answer away."""
    return _within(shown, ~shown.confounder, "auroc", None, seed)


def false_positive_rate(shown: ConfoundedScores, threshold: float, *, confounder: bool = True, seed: int = 0) -> Estimate:
    """Share of the negatives with (or without) the confounder that are called positive."""
    specificity = _within(shown, (shown.confounder == confounder) & ~shown.label, "specificity", threshold, seed)
    return complement(specificity)


def sensitivity(shown: ConfoundedScores, threshold: float, *, confounder: bool, seed: int = 0) -> Estimate:
    """Share of the positives with (or without) the confounder that are called positive."""
    return _within(shown, (shown.confounder == confounder) & shown.label, "sensitivity", threshold, seed)


def decision_flips(before: np.ndarray, after: np.ndarray, groups: np.ndarray, threshold: float, *, seed: int = 0) -> Estimate:
    """Share of images whose decision changes when the confounder is taken out of the picture.

    Parameters
    ----------
    before, after
        Scores (N,) of the same images as they are and with the confounder painted over.
    """
    if not len(before):
        return Estimate(value=None, reason="no image with the confounder has a mask")
    called = (np.asarray(before) >= threshold).astype(np.int64)
    return complement(metrics.estimate("accuracy", called, _two(after), groups, positive=1, threshold=threshold, seed=seed))


def _within(shown: ConfoundedScores, among: np.ndarray, metric: str, threshold: float | None, seed: int) -> Estimate:
    label = shown.label[among].astype(np.int64)
    if not len(label):
        return Estimate(value=None, reason="there is no such image")
    return metrics.estimate(
        metric, label, _two(shown.score[among]), shown.groups[among], positive=1, threshold=threshold, seed=seed
    )


def _two(score: np.ndarray) -> np.ndarray:
    return np.column_stack([1 - np.asarray(score), score])


def cell_weights(label: np.ndarray, confounder: np.ndarray) -> np.ndarray:
    """Weights (N,) with which images with and without the confounder count alike within each label; their mean is 1."""
    weights = np.ones(len(label))
    for value in np.unique(label):
        cells = [members for c in (True, False) if (members := (label == value) & (confounder == c)).any()]
        for members in cells:
            weights[members] = (label == value).sum() / (len(cells) * members.sum())
    return weights


def complement(estimate: Estimate) -> Estimate:
    """One minus a share, with its interval."""
    value, low, high = (None if x is None else 1 - x for x in (estimate.value, estimate.high, estimate.low))
    return Estimate(value=value, low=low, high=high, reason=estimate.reason)
