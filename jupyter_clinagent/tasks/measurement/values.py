"""A value for each image: from the cells of a column, or left out with a reason; and the ranges that images are counted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.study.cohort.labels import rows_with
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.measurement.numbers import NO_VALUE, SEVERAL_VALUES, read_numbers
from jupyter_clinagent.tasks.measurement.units import with_unit

RANGES = 4
"""Quarters of the images, by which they are dealt out to the partitions, shown and judged."""


@dataclass(frozen=True)
class Values:
    """Rows by file with their ``truth`` (float); reasons by file; codes and how many cells hold each; rows without a file."""

    rows: pd.DataFrame
    left_out: dict[str, str]
    codes: dict[str, int]
    without_file: int
    unit: str | None = None

    def corrected(self, relabelled: Mapping[str, str]) -> Values:
        """With the values that a clinician has given to images.

        Raises
        ------
        BadInput
            It is no number, or of an image that has no row.
        """
        truth = self.rows["truth"].copy()
        for image, written in relabelled.items():
            number = read_numbers(pd.Series([written], dtype=object)).values.iloc[0]
            if np.isnan(number) or image not in truth.index:
                raise BadInput(f"corrections.csv says “{written}” of {image}: it takes a number, and an image that has a value.")
            truth[image] = number
        return replace(self, rows=self.rows.assign(truth=truth))


def read_values(inventory: Inventory, column: str, table: str | None = None, image: str | None = None) -> Values:
    """Read a column for every image.

    Raises
    ------
    BadInput
        There is no such column.
    LabelsDoNotMatch
        It gives no image a number.
    """
    rows, column, without_file = rows_with(inventory, column, table, image)
    numbers = read_numbers(rows[column])
    told = numbers.values.dropna()
    different = told.groupby(level=0).nunique()
    contradicted = set(different.index[different > 1])
    left_out = {str(image): NO_VALUE for image in inventory.images if image not in rows.index}
    left_out |= {str(file): why for file, why in numbers.reasons.dropna().items() if file not in told.index}
    left_out |= {str(file): SEVERAL_VALUES for file in contradicted}
    kept = rows.assign(truth=numbers.values)[numbers.values.notna()]
    kept = kept[~kept.index.duplicated() & ~kept.index.isin(contradicted)].sort_index()
    if not len(kept):
        raise LabelsDoNotMatch(f"Column {column!r} gives none of the {len(inventory.images)} images a number.")
    return Values(kept, left_out, numbers.codes, without_file, numbers.unit)


class Ranges:
    """Ranges of a measure with about as many values in each.

    Attributes
    ----------
    names
        In order: “4 to 60 months”.
    edges
        Upper ends of all but the last; a value at an edge lies below it.
    """

    def __init__(self, names: Sequence[str], edges: Sequence[float]) -> None:
        self.names, self.edges = list(names), [float(edge) for edge in edges]

    @classmethod
    def of(cls, values: np.ndarray, unit: str | None) -> Ranges:
        """Quarters; fewer where many values are the same."""
        cuts = np.unique(np.quantile(values, np.arange(1, RANGES) / RANGES, method="lower"))
        edges = [cut for cut in cuts if cut < values.max()]
        numbers = np.searchsorted(edges, values, side="left")
        inside = [values[numbers == k] for k in range(len(edges) + 1)]
        return cls([f"{one.min():.4g} to {with_unit(one.max(), unit)}" for one in inside], edges)

    def numbers(self, values: np.ndarray) -> np.ndarray:
        """The range of each value (N,), int64."""
        return np.searchsorted(self.edges, values, side="left").astype(np.int64)
