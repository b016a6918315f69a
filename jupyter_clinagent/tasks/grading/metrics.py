"""Figures of grades; N images, K grades, B draws of groups. Numbers of grades are their places on the scale, from 0."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def median_grade(scores: np.ndarray) -> np.ndarray:
    """The grade that is as likely exceeded as not reached, (N,), of probabilities (N, K): the rule of CORN.

    It has the smallest expected error in grades (Shi, Cao and Raschka 2023, equation 9).
    """
    above = 1 - np.cumsum(scores, axis=1)[:, :-1]
    return np.asarray((above > 0.5).sum(axis=1), dtype=np.int64)


def quadratic_kappa(truth: np.ndarray, named: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Agreement beyond chance, weighted by the squared distance (Cohen 1968), (B,) for weights (B, N): 1 - observed / expected.

    The expected squared distance of two independent grades needs no table: it is the sum of both variances and of the squared
    difference of the means. NaN where all images have and are given one grade.
    """
    w = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)
    means = [w @ grades for grades in (truth, named)]
    squares = [w @ grades**2 for grades in (truth, named)]
    expected = squares[0] + squares[1] - 2 * means[0] * means[1]
    observed = w @ (truth - named) ** 2
    return np.asarray(np.where(expected > 1e-9, 1 - observed / np.where(expected > 1e-9, expected, 1), np.nan))


def within(distance: int) -> Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]:
    """The share of the images whose grade named is at most so far from the truth."""
    return lambda truth, named, weights: share(weights, np.abs(truth - named) <= distance, np.ones(len(truth), dtype=bool))


def mean_error(truth: np.ndarray, named: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean distance in grades, (B,)."""
    return np.asarray(weights @ np.abs(truth - named) / np.maximum(weights.sum(axis=1), 1e-12))


FIGURES: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]] = {
    "kappa_quadratic": quadratic_kappa,
    "within_one": within(1),
    "exact": within(0),
    "mae_grades": mean_error,
}
"""Figures (B,) of true and named grades (N,) each, with weights (B, N)."""


def share(weights: np.ndarray, hit: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The weighted share of ``hit`` among some images, (B,); NaN where there are none."""
    below = (weights @ among).astype(float)
    return np.asarray(np.divide(weights @ (hit & among), below, out=np.full(len(weights), np.nan), where=below > 0))


def score(metric: str, truth: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None) -> float | None:
    """One of :data:`FIGURES` of probabilities (N, K); None where it is not defined."""
    counted = np.ones((1, len(truth))) if weights is None else weights[None, :]
    value = float(FIGURES[metric](truth, median_grade(scores), counted)[0])
    return None if np.isnan(value) else value
