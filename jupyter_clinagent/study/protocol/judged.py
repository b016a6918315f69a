"""What every task's predictions of a partition answer, with their truth: the evaluator and the acceptance rule judge these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from jupyter_clinagent.contracts import Estimate, Level
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.imaging.cases import Cases


class Outside(NamedTuple):
    """What a model says of another hospital's images.

    Attributes
    ----------
    left_out
        A line for each image that could not be judged, and why.
    said
        How their labels were understood, where that had to be decided.
    """

    judged: Judged
    left_out: list[str]
    said: Sequence[str] = ()


class Judged(Protocol):
    """What the models of all tasks have in common once their predictions are to be judged.

    Where several images give one answer, :class:`JudgedTogether` makes predictions of cases from those of the images; all that is
    said of images here holds for them.
    """

    @property
    def images(self) -> list[str]:
        """Ids, length N."""
        ...

    @property
    def groups(self) -> np.ndarray:
        """Group of each image (N,)."""
        ...

    @property
    def labels(self) -> np.ndarray:
        """int64 (N,): the class of each image; where the truth lies inside the image, 1 for a finding."""
        ...

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """Every figure with its interval from a bootstrap over groups, the primary one first.

        ``sensitivity`` and ``specificity`` are those of the positive class at ``threshold``, or of several together against the
        rest; without a threshold they are left out.
        """
        ...

    def gain_over(self, other: Judged, metric: str, draws: int, seed: int) -> Estimate:
        """How much better this is than ``other`` on the same images: paired bootstrap over groups."""
        ...

    def binary(self, *positives: int) -> tuple[np.ndarray, np.ndarray]:
        """Whether each image has the positive class, or one of several (bool), and its score for it, both (N,)."""
        ...

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """How many classes have ``least`` images among those ``inside``, and the primary metric over them."""
        ...


class JudgedTogether(Judged, Protocol):
    """Predictions of a task whose images can give one answer together (``levels`` of its :class:`Task`)."""

    def of_cases(self, cases: Cases) -> Judged:
        """One answer for each case, whose names take the place of the images."""
        ...


def cases_of(ids: Sequence[str], level: Level, classes: Sequence[str]) -> Cases:
    """From the case of each image: by the rule of the level."""
    return Cases.of(ids, level.rule, list(classes).index(level.positive) if level.positive else None)


def together(scores: np.ndarray, positives: Sequence[int]) -> np.ndarray:
    """The score (N,) of the classes held together, from the probabilities (N, C) of all: their sum."""
    return np.asarray(scores[:, list(positives)].sum(axis=1))


def at_threshold(judged: Judged, positives: Sequence[int], threshold: float, seed: int) -> dict[str, Estimate]:
    """``sensitivity`` and ``specificity`` of the positive classes together against the rest."""
    ill, score = judged.binary(*positives)
    proba = np.column_stack([1 - score, score])
    names = ["sensitivity", "specificity"]
    return metrics.estimates(names, ill.astype(np.int64), proba, judged.groups, positive=1, threshold=threshold, seed=seed)
