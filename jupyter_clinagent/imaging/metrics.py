"""Figures of a classifier and their intervals; numpy, scipy and scikit-learn only.

Images of one patient or lesion are not independent, so intervals come from a bootstrap that draws *groups* with
replacement: each draw is a vector of how often each image counts, and every metric here takes such weights, all draws at
once. Shapes: N images, C classes, B draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from jupyter_clinagent.contracts import Estimate

DRAWS = 1000
LEVEL = 0.95
MIN_VALID = 0.5
"""Share of draws in which a metric must exist for its interval to be given."""


@dataclass(frozen=True)
class _Case:
    """Labels (N,), probabilities (N, C), weights (B, N), positive class, threshold, decision weights (C,)."""

    y: np.ndarray
    proba: np.ndarray
    weights: np.ndarray
    positive: int | None
    threshold: float | None
    decision: np.ndarray | None = None

    @property
    def binary(self) -> int:
        """The class whose score counts where a metric is binary."""
        if self.positive is not None:
            return self.positive
        if self.proba.shape[1] == 2:
            return 1
        raise ValueError("this metric needs a positive class")


# ------------------------------------------------------------------ metrics, each (B,) with NaN where not defined
def weighted_auroc(hit: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mann-Whitney with ties counting one half (Hanley & McNeil 1982), for all weight vectors at once."""
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) > 0])
    w = weights[:, order].astype(np.float64)
    positives = np.add.reduceat(w * hit[order], starts, axis=1)
    negatives = np.add.reduceat(w * ~hit[order], starts, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives
    return _ratio((positives * (below + negatives / 2)).sum(axis=1), positives.sum(axis=1) * negatives.sum(axis=1))


def _auroc(case: _Case) -> np.ndarray:
    return weighted_auroc(case.y == case.binary, case.proba[:, case.binary], case.weights)


def _macro_auroc(case: _Case) -> np.ndarray:
    """Unweighted mean of one against the rest."""
    classes = range(case.proba.shape[1])
    return np.asarray(np.mean([weighted_auroc(case.y == c, case.proba[:, c], case.weights) for c in classes], axis=0))


def _balanced_accuracy(case: _Case) -> np.ndarray:
    """Mean of the sensitivities of all classes."""
    right = _predicted(case) == case.y
    return np.asarray(np.mean([_share(case.weights, right, case.y == c) for c in range(case.proba.shape[1])], axis=0))


def _accuracy(case: _Case) -> np.ndarray:
    return _share(case.weights, _predicted(case) == case.y, np.ones(len(case.y), dtype=bool))


def _sensitivity(case: _Case) -> np.ndarray:
    return _share(case.weights, _called(case), case.y == case.binary)


def _specificity(case: _Case) -> np.ndarray:
    return _share(case.weights, ~_called(case), case.y != case.binary)


def _brier(case: _Case) -> np.ndarray:
    """Mean squared error of the probabilities: of the positive one with two classes, summed over all with more."""
    if case.proba.shape[1] == 2:
        return weighted_brier(case.y == 1, case.proba[:, 1], case.weights)
    errors = ((case.proba - np.eye(case.proba.shape[1])[case.y]) ** 2).sum(axis=1)
    return _ratio(case.weights @ errors, case.weights.sum(axis=1))


def weighted_brier(hit: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean squared error of a probability (Brier 1950), for all weight vectors at once."""
    return _ratio(weights @ (probability - hit) ** 2, weights.sum(axis=1))


def _ece(case: _Case) -> np.ndarray:
    """Expected calibration error of the positive probability, or of the top one with several classes."""
    if case.proba.shape[1] == 2:
        return weighted_ece(case.y == case.binary, case.proba[:, case.binary], case.weights)
    return weighted_ece(case.proba.argmax(axis=1) == case.y, case.proba.max(axis=1), case.weights)


def weighted_ece(hit: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Expected calibration error in ten bins of equal width (Naeini et al. 2015), for all weight vectors at once."""
    member = np.eye(10)[np.minimum((probability * 10).astype(int), 9)]
    gaps = np.abs(weights @ (member * (hit - probability)[:, None])).sum(axis=1)
    return _ratio(gaps, weights.sum(axis=1))


METRICS: dict[str, Callable[[_Case], np.ndarray]] = {
    "auroc": _auroc,
    "macro_auroc": _macro_auroc,
    "balanced_accuracy": _balanced_accuracy,
    "accuracy": _accuracy,
    "sensitivity": _sensitivity,
    "specificity": _specificity,
    "brier": _brier,
    "ece": _ece,
}


def _predicted(case: _Case) -> np.ndarray:
    """The most probable class; with two classes and a threshold, what the threshold says."""
    if case.proba.shape[1] == 2 and case.threshold is not None:
        return np.where(_called(case), case.binary, 1 - case.binary)
    return decide(case.proba, case.decision)


def _called(case: _Case) -> np.ndarray:
    threshold = 0.5 if case.threshold is None else case.threshold
    return np.asarray(case.proba[:, case.binary] >= threshold)


def _share(weights: np.ndarray, hit: np.ndarray, among: np.ndarray) -> np.ndarray:
    return _ratio(weights @ (hit & among), weights @ among)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    below = np.asarray(below, dtype=float)
    return np.asarray(np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0))


# ------------------------------------------------------------------ values and intervals
def decide(proba: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Index of the class that is named for each row (N, C): the likeliest, or that of the highest weighted probability."""
    return np.asarray((proba if weights is None else proba * weights).argmax(axis=1))


def score(
    name: str,
    y: np.ndarray,
    proba: np.ndarray,
    *,
    positive: int | None = None,
    threshold: float | None = None,
    decision: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> float | None:
    """One metric of :data:`METRICS`, or None where it is not defined (a class is missing).

    Parameters
    ----------
    y
        Class indices (N,).
    proba
        Class probabilities (N, C).
    positive
        Index of the positive class; with two classes the second by default.
    threshold
        The positive class is called where its probability is at least this; 0.5 by default.
    decision
        Weights (C,) of the classes where one has to be named; see :func:`decide`.
    weights
        How much each image (N,) counts; all alike by default.
    """
    counted = np.ones(len(y)) if weights is None else weights
    value = float(_values(name, y, proba, counted[None, :], positive, threshold, decision)[0])
    return None if np.isnan(value) else value


def bootstrap_weights(groups: Sequence[object] | np.ndarray, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """How often each image counts in each draw of groups with replacement: (draws, N), float32."""
    _, member = np.unique(np.asarray(groups).astype(str), return_inverse=True)
    number = int(member.max()) + 1 if len(member) else 0
    rng = np.random.default_rng(seed)
    counts = np.stack([np.bincount(rng.integers(0, number, number), minlength=number) for _ in range(draws)])
    return np.asarray(counts[:, member], dtype=np.float32)


def estimate(
    name: str,
    y: np.ndarray,
    proba: np.ndarray,
    groups: Sequence[object] | np.ndarray,
    *,
    positive: int | None = None,
    threshold: float | None = None,
    decision: np.ndarray | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """A metric with the percentile interval of a bootstrap over groups; arguments as in :func:`score`."""
    weights = bootstrap_weights(groups, draws, seed)
    return estimates([name], y, proba, groups, positive=positive, threshold=threshold, decision=decision, weights=weights)[name]


def estimates(
    names: Sequence[str],
    y: np.ndarray,
    proba: np.ndarray,
    groups: Sequence[object] | np.ndarray,
    *,
    positive: int | None = None,
    threshold: float | None = None,
    decision: np.ndarray | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    weights: np.ndarray | None = None,
) -> dict[str, Estimate]:
    """Several metrics on the same draws; arguments as in :func:`score`."""
    drawn = bootstrap_weights(groups, draws, seed) if weights is None else weights

    def one(name: str) -> Estimate:
        value = score(name, y, proba, positive=positive, threshold=threshold, decision=decision)
        values = _values(name, y, proba, drawn, positive, threshold, decision)
        return percentile_estimate(value, values, _rests_on(name, np.asarray(y), proba.shape[1], groups, positive))

    return {name: one(name) for name in names}


def _rests_on(name: str, y: np.ndarray, classes: int, groups: Sequence[object] | np.ndarray, positive: int | None) -> int | None:
    """How many groups a share rests on: those of its class, or of the rarest of its classes; None of other figures."""
    hit = y == (1 if positive is None else positive)
    parts = {
        "auroc": (hit, ~hit),
        "sensitivity": (hit,),
        "specificity": (~hit,),
        "accuracy": (np.ones(len(y), dtype=bool),),
        "macro_auroc": tuple(y == c for c in range(classes)),
        "balanced_accuracy": tuple(y == c for c in range(classes)),
    }.get(name)
    return fewest_groups(groups, *parts) if parts else None


def paired_difference(
    name: str,
    y: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    groups: Sequence[object] | np.ndarray,
    *,
    positive: int | None = None,
    threshold: float | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """``after`` minus ``before`` of two models on the same images, both on the same draws of groups."""
    weights = np.concatenate([np.ones((1, len(y)), dtype=np.float32), bootstrap_weights(groups, draws, seed)])
    both = [_values(name, y, proba, weights, positive, threshold) for proba in (before, after)]
    difference = both[1] - both[0]
    return percentile_estimate(None if np.isnan(difference[0]) else float(difference[0]), difference[1:])


def _values(
    name: str,
    y: np.ndarray,
    proba: np.ndarray,
    weights: np.ndarray,
    positive: int | None,
    threshold: float | None,
    decision: np.ndarray | None = None,
) -> np.ndarray:
    return METRICS[name](_Case(np.asarray(y), np.asarray(proba, dtype=float), weights, positive, threshold, decision))


def percentile_estimate(value: float | None, draws: np.ndarray, cases: int | None = None) -> Estimate:
    """A value with the percentile interval of its bootstrap draws (B,); NaN is a draw in which it is not defined.

    Calibration errors of resampled images are larger than the error itself (the images repeat), so the interval is widened to
    hold the value where it would lie outside. Where all draws are alike they have no width; a share of 0 or 1 then gets the
    exact interval of so many independent cases that are all alike (see :func:`all_alike`).

    Parameters
    ----------
    cases
        How many groups a share rests on; None where the figure is none.
    """
    if value is None:
        return Estimate(value=None, reason="a class is missing, so it is not defined")
    valid = draws[~np.isnan(draws)]
    if len(valid) < MIN_VALID * len(draws):
        return Estimate(value=value, reason="too few groups for an interval")
    low, high = np.quantile(valid, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if low == high == value and value in (0.0, 1.0) and cases:
        low, high = all_alike(value, cases)
    return Estimate(value=value, low=min(float(low), value), high=max(float(high), value))


def all_alike(value: float, cases: int, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share of 0 or 1 of so many independent cases (Clopper & Pearson 1934).

    Of a perfect AUROC the cases are the groups of its rarer class, each of which was ranked above all others: the share of
    those that would be is at most the AUROC, so the interval is no narrower than it may be.

    Examples
    --------
    >>> [round(bound, 3) for bound in all_alike(1.0, 20)], [round(bound, 3) for bound in all_alike(0.0, 20)]
    ([0.832, 1.0], [0.0, 0.168])
    """
    bound = float(((1 - level) / 2) ** (1 / cases))
    return (bound, 1.0) if value == 1 else (0.0, 1 - bound)


def fewest_groups(groups: Sequence[object] | np.ndarray, *parts: np.ndarray) -> int:
    """How many different groups the smallest of some sets of images (N,) holds."""
    names = np.asarray(groups).astype(str)
    return min(len(np.unique(names[part])) for part in parts)


def wilson(hits: int, number: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson's score interval of a proportion (Wilson 1927); (0, 1) of nothing."""
    if number == 0:
        return 0.0, 1.0
    interval = stats.binomtest(int(hits), int(number)).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


# ------------------------------------------------------------------ the operating point, calibration, decisions
def choose_threshold(hit: np.ndarray, scores: np.ndarray, rule: str, target: float | None = None) -> float:
    """The threshold that follows ``rule``; an image is called positive where its score is at least the threshold.

    ``sensitivity``: the highest threshold that still reaches ``target``; ``specificity``: the lowest that does;
    ``youden``: the one with the largest sum of both. Midway between neighbouring scores, so that rounding is harmless.

    Parameters
    ----------
    hit
        Whether each image (N,) is of the positive class.
    scores
        Its score (N,).

    Raises
    ------
    ValueError
        Where the images that the rule counts are missing, or the rule is unknown or has no target.
    """
    hit, scores = np.asarray(hit, dtype=bool), np.asarray(scores, dtype=float)
    if rule not in ("youden", "sensitivity", "specificity") or (rule != "youden" and target is None):
        raise ValueError("the rule is sensitivity or specificity with a target, or youden")
    if (rule != "specificity" and not hit.any()) or (rule != "sensitivity" and hit.all()):
        raise ValueError("a threshold needs images of the kind that its rule counts: positive, negative or both")
    levels = np.unique(scores)
    cuts = np.r_[levels[0] - 1e-6, (levels[1:] + levels[:-1]) / 2, levels[-1] + 1e-6]
    sensitivity = 1 - np.searchsorted(np.sort(scores[hit]), cuts) / max(hit.sum(), 1)
    specificity = np.searchsorted(np.sort(scores[~hit]), cuts) / max((~hit).sum(), 1)
    if rule == "youden":
        return float(cuts[np.argmax(sensitivity + specificity)])
    reached = np.flatnonzero((sensitivity if rule == "sensitivity" else specificity) >= (target or 0.0) - 1e-12)
    return float(cuts[reached[-1] if rule == "sensitivity" else reached[0]])


def calibration_slope(hit: np.ndarray, probability: np.ndarray) -> float | None:
    """Slope of a logistic regression of the truth on the logit (Cox 1958): 1 is ideal, below 1 is overconfident."""
    hit = np.asarray(hit, dtype=float)
    if hit.min() == hit.max():
        return None
    logit = special.logit(np.clip(probability, 1e-6, 1 - 1e-6))

    def loss(parameters: np.ndarray) -> float:
        z = parameters[0] + parameters[1] * logit
        return float(np.mean(np.logaddexp(0, z) - hit * z))

    return float(optimize.minimize(loss, np.array([0.0, 1.0]), method="BFGS").x[1])


def confusion(y: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts (classes, classes): rows are the truth, columns the prediction."""
    return np.bincount(np.asarray(y) * classes + np.asarray(predicted), minlength=classes**2).reshape(classes, classes)


def net_benefit(hit: np.ndarray, probability: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Net benefit at threshold probabilities (Vickers & Elkin 2006): TP/N - FP/N * t / (1 - t)."""
    hit = np.asarray(hit, dtype=bool)
    t = np.asarray(thresholds, dtype=float)[:, None]
    called = np.asarray(probability)[None, :] >= t
    return np.asarray((called & hit).mean(axis=1) - (called & ~hit).mean(axis=1) * t[:, 0] / (1 - t[:, 0]))
