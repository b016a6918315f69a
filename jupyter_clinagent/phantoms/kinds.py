"""All kinds of phantoms, and their layout on disk."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.phantoms.chest import chest
from jupyter_clinagent.phantoms.chest_files import write_chest
from jupyter_clinagent.phantoms.phantom import Difficulty, Phantom
from jupyter_clinagent.phantoms.skin import dermoscopy, triage
from jupyter_clinagent.phantoms.wrist import wrist
from jupyter_clinagent.phantoms.wrist_files import write_wrist, write_wrist_weak

KINDS: dict[str, Callable[..., Sequence[Phantom]]] = {
    "dermoscopy": dermoscopy,
    "triage": triage,
    "wrist": wrist,
    "wrist-weak": wrist,
    "chest": chest,
}

COLUMNS = ["lesion_id", "image_id", "dx", "age", "sex", "localization"]
BOX_COLUMNS = ["image_id", "top", "bottom", "left", "right"]


def write(
    kind: str,
    folder: str | Path,
    n: int = 400,
    seed: int = 0,
    difficulty: Difficulty = "easy",
    size: int = 128,
    **details: Any,
) -> Path:
    """Write phantoms in the layout that real sets of their kind have; see :data:`WRITERS`.

    Parameters
    ----------
    details
        Whatever else the kind's function takes.

    Returns
    -------
    pathlib.Path
        The folder, created where necessary.

    Raises
    ------
    BadInput
        For an unknown kind.
    """
    if kind not in KINDS:
        raise BadInput(f"there are no phantoms of kind {kind!r}; choose from {', '.join(KINDS)}")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    WRITERS[kind](KINDS[kind](n=n, seed=seed, size=size, difficulty=difficulty, **details), folder)
    return folder


def write_skin(phantoms: Sequence[Phantom], folder: Path) -> None:
    """As HAM10000 is published: ``metadata.csv``, ``images/<image_id>.jpg``, ``lesion_boxes.csv``."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for phantom in phantoms:
        path = folder / "images" / f"{phantom.image_id}.jpg"
        path.write_bytes(cv2.imencode(".jpg", phantom.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())
    _table(folder / "metadata.csv", COLUMNS, (_row(phantom) for phantom in phantoms))
    _table(folder / "lesion_boxes.csv", BOX_COLUMNS, (_box_row(phantom) for phantom in phantoms if phantom.box))


WRITERS: dict[str, Callable[..., None]] = {
    "dermoscopy": write_skin,
    "triage": write_skin,
    "wrist": write_wrist,
    "wrist-weak": write_wrist_weak,
    "chest": write_chest,
}


def _row(phantom: Phantom) -> list[Any]:
    return [phantom.lesion_id, phantom.image_id, phantom.label, phantom.age, phantom.sex, phantom.localization]


def _box_row(phantom: Phantom) -> list[Any]:
    x_min, y_min, x_max, y_max = phantom.box or (0, 0, 0, 0)
    return [phantom.image_id, y_min, y_max, x_min, x_max]


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
