"""Text files that list images with what is known of them, one a line (``a.png negative``): tables without a table's suffix."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path, PurePosixPath

from jupyter_clinagent.study.data.folder import IMAGE_SUFFIXES, DataFolder
from jupyter_clinagent.study.data.paths import stem_of

LEAST_LINES = 0.8
"""Share of a text's lines that name an image beside something else, if it is a table."""
_LOOKED_AT = 8192


def with_listings(folder: DataFolder) -> DataFolder:
    """The folder, its text files that list images among its tables; a text named like an image is that image's own."""
    stems = {stem_of(image).lower() for image in folder.images}
    texts = [name for name in folder.with_suffix(".txt") if stem_of(name).lower() not in stems]
    found = [name for name in texts if _lists_images(folder.path(name))]
    others = [name for name in folder.others if name not in found]
    return dataclasses.replace(folder, tables=[*folder.tables, *found], others=others) if found else folder


def _lists_images(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            text = file.read(_LOOKED_AT).decode("utf-8-sig", errors="replace")
    except OSError:
        return False
    whole = text.splitlines()[: -1 if len(text) >= _LOOKED_AT else None]
    rows = [re.split(r"[\s,;|]+", line.strip()) for line in whole if line.strip()]
    return bool(rows) and sum(_names_image_among(row) for row in rows) >= LEAST_LINES * len(rows)


def _names_image_among(cells: list[str]) -> bool:
    return len(cells) > 1 and any(map(looks_like_image, cells))


def looks_like_image(cell: str) -> bool:
    """Whether a cell is written like the name of an image file."""
    return PurePosixPath(cell.strip().strip("\"'").lower()).suffix in IMAGE_SUFFIXES
