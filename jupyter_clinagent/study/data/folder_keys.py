"""Tables whose cells name folders of images: by their path, or by the number of a patient or examination in their name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import pandas as pd

from jupyter_clinagent.study.data.layouts import case_folder_names
from jupyter_clinagent.study.data.matching import normal_path, shared_folders

FOLDER_IMAGE = "image in the folder"
"""Name of the column with the images of the folders that a table's rows name."""
LEAST_NAMED, LEAST_DIFFERENT = 0.5, 0.9
"""Shares of a column's different cells that name folders, and of its cells that are different, if its rows are about folders."""
_NUMBERED = re.compile(r"[a-z]{0,2}_?(\d{3,})")
"""A letter before the number of a patient or study (``p10000032``, ``s50414267``) doesn't count."""


class FolderIndex:
    """Finds the images in a folder by its path or an end of it; a numbered case's folder also by its name or number.

    What leads to a folder on another machine may stand before its whole path.
    """

    def __init__(self, images: Sequence[str]) -> None:
        self._listed = images

    @cached_property
    def _images(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for image in self._listed:
            for folder in _folders(image):
                found[folder].append(image)
        return found

    @cached_property
    def _whole(self) -> dict[str, str]:
        top = shared_folders(self._listed)
        return _unique((_end(folder, first), folder) for folder in self._images for first in (0, top))

    @cached_property
    def _by_end(self) -> dict[str, str]:
        cases = {name.lower() for name in case_folder_names(self._listed)}
        return _unique((key, folder) for folder in self._images for key in _keys(folder, cases))

    def find(self, cell: object) -> list[str]:
        """The images in the one folder that a cell names; none where it names several folders or none."""
        if not isinstance(cell, str):
            return []
        path = normal_path(cell).rstrip("/")
        ends = (_end(path, first) for first in range(path.count("/")))
        folder = self._by_end.get(path) or next((self._whole[end] for end in ends if end in self._whole), None)
        return self._images[folder] if folder else []


def _folders(image: str) -> list[str]:
    parts = image.lower().split("/")[:-1]
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _end(path: str, first: int) -> str:
    return "/".join(path.split("/")[first:])


def _keys(folder: str, cases: Collection[str]) -> set[str]:
    """What a whole cell may call a folder: an end of its path; by its name or number alone only a case's."""
    name = folder.rpartition("/")[2]
    number = _NUMBERED.fullmatch(name)
    alone = {name} | ({number[1]} if number else set()) if name in cases else set()
    return {_end(folder, first) for first in range(folder.count("/"))} | alone


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    homes: dict[str, set[str]] = defaultdict(set)
    for key, folder in pairs:
        homes[key].add(folder)
    return {key: next(iter(folders)) for key, folders in homes.items() if key and len(folders) == 1}


def with_folder_images(frame: pd.DataFrame, index: FolderIndex) -> pd.DataFrame:
    """A row for each image of the folders that a column names, with the images in :data:`FOLDER_IMAGE`; else the table itself.

    Of several such columns (patient, examination) the one that names the smallest folders counts.
    """
    found = {name: frame[name].map(index.find) for name in frame.columns}
    fitting = [name for name, images in found.items() if _names_folders(frame[name], images)]
    if not fitting:
        return frame
    best = min(fitting, key=lambda name: found[name][found[name].map(len) > 0].map(len).mean())
    images = found[best].where(found[best].map(len) > 0)
    return frame.assign(**{FOLDER_IMAGE: images}).explode(FOLDER_IMAGE, ignore_index=True)


def names_cases(cells: pd.Series, index: FolderIndex) -> bool:
    """Whether a column of such a table holds the names or numbers of cases, whose images belong together."""
    given = cells.dropna()
    return len(given) > 0 and bool(given.map(lambda cell: "/" not in cell and bool(index.find(cell))).mean() >= LEAST_NAMED)


def _names_folders(cells: pd.Series, images: pd.Series) -> bool:
    given = cells.dropna()
    # Several rows for a folder are about the images in it, and nobody knows which row about which image.
    if given.nunique() < max(2, LEAST_DIFFERENT * len(given)):
        return False
    return bool(given[images[given.index].map(len) > 0].nunique() >= LEAST_NAMED * given.nunique())
