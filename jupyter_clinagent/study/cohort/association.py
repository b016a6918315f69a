"""Columns that give the label away: mutual information with a permutation test over groups."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

PERMUTATIONS = 400
_BINS = 4
_MOST_VALUES = 30


class Association(NamedTuple):
    """How much of the label's entropy a column explains (0 to 1, chance subtracted), and how likely chance alone does so."""

    column: str
    explained: float
    p: float


def associations(metadata: pd.DataFrame, labels: pd.Series, groups: pd.Series, seed: int = 0) -> list[Association]:
    """Test every usable column, one row per group so that repeated images don't count twice.

    Parameters
    ----------
    metadata, labels, groups
        Training and validation images only, same index.

    Returns
    -------
    list of Association
        Strongest first.
    """
    single = ~groups.duplicated()
    label = pd.factorize(labels[single])[0]
    if len(set(label)) < 2:  # boxes on every image: nothing goes with what is always the same
        return []
    found = []
    for name in metadata.columns:
        codes = _codes(metadata.loc[single, name])
        if codes is not None:
            found.append(_test(str(name), codes, label, np.random.default_rng(seed)))
    return sorted(found, key=lambda association: -association.explained)


def _codes(cells: pd.Series) -> np.ndarray | None:
    """Small integers: categories as they are, numbers by quartile, missing as a value of its own; None where unusable."""
    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.notna().sum() > 0.5 * len(cells) and numbers.nunique() > 10:
        cells = pd.qcut(numbers, _BINS, duplicates="drop")
    codes = pd.factorize(cells.astype(object).where(cells.notna(), "missing"))[0]
    distinct = int(codes.max()) + 1
    return codes if 2 <= distinct <= min(_MOST_VALUES, len(cells) // 5) else None


def _test(name: str, codes: np.ndarray, label: np.ndarray, rng: np.random.Generator) -> Association:
    observed = _information(codes, label)
    by_chance = np.array([_information(rng.permutation(codes), label) for _ in range(PERMUTATIONS)])
    shares = np.bincount(label) / len(label)
    entropy = float(-(shares * np.log(shares)).sum())
    p = (1 + int((by_chance >= observed).sum())) / (1 + PERMUTATIONS)
    return Association(name, max(0.0, (observed - float(by_chance.mean())) / entropy), p)


def _information(left: np.ndarray, right: np.ndarray) -> float:
    """Mutual information in nats."""
    size = right.max() + 1
    joint = np.bincount(left * size + right, minlength=(left.max() + 1) * size).reshape(-1, size) / len(left)
    expected = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / expected[seen])).sum())
