"""What a model measured on one partition, with the truth: the counterpart of a classifier's predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.imaging import agreement
from jupyter_clinagent.imaging.agreement import Figure
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.imaging.metrics import DRAWS
from jupyter_clinagent.imaging.metrics import estimates as rates
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.tasks.measurement.values import Ranges

IN_THE_UNIT = ("mae", "median_mae", "median_gain", "rmse", "bias", "limits_of_agreement_low", "limits_of_agreement_high")


@dataclass(frozen=True)
class Scale:
    """What numbers are judged against.

    Attributes
    ----------
    unit
        Of all numbers; None where nobody named one.
    median
        Of the training part: what a model without any learning would always say.
    tolerance
        An error up to which a number is close enough.
    ranges
        By which errors are told apart.
    line, side
        A line, and whether what lies ``below`` or ``above`` it is looked for; None without one.
    """

    unit: str | None
    median: float
    tolerance: float
    ranges: Ranges
    line: float | None = None
    side: str | None = None

    def beyond(self, values: np.ndarray) -> np.ndarray:
        """Whether numbers (N,) lie on the side of the line that is looked for; all of them without a line."""
        if self.line is None:
            return np.ones(len(values), dtype=bool)
        return np.asarray(values < self.line if self.side == "below" else values > self.line)


@dataclass(frozen=True)
class MeasuredValues:
    """Numbers of a model on one partition.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth, measured
        float, shape (N,), in the unit of the scale.
    """

    images: list[str]
    groups: np.ndarray
    truth: np.ndarray
    measured: np.ndarray
    scale: Scale

    @property
    def labels(self) -> np.ndarray:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: the range of the true value."""
        return self.scale.ranges.numbers(self.truth)

    @property
    def differences(self) -> np.ndarray:
        """Measured minus true (N,)."""
        return np.asarray(self.measured - self.truth)

    def figures(self) -> dict[str, Figure]:
        """Every figure of the numbers themselves, the primary one first."""
        off, differences = np.abs(self.differences), self.differences
        naive = np.abs(self.scale.median - self.truth)
        return {
            "mae": agreement.mean(off),
            "median_mae": agreement.mean(naive),
            "median_gain": agreement.mean(naive - off),
            "rmse": agreement.root_mean_square(differences),
            "bias": agreement.mean(differences),
            "limits_of_agreement_low": agreement.limit_of_agreement(differences, -1),
            "limits_of_agreement_high": agreement.limit_of_agreement(differences, 1),
            "within": agreement.mean((off <= self.scale.tolerance).astype(float)),
            "r2": agreement.explained(self.truth, self.measured),
            "correlation": agreement.correlation(self.truth, self.measured),
        }

    def estimates(self, classes: list[str], positives: Sequence[int], threshold: float | None, seed: int) -> dict[str, Estimate]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`; a line is no threshold that could be chosen."""
        units = dict.fromkeys(IN_THE_UNIT, self.scale.unit)
        return agreement.estimates(self.figures(), self.groups, units, seed, shares=("within",)) | self._at_the_line(seed)

    def _at_the_line(self, seed: int) -> dict[str, Estimate]:
        """How well the measured number tells the two sides of the line; empty without a line."""
        if self.scale.line is None:
            return {}
        there, called = self.scale.beyond(self.truth), self.scale.beyond(self.measured).astype(float)
        both = rates(["sensitivity", "specificity"], there.astype(np.int64), _two(called), self.groups, threshold=0.5, seed=seed)
        ranks = rates(["auroc"], there.astype(np.int64), _two(self._towards(self.measured)), self.groups, seed=seed)
        return {f"line_{name}": figure for name, figure in (both | ranks).items()}

    def _towards(self, values: np.ndarray) -> np.ndarray:
        """Scores that are the greater, the farther a number lies on the side that is looked for."""
        return -values if self.scale.side == "below" else values

    def gain_over(self, other: Judged, metric: str, draws: int, seed: int) -> Estimate:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: by how much the mean absolute error is smaller."""
        if not isinstance(other, MeasuredValues) or other.images != self.images:
            raise ValueError("The numbers to be compared were measured on different images.")
        saved = np.abs(other.differences) - np.abs(self.differences)
        return agreement.estimates({metric: agreement.mean(saved)}, self.groups, {metric: self.scale.unit}, seed, draws)[metric]

    def binary(self, *positives: int) -> tuple[np.ndarray, np.ndarray]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`: the side of the line, and the number."""
        return self.scale.beyond(self.truth), self.measured

    def of_cases(self, cases: Cases) -> MeasuredValues:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        return MeasuredValues(
            cases.names, cases.first(self.groups), cases.first(self.truth), cases.mean(self.measured), self.scale
        )

    def error_in(self, inside: np.ndarray, seed: int, draws: int = DRAWS) -> dict[str, Estimate]:
        """Mean absolute error and bias of the images ``inside`` (N,), bool."""
        differences = self.differences[inside]
        figures = {"mae": agreement.mean(np.abs(differences)), "bias": agreement.mean(differences)}
        return agreement.estimates(figures, self.groups[inside], dict.fromkeys(figures, self.scale.unit), seed, draws)

    def in_subgroup(self, inside: np.ndarray, classes: list[str], least: int, seed: int) -> tuple[int, Estimate | None]:
        """See :class:`~jupyter_clinagent.study.protocol.judged.Judged`."""
        if inside.sum() < least:
            return 0, None
        return 1, self.error_in(inside, seed)["mae"]


def _two(score: np.ndarray) -> np.ndarray:
    """Scores (N, 2) of the other side and of the one that is looked for."""
    return np.column_stack([-score, score])
