"""Columns of tables without a header, of which only the contents say what they are for."""

from __future__ import annotations

import re

import pandas as pd

from jupyter_clinagent.study.data.folder_names import ANSWERS

NAMELESS = "column"
"""Such columns are called by this and their number."""
_KEY = re.compile(rf"{NAMELESS}_\d+")
LEAST_IDS, MOST_EACH = 10, 50


def nameless_columns(count: int) -> list[str]:
    """Names for the columns of a table without a header: ``column 1``, ``column 2``, …"""
    return [f"{NAMELESS} {number}" for number in range(1, count + 1)]


def answers(key: str, counts: pd.Series) -> bool:
    """Whether a nameless column gives two or more answers (positive, negative)."""
    return bool(_KEY.fullmatch(key)) and len(counts) > 1 and {str(value).lower() for value in counts.index} <= ANSWERS


def numbers_cases(key: str, counts: pd.Series) -> bool:
    """Whether a nameless column holds numbered ids (no measurements), many of them, that recur."""
    if not _KEY.fullmatch(key) or len(counts) < LEAST_IDS or not 1 < counts.mean() <= MOST_EACH:
        return False
    ids = [str(value) for value in counts.index if re.search(r"\d", str(value)) and not re.search(r"\d[.,]\d", str(value))]
    return len(ids) >= 0.9 * len(counts)
