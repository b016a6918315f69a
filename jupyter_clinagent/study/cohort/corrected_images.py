"""Which images the corrections mean, also by content: a replay of an exported notebook knows pseudonyms only."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import TypedDict

from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.data.fingerprint import hash_files
from jupyter_clinagent.study.data.folder import DataFolder

CORRECTED_IMAGES = "corrected_images.json"


class Identity(TypedDict):
    """Size and SHA-256 of an image file, and which of the identical files it is, 0 for the first by path."""

    bytes: int
    sha256: str
    copy: int


def find_corrected(corrections: Corrections, folder: DataFolder, table: Path) -> Corrections:
    """Corrections with the paths of their images, and the identity of each image noted in ``table``.

    A name that is no image of the folder is looked up in the table, which came with the exported notebook.
    """
    known, names = load_identities(table), list(dict.fromkeys(corrections.rows["image"]))
    if not names:
        return corrections
    by_size = _by_size(folder)
    here = set(folder.images).intersection(names)
    known |= {name: _identity(folder, by_size, name) for name in names if name in here}
    table.write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")
    paths = {name: _path(folder, by_size, known.get(PurePosixPath(name).stem)) for name in names if name not in here}
    return Corrections(corrections.rows.assign(image=[paths.get(name) or name for name in corrections.rows["image"]]))


def load_identities(table: Path) -> dict[str, Identity]:
    """What :func:`find_corrected` noted, by name; nothing where nothing was corrected."""
    known: dict[str, Identity] = json.loads(table.read_text(encoding="utf-8")) if table.exists() else {}
    return known


def _by_size(folder: DataFolder) -> dict[int, list[str]]:
    sizes: dict[int, list[str]] = {}
    for image in folder.images:
        sizes.setdefault(folder.path(image).stat().st_size, []).append(image)
    return sizes


def _identity(folder: DataFolder, by_size: dict[int, list[str]], name: str) -> Identity:
    size, digest = hash_files(folder.root, [name])[name]
    return Identity(bytes=size, sha256=digest, copy=_copies(folder, by_size[size], digest).index(name))


def _path(folder: DataFolder, by_size: dict[int, list[str]], wanted: Identity | None) -> str | None:
    if wanted is None:
        return None
    copies = _copies(folder, by_size.get(wanted["bytes"], []), wanted["sha256"])
    return copies[wanted["copy"]] if wanted["copy"] < len(copies) else None


def _copies(folder: DataFolder, images: list[str], digest: str) -> list[str]:
    """Identical files among ``images``, by path."""
    return [name for name, (_, found) in hash_files(folder.root, images).items() if found == digest]
