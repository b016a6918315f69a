"""Tables whose ids are what the names of images begin with: ``4`` for ``4_thumbnail.png``, ``0007`` for all ``0007_s….png``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

import pandas as pd

from jupyter_clinagent.study.data.matching import FileIndex, image_column
from jupyter_clinagent.study.data.paths import stem_of

IMAGE_OF_ID = "image of the id"
"""Name of the column with the images of each id, where some ids have several."""
ALMOST_ALL = 0.9
"""Share of a column's cells that are different, and of its ids that begin a name."""
LONG = 3
"""Shorter ids may be numbers of something else, unless nearly all images begin with one."""
_GAP = re.compile(r"[ _.-]+")
_NUMBERED = re.compile(r".*\d")


class Beginnings:
    """The images whose names begin with an id, up to a gap in the name (“_”, “-”, “.” or a blank)."""

    def __init__(self, images: Sequence[str]) -> None:
        self._listed = images

    @cached_property
    def _images(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for image in self._listed:
            stem = stem_of(image).lower()
            for gap in _GAP.finditer(stem):
                found[stem[: gap.start()]].append(image)
        return found

    @property
    def count(self) -> int:
        """How many images there are."""
        return len(self._listed)

    def find(self, cell: object) -> list[str]:
        """The images of an id; none for what is no numbered id."""
        return self._images.get(cell.lower(), []) if isinstance(cell, str) and _NUMBERED.match(cell) else []


def with_ids(
    frames: Mapping[str, pd.DataFrame], index: FileIndex, beginnings: Beginnings, assumed: list[str], problems: list[str]
) -> dict[str, pd.DataFrame]:
    """The tables; those that name no image, and have no column in common with one that does, are tried by their ids."""
    own = {name: image_column(frame, index) is not None for name, frame in frames.items()}
    known = {column for name, frame in frames.items() if own[name] for column in frame.columns}
    return {
        name: frame if own[name] or known & set(frame.columns) else with_images_of_ids(frame, name, beginnings, assumed, problems)
        for name, frame in frames.items()
    }


def with_images_of_ids(
    frame: pd.DataFrame, name: str, beginnings: Beginnings, assumed: list[str], problems: list[str]
) -> pd.DataFrame:
    """A row for each image whose name begins with a row's id, where ids and images nearly all belong together; else as it is.

    Parameters
    ----------
    assumed, problems
        Get a sentence about it, or about why the table stays unused: two columns could be the id, or rows share one.
    """
    found = {str(column): images for column in frame.columns if (images := _images(frame[column], beginnings)) is not None}
    alone = [column for column in found if frame[column].nunique() >= ALMOST_ALL * frame[column].notna().sum()]
    if len(alone) != 1:
        problems += [_say_unclear(name, alone or list(found))] if found else []
        return frame
    images = found[alone[0]]
    first = next(cell for cell in frame[alone[0]] if cell in images)
    assumed.append(
        f"“{alone[0]}” of {name} is what names of images begin with: {first} means {', '.join(images[first][:2])}"
        f"{', …' if len(images[first]) > 2 else ''}."
    )
    return _joined(frame, alone[0], images)


def _say_unclear(name: str, columns: Sequence[str]) -> str:
    listed = " and ".join(f"“{column}”" for column in columns)
    if len(columns) > 1:
        return f"{name}: the names of images begin with what {listed} hold, and nothing says which is meant; it is not used."
    return (
        f"{name}: names of images begin with what {listed} holds, but several rows hold the same, and nothing says which image "
        "each of them describes; it is not used."
    )


def _joined(frame: pd.DataFrame, column: str, images: Mapping[str, list[str]]) -> pd.DataFrame:
    if all(len(one) == 1 for one in images.values()):
        return frame.assign(**{column: frame[column].map(lambda cell: images[cell][0] if cell in images else cell)})
    return frame.assign(**{IMAGE_OF_ID: frame[column].map(images)}).explode(IMAGE_OF_ID, ignore_index=True)


def begins_names(cells: pd.Series, images: pd.Series) -> bool:
    """Whether a column of such a table holds the ids with which the names of its images begin."""
    pairs = pd.DataFrame({"id": cells, "image": images}).dropna()
    begin = [stem_of(image).lower().startswith(cell.lower()) for cell, image in zip(pairs["id"], pairs["image"], strict=True)]
    return len(pairs) > 0 and all(begin)


def _images(cells: pd.Series, beginnings: Beginnings) -> dict[str, list[str]] | None:
    given = cells.dropna()
    if given.nunique() < 2:
        return None
    found = {cell: images for cell in given.unique() if (images := beginnings.find(cell))}
    reached = {image for images in found.values() for image in images}
    sure = len(reached) >= ALMOST_ALL * beginnings.count or all(len(cell) >= LONG for cell in found)
    alone = len(reached) == sum(map(len, found.values()))
    return found if sure and alone and len(found) >= ALMOST_ALL * given.nunique() else None
