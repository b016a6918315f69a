"""Figures of several findings, each over the images of which it is known; N images, F findings, B draws of groups."""

from __future__ import annotations

import numpy as np

from jupyter_clinagent.imaging.metrics import choose_threshold, weighted_auroc, weighted_brier, weighted_ece


def aurocs(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AUROC of each finding, (B, F), for weights (B, N); truth (N, F) is NaN where it is not known."""
    return _each(truth, scores, weights, weighted_auroc)


def average_precisions(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average precision of each finding, (B, F); see :func:`aurocs`."""
    return _each(truth, scores, weights, weighted_average_precision)


def calibration_errors(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Expected calibration error of each finding, (B, F); see :func:`aurocs`."""
    return _each(truth, scores, weights, weighted_ece)


def brier_scores(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Brier score of each finding, (B, F); see :func:`aurocs`."""
    return _each(truth, scores, weights, weighted_brier)


def weighted_average_precision(hit: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Precision where each positive is found, mean over positives (Davis & Goadrich 2006); equal scores count together."""
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) < 0])
    w = weights[:, order].astype(np.float64)
    positives, everything = (np.add.reduceat(part, starts, axis=1) for part in (w * hit[order], w))
    precision = np.cumsum(positives, axis=1) / np.maximum(np.cumsum(everything, axis=1), 1e-12)
    total = positives.sum(axis=1)
    return np.asarray(np.divide((precision * positives).sum(axis=1), total, out=np.full(len(w), np.nan), where=total > 0))


def rates(truth: np.ndarray, called: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sensitivity and specificity of each finding, (B, F) each, where ``called`` (N, F) says yes."""
    sensitivity = _each(truth, called.astype(float), weights, lambda hit, yes, w: _share(w, yes > 0, hit))
    specificity = _each(truth, called.astype(float), weights, lambda hit, yes, w: _share(w, yes == 0, ~hit))
    return sensitivity, specificity


def prevalences(truth: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Share of the images of which a finding is known that show it, (B, F)."""
    return _each(truth, truth, weights, lambda hit, _, w: _share(w, hit, np.ones_like(hit)))


def macro_auroc(truth: np.ndarray, scores: np.ndarray, counted: np.ndarray) -> float | None:
    """Mean AUROC over the findings that count (F,), bool; None where it is defined for none of them."""
    value = mean_over(aurocs(truth, scores, np.ones((1, len(truth)))), counted)[0]
    return None if np.isnan(value) else float(value)


def mean_over(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Mean (B,) over the findings that count, of values (B, F) that are NaN where they are not defined."""
    chosen = values[:, counted]
    number = (~np.isnan(chosen)).sum(axis=1)
    total = np.nan_to_num(chosen).sum(axis=1)
    return np.asarray(np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0))


def thresholds(truth: np.ndarray, scores: np.ndarray, rules: list[tuple[str, float | None]]) -> np.ndarray:
    """The threshold of each finding by its rule, (F,); one half where the images allow none."""
    found = np.full(truth.shape[1], 0.5)
    for number in np.flatnonzero(allowing(truth)):
        known, (rule, target) = ~np.isnan(truth[:, number]), rules[number]
        found[number] = choose_threshold(truth[known, number] == 1, scores[known, number], rule, target)
    return found


def allowing(truth: np.ndarray) -> np.ndarray:
    """Whether the images allow a threshold for each finding (F,): some show it, and some don't."""
    return np.asarray((truth == 1).any(axis=0) & (truth == 0).any(axis=0))


def _each(truth: np.ndarray, scores: np.ndarray, weights: np.ndarray, figure: object) -> np.ndarray:
    columns = []
    for number in range(truth.shape[1]):
        known = ~np.isnan(truth[:, number])
        hit = truth[known, number] == 1
        columns.append(figure(hit, scores[known, number], weights[:, known]) if known.any() else np.full(len(weights), np.nan))  # type: ignore[operator]
    return np.stack(columns, axis=1)


def _share(weights: np.ndarray, hit: np.ndarray, among: np.ndarray) -> np.ndarray:
    below = (weights @ among).astype(float)
    return np.asarray(np.divide(weights @ (hit & among), below, out=np.full(len(weights), np.nan), where=below > 0))
