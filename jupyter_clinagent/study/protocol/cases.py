"""One answer from several images: how what a model says of the images of a case becomes what is judged.

Every task's predictions come through here, after the model and before any figure, threshold or comparison; so no task and no
experiment can bend the rule that the specification states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Level


@dataclass(frozen=True)
class Cases:
    """Which images (N) of a partition make which case (K).

    Attributes
    ----------
    names
        Of the cases, in the order of their first images.
    member
        int64 (N,): number of each image's case.
    highest
        Whether the highest of the images counts and not their mean.
    positive
        Number of the class of which one image is enough; None where the classes are ordered, or each may be there.
    """

    names: list[str]
    member: np.ndarray
    highest: bool = False
    positive: int | None = None

    @classmethod
    def of(cls, ids: Sequence[str], level: Level, classes: Sequence[str]) -> Cases:
        """From the case of each image.

        Examples
        --------
        >>> Cases.of(["b", "a", "b"], Level(name="patient"), []).names
        ['b', 'a']
        """
        number: dict[str, int] = {}
        member = np.array([number.setdefault(case, len(number)) for case in ids], dtype=np.int64)
        positive = classes.index(level.positive) if level.positive else None
        return cls(list(number), member, level.rule == "highest", positive)

    def rows(self, case: int) -> np.ndarray:
        """The images of a case."""
        return np.flatnonzero(self.member == case)

    def first(self, values: np.ndarray) -> np.ndarray:
        """That of each case's first image, from one for each image: (N, …) to (K, …)."""
        return np.asarray(values[np.unique(self.member, return_index=True)[1]])

    def mean(self, values: np.ndarray) -> np.ndarray:
        """The mean over each case's images: (N, …) to (K, …), float."""
        total = np.zeros((len(self.names), *values.shape[1:]))
        np.add.at(total, self.member, values)
        return np.asarray((total.T / np.bincount(self.member, minlength=len(self.names))).T)

    def most(self, values: np.ndarray) -> np.ndarray:
        """The highest of each case's images: (N, …) to (K, …), float; NaN, which says nothing, gives way to a number."""
        found = np.full((len(self.names), *values.shape[1:]), np.nan)
        np.fmax.at(found, self.member, values.astype(float))
        return found

    def probabilities(self, truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Class (K,) and probabilities (K, C) of the cases, from those of the images (N,) and (N, C).

        Of the highest, one image of the positive class is enough; of ordered classes the probability of reaching each is the
        highest that an image gives.
        """
        if not self.highest:
            return self.first(truth), self.mean(scores)
        if self.positive is None:
            return self.most(truth).astype(np.int64), _between(self.most(_reached(scores)))
        score, shown = self.most(scores[:, self.positive]), self.most(truth == self.positive) > 0
        other = 1 - self.positive
        both = np.empty((len(score), 2))
        both[:, self.positive], both[:, other] = score, 1 - score
        return np.where(shown, self.positive, other), both

    def alike(self, values: np.ndarray) -> np.ndarray:
        """The value on which all images of a case agree, (N,) to (K,); None where they don't."""
        first = self.first(values)
        same = np.ones(len(self.names), dtype=bool)
        np.logical_and.at(same, self.member, values == first[self.member])
        return np.array([value if agreed else None for value, agreed in zip(first, same, strict=True)], dtype=object)


def _reached(scores: np.ndarray) -> np.ndarray:
    """Probability of each class or a higher one (N, C), from those of the classes."""
    return np.asarray(scores[:, ::-1].cumsum(axis=1)[:, ::-1])


def _between(reached: np.ndarray) -> np.ndarray:
    """The reverse of :func:`_reached`."""
    return np.asarray(reached - np.append(reached[:, 1:], np.zeros((len(reached), 1)), axis=1))
