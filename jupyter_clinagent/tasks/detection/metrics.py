"""Figures of a detector and their intervals.

The figures of COCO come from torchmetrics (backend faster_coco_eval). Their intervals need hundreds of draws, so detections
are matched with the truth once for each image, and only the counts are drawn anew; tested to give what COCO gives. Shapes: N
images, D detections of all images, T thresholds of overlap, B draws of groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging.boxes import Boxes, intersection_over_union
from jupyter_clinagent.imaging.metrics import DRAWS, bootstrap_weights, fewest_groups, percentile_estimate, weighted_auroc

FROC = {"froc_0.5": (0.5,), "froc_1": (1.0,), "froc_2": (2.0,), "froc": (0.5, 1.0, 2.0)}
"""False positives an image at which the sensitivity counts; ``froc`` is the mean of the three."""
METRICS = ("map50", "map", *FROC, "auroc")
HIT = 0.5
"""A detection hits a finding of its class where they overlap by at least this (intersection over union)."""
OVERLAPS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
"""Where COCO reads the precision."""
MAP_DRAWS = 200
FEWEST_GROUPS = 20
"""With box-free images of fewer groups it can't be told how well they are recognised."""
CHUNK = 100


@dataclass(frozen=True)
class Matched:
    """Detections in the order of their scores.

    Attributes
    ----------
    image, score, kind
        Of each detection: its image, score and class, shape (D,).
    hit
        Whether it hits a finding that no better one hit before, shape (T, D).
    findings
        True boxes of each class in each image, shape (classes, N).
    """

    image: np.ndarray
    score: np.ndarray
    kind: np.ndarray
    hit: np.ndarray
    findings: np.ndarray


# ------------------------------------------------------------------ values
def score(name: str, truth: Sequence[Boxes], found: Sequence[Boxes]) -> float | None:
    """One of :data:`METRICS`, or None where it is not defined (nothing to find, or nothing but findings).

    Parameters
    ----------
    truth, found
        True and detected boxes of each image (N), in the same pixels.
    """
    value = float(_values(name, truth, found, np.ones((1, len(truth)), np.float32))[0])
    return None if np.isnan(value) else value


def coco(truth: Sequence[Boxes], found: Sequence[Boxes]) -> dict[str, float | None]:
    """``map50`` and ``map`` as torchmetrics gives them; None where there is nothing to find."""
    import torch
    from torchmetrics.detection import MeanAveragePrecision

    def plain(boxes: Boxes) -> dict[str, torch.Tensor]:
        return {"boxes": torch.from_numpy(boxes.corners), "labels": torch.from_numpy(boxes.classes)}

    exact = {"iou_thresholds": OVERLAPS.tolist(), "rec_thresholds": RECALLS.tolist()}  # its own are rounded to single precision
    metric = MeanAveragePrecision(backend="faster_coco_eval", **exact)
    metric.update([{**plain(b), "scores": torch.from_numpy(b.scores)} for b in found], [plain(b) for b in truth])
    values = metric.compute()
    return {name: None if values[key] < 0 else float(values[key]) for name, key in (("map50", "map_50"), ("map", "map"))}


def froc_curve(truth: Sequence[Boxes], found: Sequence[Boxes]) -> tuple[np.ndarray, np.ndarray]:
    """Sensitivity for findings (k,) against false positives an image (k,), from the highest threshold to the lowest."""
    rates, sensitivity = _froc(matched(truth, found), np.ones((1, len(truth)), np.float32))
    return np.r_[0.0, rates[0]], np.r_[0.0, sensitivity[0]]


def image_scores(found: Sequence[Boxes]) -> np.ndarray:
    """How sure the detector is that an image shows a finding at all: its highest score (N,), 0 without a detection."""
    return np.array([float(boxes.scores.max()) if len(boxes) else 0.0 for boxes in found])


def outcomes(truth: Sequence[Boxes], found: Sequence[Boxes], threshold: float) -> np.ndarray:
    """Hits, misses and false alarms of each image where detections with at least this score count: int64, (N, 3)."""
    kept = [boxes[boxes.scores >= threshold] for boxes in found]
    hits = np.array([int(_hits(t, f, np.array([HIT])).sum()) for t, f in zip(truth, kept, strict=True)], np.int64)
    return np.column_stack([hits, [len(t) for t in truth] - hits, [len(f) for f in kept] - hits])


