"""Bringing the cells of an image column together with the files of the folder."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import pandas as pd

_SAMPLE = 400
_LEAD = re.compile(r"^([a-zA-Z]:)?(\./|/)*")


@lru_cache(maxsize=2)
def file_index(images: tuple[str, ...]) -> FileIndex:
    """The index of a folder's images; the last ones are kept, for several parts of a survey ask for the same."""
    return FileIndex(images)


class FileIndex:
    """Finds a file by its path, or by the longest end of a path that is one file's alone, with or without extension.

    What leads to a file on another machine (``gs://bucket/films/a.jpg``) matters only where several files share a name. An end
    that several files share matches none of them: nothing is guessed.
    """

    def __init__(self, images: Sequence[str]) -> None:
        small = [path.lower() for path in images]
        by_case = [_Names(images, images)] if len(set(small)) < len(images) else []
        self._names = [*by_case, _Names(images, small)]

    def find(self, cell: object) -> str | None:
        """The file that a cell names, or None. Windows paths, leading ``./`` and parent folders are understood.

        Capital letters count only where files differ by nothing else.
        """
        if not isinstance(cell, str) or not cell:
            return None
        return next((file for names in self._names if (file := names.find(normal_path(cell, lower=names.small)))), None)

    def share(self, cells: Iterable[object]) -> float:
        """Share of the non-empty cells that name a file."""
        given = [cell for cell in cells if isinstance(cell, str)]
        return sum(self.find(cell) is not None for cell in given) / len(given) if given else 0.0


def image_column(frame: pd.DataFrame, index: FileIndex) -> str | None:
    """The column of a table whose cells name most different files; a column of small numbers must not win by chance."""
    sample = frame.head(_SAMPLE)
    hits = {str(name): sample[name].map(index.find).nunique() for name in frame.columns}
    best = max(hits, key=lambda name: hits[name], default=None)
    if best is None or not hits[best]:
        return None
    return best if hits[best] >= 0.1 * sample[best].nunique() else None


class _Names:
    """Files by their names, as they are written or in small letters."""

    def __init__(self, images: Sequence[str], names: Sequence[str]) -> None:
        self.small = names is not images
        listed = list(zip(names, images, strict=True))
        self._by_path = _unique(listed)
        self._top = shared_folders(images)
        self._by_end = _ends(listed)
        self._by_bare_end = _ends((os.path.splitext(name)[0], path) for name, path in listed)
        self._by_joined = _unique((_joined(name), path) for name, path in listed)

    def find(self, path: str) -> str | None:
        """The file that a path names."""
        return self._by_path.get(path) or self._by_longest_end(path) or self._by_joined.get(path)

    def _by_longest_end(self, path: str) -> str | None:
        ways = ((self._by_end, path), (self._by_bare_end, path), (self._by_bare_end, os.path.splitext(path)[0]))
        return next((file for ends, one in ways if (file := self._longest(ends, one)) is not None), None)

    def _longest(self, ends: Mapping[str, str | None], path: str) -> str | None:
        parts = path.split("/")
        for first in range(len(parts)):
            end = "/".join(parts[first:])
            if end in ends:
                file = ends[end]
                return None if file is None or self._is_another(parts[:first], file, len(parts) - first) else file
        return None

    def _is_another(self, before: Sequence[str], file: str, same: int) -> bool:
        """Whether the folder above the common end has another number: patient 7's first view is not patient 9's."""
        above = (file.lower() if self.small else file).split("/")[self._top : -same]
        if same == 1 or not before or not above or before[-1] == above[-1]:
            return False
        return without_digits(before[-1]) == without_digits(above[-1])


def normal_path(cell: str, lower: bool = True) -> str:
    """A path as one may be written in a cell, with ``/`` and mostly in lower case, without drive and leading ``./``."""
    path = cell.strip().strip("\"'").replace("\\", "/")
    return _LEAD.sub("", path.lower() if lower else path)


def without_digits(name: str) -> str:
    """What is common to “patient00012” and “patient00013”."""
    return re.sub(r"\d+", "#", name)


def shared_folders(files: Sequence[str]) -> int:
    """How many folders all files have in common: their names tell nothing apart."""
    folders = [file.split("/")[:-1] for file in files]
    return next(
        (k for k, level in enumerate(zip(*folders, strict=False)) if len(set(level)) > 1), min(map(len, folders), default=0)
    )


def _ends(pairs: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Files by their names, and those whose names recur also by all longer ends; None for an end that several have."""
    listed = list(pairs)
    times = Counter(path.rpartition("/")[2] for path, _ in listed)
    found: dict[str, str | None] = {}
    for path, file in listed:
        for end in _all_ends(path) if times[path.rpartition("/")[2]] > 1 else [path.rpartition("/")[2]]:
            found[end] = None if end in found else file
    return found


def _all_ends(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[first:]) for first in range(len(parts)))


def _joined(path: str) -> str:
    """A folder and a file in one name: ``000001_01_01_109.png`` for ``000001_01_01/109.png``."""
    return "_".join(path.split("/")[-2:])


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    listed = list(pairs)
    times = Counter(key for key, _ in listed)
    return {key: path for key, path in listed if times[key] == 1}
