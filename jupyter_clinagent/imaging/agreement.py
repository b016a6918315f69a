"""How far numbers agree with the truth, and the intervals of these figures; numpy only.

N images, B draws of groups. Every figure takes how often each image counts in each draw, (B, N), and gives one value for each,
(B,), NaN where it is not defined. Differences are measured minus true (Bland and Altman 1986).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.metrics import DRAWS, bootstrap_weights, percentile_estimate

FEWEST = 3
"""Fewer groups give no interval."""
NORMAL = 1.96
"""Limits of agreement lie so many standard deviations of the differences around their mean (Bland and Altman 1986)."""
Figure = Callable[[np.ndarray], np.ndarray]
"""From weights (B, N) to values (B,)."""


def mean_absolute_error(truth: np.ndarray, measured: np.ndarray) -> float | None:
    """Mean of the absolute differences of numbers (N, 1); None without any."""
    return float(np.abs(measured - truth).mean()) if len(truth) else None


def mean(values: np.ndarray) -> Figure:
    """Of values (N,)."""
    return lambda weights: _ratio(weights @ values, weights.sum(axis=1))


def root_mean_square(differences: np.ndarray) -> Figure:
    """Of differences (N,)."""
    return lambda weights: np.sqrt(mean(differences**2)(weights))


def limit_of_agreement(differences: np.ndarray, sign: int) -> Figure:
    """The lower (-1) or upper (1) limit of agreement (Bland and Altman 1986): mean ± 1.96 standard deviations (N - 1)."""
    return lambda weights: mean(differences)(weights) + sign * NORMAL * _deviation(differences, weights)


def _deviation(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    number, middle = weights.sum(axis=1), mean(values)(weights)
    squares = weights @ (values - values.mean()) ** 2 - number * (middle - values.mean()) ** 2
    return np.asarray(np.sqrt(np.maximum(_ratio(squares, number - 1), 0)))


def explained(truth: np.ndarray, measured: np.ndarray) -> Figure:
    """R²: one minus the residual over the total sum of squares; below 0 where always saying the mean would be better."""

    def figure(weights: np.ndarray) -> np.ndarray:
        total = weights.sum(axis=1) * _variance(truth, weights)
        return 1 - _ratio(weights @ (measured - truth) ** 2, total)

    return figure


def correlation(truth: np.ndarray, measured: np.ndarray) -> Figure:
    """Pearson's."""

    def figure(weights: np.ndarray) -> np.ndarray:
        both = mean((truth - truth.mean()) * (measured - measured.mean()))(weights)
        common = both - mean(truth - truth.mean())(weights) * mean(measured - measured.mean())(weights)
        return _ratio(common, np.sqrt(_variance(truth, weights) * _variance(measured, weights)))

    return figure


def _variance(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    apart = values - values.mean()
    return np.asarray(np.maximum(mean(apart**2)(weights) - mean(apart)(weights) ** 2, 0))


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(above, below, out=np.full(np.shape(below), np.nan), where=np.asarray(below) > 0))


# ------------------------------------------------------------------ intervals
def estimates(
    figures: Mapping[str, Figure],
    groups: np.ndarray,
    units: Mapping[str, str | None],
    seed: int,
    draws: int = DRAWS,
    shares: Collection[str] = (),
) -> dict[str, Estimate]:
    """Each figure with its 95 % percentile interval, all on the same draws of groups; ``units`` of those that have one.

    ``shares`` are shares of the images: one of 0 or 1 gets an exact interval, which rests on the number of groups.
    """
    drawn = bootstrap_weights(groups, draws, seed).astype(float)
    cases = len(set(map(str, groups)))
    rests = {name: cases if name in shares else None for name in figures}
    return {name: _estimate(one, drawn, cases < FEWEST, units.get(name), rests[name]) for name, one in figures.items()}


def _estimate(figure: Figure, drawn: np.ndarray, few: bool, unit: str | None, cases: int | None) -> Estimate:
    value = float(figure(np.ones((1, drawn.shape[1])))[0])
    if np.isnan(value):
        return Estimate(value=None, reason="all images have the same value, so it is not defined", unit=unit)
    if few:
        return Estimate(value=value, reason="too few groups for an interval", unit=unit)
    return percentile_estimate(value, figure(drawn), cases).model_copy(update={"unit": unit})