def examples(truth: Sequence[Boxes], found: Sequence[Boxes], threshold: float, number: int = 6) -> dict[str, list[int]]:
    """Images for a gallery: hits, misses and false alarms, the surest errors first."""
    counts, sure = outcomes(truth, found, threshold), image_scores(found)
    order = {"hits": -sure, "misses": sure, "false alarms": -sure}
    kinds = {
        "hits": (counts[:, 0] > 0) & (counts[:, 1:].sum(axis=1) == 0),
        "misses": counts[:, 1] > 0,
        "false alarms": counts[:, 2] > 0,
    }
    return {name: [int(k) for k in np.argsort(order[name], kind="stable") if shown[k]][:number] for name, shown in kinds.items()}


# ------------------------------------------------------------------ intervals
def estimates(
    names: Sequence[str],
    truth: Sequence[Boxes],
    found: Sequence[Boxes],
    groups: Sequence[object] | np.ndarray,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Metrics with the percentile intervals of a bootstrap over groups (at most :data:`MAP_DRAWS` draws for COCO's)."""
    weights = bootstrap_weights(groups, draws, seed)
    standard = coco(truth, found) if {"map50", "map"} & set(names) else {}
    return {name: _estimate(name, truth, found, groups, weights, standard) for name in names}


def paired_difference(
    name: str,
    truth: Sequence[Boxes],
    before: Sequence[Boxes],
    after: Sequence[Boxes],
    groups: Sequence[object] | np.ndarray,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """``after`` minus ``before`` of two detectors on the same images, both on the same draws of groups."""
    drawn = bootstrap_weights(groups, min(draws, MAP_DRAWS) if name in ("map50", "map") else draws, seed)
    weights = np.concatenate([np.ones((1, len(truth)), np.float32), drawn])
    difference = _values(name, truth, after, weights) - _values(name, truth, before, weights)
    return percentile_estimate(None if np.isnan(difference[0]) else float(difference[0]), difference[1:])


def _estimate(
    name: str,
    truth: Sequence[Boxes],
    found: Sequence[Boxes],
    groups: Sequence[object] | np.ndarray,
    weights: np.ndarray,
    standard: dict[str, float | None],
) -> Estimate:
    free = len({str(group) for group, boxes in zip(groups, truth, strict=True) if not len(boxes)})
    if name == "auroc" and free < FEWEST_GROUPS:
        return Estimate(value=None, reason=f"images without a finding come from only {free} groups")
    value = standard[name] if name in standard else score(name, truth, found)
    values = _values(name, truth, found, weights[:MAP_DRAWS] if name in standard else weights)
    return percentile_estimate(value, values, _rests_on(name, truth, groups))


def _rests_on(name: str, truth: Sequence[Boxes], groups: Sequence[object] | np.ndarray) -> int | None:
    """How many groups a figure of 0 or 1 rests on: those with boxes, of a mean over classes those of the rarest class."""
    shown = np.array([len(boxes) > 0 for boxes in truth])
    if name == "auroc":
        return fewest_groups(groups, shown, ~shown)
    kinds = set().union(*(boxes.classes.tolist() for boxes in truth)) if name in ("map50", "map") else set()
    parts = [np.array([bool((boxes.classes == kind).any()) for boxes in truth]) for kind in kinds] or [shown]
    return fewest_groups(groups, *parts)


# ------------------------------------------------------------------ matching
def matched(truth: Sequence[Boxes], found: Sequence[Boxes], overlaps: Sequence[float] | np.ndarray = (HIT,)) -> Matched:
    """Match detections with findings as COCO does: the best score first, each takes the finding it overlaps most."""
    classes = 1 + max((int(b.classes.max()) for b in [*truth, *found] if len(b)), default=0)
    hits = [_hits(t, f, np.asarray(overlaps)) for t, f in zip(truth, found, strict=True)]
    values = np.concatenate([np.empty(0), *(boxes.scores for boxes in found)])
    order = np.argsort(-values, kind="stable")
    return Matched(
        image=np.repeat(np.arange(len(found)), [len(boxes) for boxes in found])[order],
        score=values[order],
        kind=np.concatenate([np.empty(0, np.int64), *(boxes.classes for boxes in found)])[order],
        hit=np.concatenate([np.empty((len(overlaps), 0), bool), *hits], axis=1)[:, order],
        findings=np.array([[np.sum(boxes.classes == c) for boxes in truth] for c in range(classes)], dtype=float),
    )


def _hits(truth: Boxes, found: Boxes, overlaps: np.ndarray) -> np.ndarray:
    """Whether each detection of one image is a hit, at each threshold of overlap: (T, n)."""
    hit = np.zeros((len(overlaps), len(found)), bool)
    if not len(truth):
        return hit
    common = intersection_over_union(found.corners.astype(float), truth.corners.astype(float))
    common[found.classes[:, None] != truth.classes[None]] = -1
    for level, overlap in enumerate(overlaps):
        free = common.copy()
        for k in np.argsort(-found.scores, kind="stable"):
            best = int(free[k].argmax())
            if free[k, best] >= overlap:
                hit[level, k], free[:, best] = True, -1
    return hit


# ------------------------------------------------------------------ metrics, each (B,) with NaN where not defined
def _values(name: str, truth: Sequence[Boxes], found: Sequence[Boxes], weights: np.ndarray) -> np.ndarray:
    if name == "auroc":
        return weighted_auroc(np.array([len(boxes) > 0 for boxes in truth]), image_scores(found), weights)
    if name in ("map50", "map"):
        pairs = matched(truth, found, OVERLAPS if name == "map" else [HIT])
        chunks = [_average_precision(pairs, weights[k : k + CHUNK]) for k in range(0, len(weights), CHUNK)]
        return np.concatenate(chunks)
    if name not in METRICS:
        raise ValueError(f"there is no metric {name!r} of detection; choose from {', '.join(METRICS)}")
    rates, sensitivity = _froc(matched(truth, found), weights)
    best = np.mean([_sensitivity_within(rate, rates, sensitivity) for rate in FROC[name]], axis=0)
    findings = np.array([len(boxes) for boxes in truth], dtype=float)
    return np.asarray(np.where(weights @ findings > 0, best, np.nan))


def _sensitivity_within(rate: float, rates: np.ndarray, sensitivity: np.ndarray) -> np.ndarray:
    return np.asarray(np.max(np.where(rates <= rate + 1e-9, sensitivity, 0.0), axis=1, initial=0.0))


def _average_precision(pairs: Matched, weights: np.ndarray) -> np.ndarray:
    """Mean over overlaps and classes of the interpolated precision at :data:`RECALLS` (COCO's)."""
    found = []
    for kind, findings in enumerate(pairs.findings):
        number, rows = weights @ findings, pairs.kind == kind
        drawn = weights[:, pairs.image[rows]].astype(np.float64)
        found.append(np.mean([_precision(drawn, hit[rows], number) for hit in pairs.hit], axis=0))
    with np.errstate(invalid="ignore"):
        known = ~np.isnan(found)
        sums = np.where(known, found, 0).sum(axis=0)
        return np.asarray(np.where(known.any(axis=0), sums / np.maximum(known.sum(axis=0), 1), np.nan))


def _precision(drawn: np.ndarray, hit: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Average precision (B,) of one class at one overlap; ``drawn`` (B, D) is how often each detection counts."""
    right, wrong = np.cumsum(drawn * hit, axis=1), np.cumsum(drawn * ~hit, axis=1)
    precision = right / np.maximum(right + wrong, 1e-12)
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = right / np.maximum(number, 1e-12)[:, None].astype(np.float64)
    padded = np.pad(envelope, ((0, 0), (0, 1)))
    means = [padded[b, np.searchsorted(recall[b], RECALLS)].mean() for b in range(len(drawn))]
    return np.where(number > 0, means, np.nan)


def _froc(pairs: Matched, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False positives an image and sensitivity (B, thresholds): Bunch et al. 1977; a threshold admits equal scores together."""
    ends = np.flatnonzero(np.r_[np.diff(pairs.score) != 0, True]) if len(pairs.score) else np.empty(0, int)
    drawn = weights[:, pairs.image].astype(np.float64)
    wrong = np.cumsum(drawn * ~pairs.hit[0], axis=1)[:, ends]
    right = np.cumsum(drawn * pairs.hit[0], axis=1)[:, ends]
    images, findings = weights.sum(axis=1), weights @ pairs.findings.sum(axis=0)
    return wrong / np.maximum(images, 1e-12)[:, None], right / np.maximum(findings, 1e-12)[:, None]
