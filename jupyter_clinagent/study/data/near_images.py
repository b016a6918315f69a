"""Names that recur in several folders: which of the files a table means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import pandas as pd

from jupyter_clinagent.study.data.layouts import find_split_folders
from jupyter_clinagent.study.data.matching import FileIndex, image_column
from jupyter_clinagent.study.data.partition_tables import partition_word


def with_near_images(frame: pd.DataFrame, name: str, index: FileIndex, images: Sequence[str]) -> pd.DataFrame:
    """The table with whole paths where it means the images below its own folder, or those of the partition in its name."""
    for near in _near(name, images):
        own = FileIndex(near)
        column = image_column(frame, own)
        if column is not None and index.share(frame[column]) < own.share(frame[column]):
            return frame.assign(**{column: frame[column].map(lambda cell, own=own: own.find(cell) or cell)})
    return frame


def _near(name: str, images: Sequence[str]) -> Iterator[list[str]]:
    folder, word = PurePosixPath(name).parent.as_posix(), partition_word(name)
    splits = find_split_folders(images) if word else {}
    below = [image for image in images if image.startswith(f"{folder}/")]
    for near in (below, [image for image, split in splits.items() if split == word]):
        if 0 < len(near) < len(images):
            yield near
