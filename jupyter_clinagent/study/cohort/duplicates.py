"""Exact and near duplicates, found by hashes of bytes and of looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from jupyter_clinagent.study.data.readings import Readings

MOST_BITS = 26
"""Difference hashes (256 bits) further apart than this are different images."""
LEAST_CORRELATION = 0.99
"""Thumbnails of near duplicates correlate at least this much: hashes of smooth images alone are too alike."""
MOST_DIFFERENCE = 6.0
"""Mean absolute difference of near duplicates' thumbnails, in grey levels after matching their brightness."""
_FLAT = 3.0
_BLOCK = 512


def exact_duplicates(readings: Readings) -> list[list[str]]:
    """Files with the same bytes, in lists of two or more."""
    same = readings.table.groupby("sha256", sort=True).groups
    return [sorted(str(file) for file in files) for files in same.values() if len(files) > 1]


def near_duplicates(readings: Readings) -> np.ndarray:
    """Pairs of images that look the same although their bytes differ.

    Returns
    -------
    np.ndarray
        int, shape (P, 2): row numbers of ``readings.table``, first < second.
    """
    first = ~readings.table["sha256"].duplicated().to_numpy(dtype=bool)
    rows = np.flatnonzero(first & (readings.thumbnails.std(axis=1) > _FLAT))
    pairs = _close_hashes(readings.hashes[rows])
    return np.asarray(rows[pairs[_look_same(readings.thumbnails[rows], pairs)]])


def _close_hashes(hashes: np.ndarray) -> np.ndarray:
    found = [np.empty((0, 2), dtype=int)]
    for start in range(0, len(hashes), _BLOCK):
        block = hashes[start : start + _BLOCK]
        distance = np.zeros((len(block), len(hashes) - start), dtype=np.uint16)
        for word in range(hashes.shape[1]):
            distance += np.bitwise_count(block[:, None, word] ^ hashes[None, start:, word])
        near = np.argwhere(np.triu(distance <= MOST_BITS, k=1))
        found.append(near + start)
    return np.concatenate(found)


def _look_same(thumbnails: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    left, right = (thumbnails[pairs[:, side]].astype(np.float32) for side in (0, 1))
    left -= left.mean(axis=1, keepdims=True)
    right -= right.mean(axis=1, keepdims=True)
    correlation = (left * right).sum(axis=1) / np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    return np.asarray((correlation >= LEAST_CORRELATION) & (np.abs(left - right).mean(axis=1) <= MOST_DIFFERENCE))


def all_pairs(readings: Readings, near: np.ndarray) -> np.ndarray:
    """Near duplicates and exact ones together, as pairs of row numbers."""
    row = {file: number for number, file in enumerate(readings.table.index)}
    exact = [(row[files[0]], row[other]) for files in exact_duplicates(readings) for other in files[1:]]
    return np.concatenate([near, np.array(exact, dtype=int).reshape(-1, 2)])


def joined_groups(groups: Sequence[str], pairs: np.ndarray) -> np.ndarray:
    """Number the groups, giving groups that share a duplicate the same number, so that no split can part them.

    Parameters
    ----------
    groups
        Group id of each image, length N.
    pairs
        int, shape (P, 2): row numbers of images that are duplicates.

    Returns
    -------
    np.ndarray
        int, shape (N,).
    """
    codes, names = pd.factorize(np.asarray(groups, dtype=object))
    edges = codes[pairs]
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(names), len(names)))
    return np.asarray(connected_components(graph, directed=False)[1][codes])
