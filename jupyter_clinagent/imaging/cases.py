"""One answer from several images: how what a model says of the images of a case becomes what is judged.

Every task's predictions come through here, after the model and before any figure, threshold or comparison, and so do those of an
exported model; so no task and no experiment can bend the rule that the specification states. numpy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Cases:
    """Which images (N) of a partition make which case (K).

    Attributes
    ----------
    names
        Of the cases, in the order of their first images.
    member
        int64 (N,): number of each image's case.
    rule
        That of the :class:`~jupyter_clinagent.contracts.Level`: ``mean``, ``highest`` or ``any``.
    positive
        Number of the class of which one image is enough, with ``highest``; None where the classes are ordered.
    """

    names: list[str]
    member: np.ndarray
    rule: str = "mean"
    positive: int | None = None

    @classmethod
    def of(cls, ids: Sequence[str], rule: str = "mean", positive: int | None = None) -> Cases:
        """From the case of each image, and the rule of the :class:`~jupyter_clinagent.contracts.Level`.

        Examples
        --------
        >>> Cases.of(["b", "a", "b"]).names, Cases.of(["b", "a", "b"]).mean(np.array([1.0, 5.0, 2.0])).tolist()
        (['b', 'a'], [1.5, 5.0])
        """
        number: dict[str, int] = {}
        member = np.array([number.setdefault(case, len(number)) for case in ids], dtype=np.int64)
        return cls(list(number), member, rule, positive)

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

    def classes(self, truth: np.ndarray) -> np.ndarray:
        """The class of each case, (N,) to (K,): that of its images, or the highest, or the positive one where an image has it."""
        if self.rule == "mean":
            return self.first(truth)
        if self.positive is None:
            return self.most(truth).astype(np.int64)
        return np.where(self.most(truth == self.positive) > 0, self.positive, 1 - self.positive)

    def shown(self, truth: np.ndarray) -> np.ndarray:
        """Which classes each case shows, (N, C) to (K, C), of 1, 0 and NaN where it is not known.

        With ``any`` an image that shows it decides, then one of which it is not known: nothing is absent that may be there.
        Where the images have to agree, those of which it is known say it.

        Examples
        --------
        >>> truth = np.array([[1.0], [np.nan], [0.0], [np.nan], [0.0], [0.0]])
        >>> case = ["a", "a", "b", "b", "c", "c"]
        >>> Cases.of(case, "any").shown(truth).ravel().tolist(), Cases.of(case).shown(truth).ravel().tolist()
        ([1.0, nan, 0.0], [1.0, 0.0, 0.0])
        """
        most = self.most(truth)
        if self.rule != "any":
            return most
        silent = self.most(np.isnan(truth)) > 0
        return np.where((most != 1) & silent, np.nan, most)

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of the classes, (N, C) to (K, C).

        Of the highest, that of the positive class is the highest that an image gives; of ordered classes that of reaching each.
        With ``any`` each class has the highest for itself, and the sum is not 1.
        """
        if self.rule == "mean":
            return self.mean(scores)
        if self.rule == "any":
            return self.most(scores)
        if self.positive is None:
            return _between(self.most(_reached(scores)))
        score = self.most(scores[:, self.positive])
        return np.column_stack([score, 1 - score][:: 1 if self.positive == 0 else -1])

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
