"""Tables that name an image in pieces: its folder in one column and its file in another, or its number without leading zeros."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pandas as pd

from jupyter_clinagent.study.data.matching import FileIndex
from jupyter_clinagent.study.data.paths import name_of, stem_of

ALMOST_ALL = 0.9
"""Share of a table's rows that must name an image in a way that is not the usual one."""


def with_whole_names(
    frame: pd.DataFrame, table: str, index: FileIndex, images: Sequence[str], problems: list[str]
) -> pd.DataFrame:
    """The table with a column that names images, where two columns together do, or numbers that have lost their zeros."""
    return _with_folders(frame, index) if _names_recur(images) else _with_zeros(frame, table, images, problems)


def _names_recur(images: Sequence[str]) -> bool:
    """Whether files in different folders share a name, so that the folder matters."""
    return len({name_of(image).lower() for image in images}) < len(images)


def _with_folders(frame: pd.DataFrame, index: FileIndex) -> pd.DataFrame:
    best, most = frame, max((frame[name].map(index.find).nunique() for name in frame.columns), default=0)
    for folder in frame.columns:
        for file in frame.columns:
            if folder == file or index.share(frame[folder].head(50)):
                continue
            joined = frame[folder] + "/" + frame[file]
            found = joined.map(index.find)
            if found.nunique() > most and found.notna().mean() >= ALMOST_ALL:
                best, most = frame.assign(**{f"{folder}/{file}": joined}), found.nunique()
    return best


def _with_zeros(frame: pd.DataFrame, table: str, images: Sequence[str], problems: list[str]) -> pd.DataFrame:
    """Only where the numbers are all different, and nearly all of them are numbers of files."""
    numbered = _numbered(images)
    for name in frame.columns if numbered else ():
        given = frame[name].dropna()
        if str(name).startswith("Unnamed") or not given.is_unique:
            continue
        named = {cell: file for cell in given if (file := numbered.get(cell.lstrip("0") or "0"))}
        if len(named) >= ALMOST_ALL * len(given) > 0:
            whole = frame.assign(**{name: frame[name].map(lambda cell, named=named: named.get(cell, cell))})
            return whole if _lost(named, table, name, problems) else frame
    return frame


def _lost(named: Mapping[str, str], table: str, column: str, problems: list[str]) -> bool:
    """Whether numbers are written shorter than in the names of their files, which is said."""
    short = next(((cell, file) for cell, file in named.items() if stem_of(file) != cell), None)
    if short:
        problems.append(f"{table}: numbers in “{column}” have lost their leading zeros; {short[0]} is taken for {short[1]}.")
    return short is not None


def _numbered(images: Sequence[str]) -> dict[str, str]:
    """Files whose names are numbers, by the number without leading zeros, where it is one file's alone."""
    found = defaultdict(list)
    for image in images:
        stem = stem_of(image)
        if stem.isascii() and stem.isdigit():
            found[stem.lstrip("0") or "0"].append(image)
    return {number: files[0] for number, files in found.items() if len(files) == 1}
