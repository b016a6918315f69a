"""Bringing the cells of an image column together with the files of the folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath


class FileIndex:
    """Finds a file by relative path, by name, or by name without extension, in this order.

    A name that several files share matches none of them: nothing is guessed.
    """

    def __init__(self, images: Sequence[str]) -> None:
        self._by_path = {path.lower(): path for path in images}
        self._by_name = _unique((PurePosixPath(path).name.lower(), path) for path in images)
        self._by_stem = _unique((PurePosixPath(path).stem.lower(), path) for path in images)

    def find(self, cell: object) -> str | None:
        """The file that a cell names, or None. Windows paths, leading ``./`` and parent folders are understood."""
        if not isinstance(cell, str) or not cell:
            return None
        path = _normal(cell)
        return self._by_path.get(path) or self._by_tail(path)

    def _by_tail(self, path: str) -> str | None:
        name = PurePosixPath(path).name
        stem = PurePosixPath(path).stem
        return self._by_name.get(name) or self._by_stem.get(name) or self._by_stem.get(stem)

    def share(self, cells: Iterable[object]) -> float:
        """Share of the non-empty cells that name a file."""
        given = [cell for cell in cells if isinstance(cell, str)]
        return sum(self.find(cell) is not None for cell in given) / len(given) if given else 0.0


def _normal(cell: str) -> str:
    path = cell.strip().strip("\"'").replace("\\", "/").lower()
    return re.sub(r"^([a-z]:)?(\./|/)*", "", path)


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    listed = list(pairs)
    times = Counter(key for key, _ in listed)
    return {key: path for key, path in listed if times[key] == 1}
