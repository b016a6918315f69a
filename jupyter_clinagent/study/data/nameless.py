"""Columns of tables without a header, of which only the contents say what they are for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import pandas as pd

from jupyter_clinagent.study.data.folder_names import ANSWERS, SPLIT_WORDS

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


def is_long_number(cell: str) -> bool:
    """Whether a first cell is a number with leading zeros (“0007”): no column is called so.

    Examples
    --------
    >>> is_long_number("0007"), is_long_number("2019"), is_long_number("0")
    (True, False, False)
    """
    return bool(re.fullmatch(r"0\d{2,}", cell.strip()))


def called_by_files(frames: Mapping[str, pd.DataFrame], problems: list[str]) -> dict[str, pd.DataFrame]:
    """The tables; of several nameless ones of an id and a value, the value is called by what its file's name says for itself.

    Examples
    --------
    >>> pair = pd.DataFrame({"column 1": ["0000"], "column 2": ["1"]})
    >>> [list(frame.columns) for frame in called_by_files({"train-acl.csv": pair, "train-meniscus.csv": pair}, []).values()]
    [['column 1', 'acl'], ['column 1', 'meniscus']]
    """
    key, value = nameless_columns(2)
    subjects = {name: _subject(name) for name, frame in frames.items() if list(frame.columns) == [key, value]}
    if len(set(subjects.values())) < 2 or not all(subjects.values()):
        return dict(frames)
    problems += [f"“{value}” of {name} is called “{subject}”, after its file." for name, subject in subjects.items()]
    return {name: frame.rename(columns={value: subjects[name]}) if name in subjects else frame for name, frame in frames.items()}


def _subject(name: str) -> str:
    """What a file's name says beside a partition."""
    words = re.split(r"[\W_]+", PurePosixPath(name).name.split(".")[0])
    return " ".join(word for word in words if word.lower() not in SPLIT_WORDS)
