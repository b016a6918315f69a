"""Which folder a clinician's words name: beside the notebook, in their home, or below what the server shows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple

from jupyter_clinagent.agent.playbook.places import folders_said
from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.nearby import close_folders, no_such_folder

_IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".dcm", ".dicom", ".webp", ".gif", ".nii", ".gz")
_TABLE = re.compile(rf"\b{any_word('places.table')}\b", re.IGNORECASE)
_TABLES = (".csv", ".tsv", ".xlsx")
_TEXTS = (*_TABLES, ".txt", ".md", ".json", ".xml", ".py", ".ipynb", ".log", ".pdf", ".html", ".docx", ".chat")
_MOST, _COUNTED, _FOLDERS = 6, 5_000, 300
"""Folders that are offered; images that are counted in one, and folders that are looked at for it."""


class Offered(NamedTuple):
    """A folder with images, as seen from the notebook."""

    folder: str
    images: int
    tables: int


def find_folder(said: str, beside: Path, root: Path | None = None) -> dict[str, Any]:
    """The folder that an answer names, as seen from the notebook, and what there is to choose from.

    Parameters
    ----------
    said
        The clinician's words; empty looks only what is there.
    beside
        The notebook's folder.
    root
        What the server shows; paths may begin there, too.

    Returns
    -------
    dict
        ``folder`` (None where the words name none that is there), ``said`` (why not), ``near`` (folders of a like name) and
        ``offered`` (folders with images beside the notebook: ``folder``, ``images``, ``tables``).
    """
    offered = _offered(beside)
    found = _named(said, [beside, Path.home(), *([root] if root else [])]) or _with_the_table(said, offered, beside)
    if found and not _may_hold_images(found):
        return {"folder": None, "said": f"There is no image in {_seen_from(found, beside)}.", "near": [], "offered": []}
    wrong = next(iter(folders_said(said).surely), "") if said and found is None else ""
    return {
        "folder": _seen_from(found, beside) if found else None,
        "said": no_such_folder(beside / Path(wrong).expanduser(), wrong) if wrong else "",
        "near": _near(wrong, beside) if wrong else [],
        "offered": [one._asdict() for one in offered],
    }


def _named(said: str, bases: Sequence[Path]) -> Path | None:
    """The first that is there: what is surely meant as a folder before what may be one; of a file, the folder it lies in."""
    surely, perhaps = folders_said(said)
    places = [place for name in surely for place in _places(name, bases)]
    places += [base / name for name in perhaps for base in bases if base != Path.home()]  # no word of talk is a folder at home
    there = next((place for place in places if place.exists()), None)
    return there if there is None or there.is_dir() else there.parent


def _places(name: str, bases: Sequence[Path]) -> Iterator[Path]:
    path = Path(name).expanduser()
    yield from ([path] if path.is_absolute() else (base / path for base in bases))


def _with_the_table(said: str, offered: list[Offered], beside: Path) -> Path | None:
    """“The csv”: the only folder that has one."""
    with_table = [one.folder for one in offered if one.tables]
    return beside / with_table[0] if _TABLE.search(said) and len(with_table) == 1 else None


def _near(wrong: str, beside: Path) -> list[str]:
    """Folders beside the notebook of a like name; of a path from elsewhere, by its last part."""
    last = PureWindowsPath(wrong).name if "\\" in wrong else Path(wrong).name
    return close_folders(last, beside)


def _seen_from(found: Path, beside: Path) -> str:
    """As short as it can be, and without a home directory where that is possible."""
    try:
        return os.path.relpath(found, beside)
    except ValueError:  # another drive
        return str(found)


def _offered(beside: Path) -> list[Offered]:
    """Folders beside the notebook with images in or below them, most images first; what the agent wrote itself is none."""
    folders = [p for p in sorted(beside.iterdir()) if p.is_dir() and not p.name.startswith((".", "__")) and not _is_study(p)]
    counted = [_counted(folder) for folder in folders]
    return sorted((one for one in counted if one.images), key=lambda one: -one.images)[:_MOST]


def _may_hold_images(folder: Path) -> bool:
    """Whether anything lies in or below it that is no text; the survey says what of it can be read."""
    return any(Path(name).suffix.lower() not in _TEXTS for _, _, names in os.walk(folder) for name in names)


def _is_study(folder: Path) -> bool:
    return (folder / "conversation.sqlite").exists() or (folder / "record.jsonl").exists()


def _counted(folder: Path) -> Offered:
    images = tables = 0
    for number, (_, _, names) in enumerate(os.walk(folder)):
        images += sum(name.lower().endswith(_IMAGES) for name in names)
        tables += sum(name.lower().endswith(_TABLES) for name in names)
        if images > _COUNTED or number > _FOLDERS:
            break
    return Offered(folder.name, min(images, _COUNTED), tables)
