"""Training, validation and test: no group in two of them, each class in all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

PARTITIONS = ("train", "validation", "test")
SHARES = {"train": 0.70, "validation": 0.15, "test": 0.15}
FEW = 10


def partition_by_group(labels: pd.Series, groups: pd.Series, seed: int, shares: dict[str, float] | None = None) -> pd.Series:
    """Deal whole groups out, class by class from the rarest, to whichever partition lacks most images.

    A group with several classes counts for its rarest. The first three groups of a class go to three partitions, so that
    every class can be trained on, tuned on and judged.

    Parameters
    ----------
    labels, groups
        One entry per image, same index.
    seed
        Same seed, same partition.
    shares
        Wanted share of the images by partition; 70/15/15 by default.

    Returns
    -------
    pd.Series
        Partition name per image.
    """
    shares = shares or SHARES
    counts = labels.value_counts().sort_index(kind="stable").sort_values(kind="stable")
    rank = labels.map({label: number for number, label in enumerate(counts.index)})
    stratum = rank.groupby(groups).min()
    sizes = groups.value_counts()
    dealt: dict[object, str] = {}
    for number in sorted(stratum.unique()):
        members = sorted(stratum.index[stratum == number], key=str)
        order = np.random.default_rng([seed, int(number)]).permutation(len(members))
        dealt.update(_deal([members[position] for position in order], sizes, shares))
    return groups.map(dealt)


def _deal(groups: list[object], sizes: pd.Series, shares: dict[str, float]) -> dict[object, str]:
    """Deal groups in their shuffled order to the partition that has the smallest part of its share so far.

    Few groups are dealt largest first: then sizes matter more than that large and small groups mix alike.
    """
    if len(groups) < FEW:
        groups = sorted(groups, key=lambda group: -sizes[group])
    filled = dict.fromkeys(shares, 0.0)
    dealt: dict[object, str] = {}
    for group in groups:
        name = min(filled, key=lambda key: (filled[key] / shares[key], -shares[key]))
        filled[name] += sizes[group]
        dealt[group] = name
    return dealt


def groups_per_class(labels: pd.Series, groups: pd.Series) -> dict[str, int]:
    """How many different groups hold an image of each class."""
    return {str(label): int(number) for label, number in groups.groupby(labels).nunique().items()}
