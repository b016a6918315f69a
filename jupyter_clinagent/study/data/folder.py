"""What files lie in the data folder. Only ever reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_clinagent.errors import NoSuchData
from jupyter_clinagent.imaging.reading import EXTENSIONS, is_dicom
from jupyter_clinagent.nearby import no_such_folder
from jupyter_clinagent.study.data.telling import Tell, quiet
from jupyter_clinagent.study.data.unread_files import said_unread

IMAGE_SUFFIXES = EXTENSIONS | {".pgm", ".ppm", ".ima"}
COUNTED = 10_000
"""After so many files it is told how many there are so far."""
TABLE_SUFFIXES = (".csv", ".tsv", ".xlsx", ".csv.gz", ".tsv.gz")


@dataclass(frozen=True)
class DataFolder:
    """Relative paths (with ``/``) of the images, tables and annotation files below ``root``, sorted."""

    root: Path
    images: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def path(self, relative: str) -> Path:
        """Absolute path of a file in the folder."""
        return self.root / relative

    def with_suffix(self, *suffixes: str) -> list[str]:
        """Other files (neither image nor table) that end in one of the suffixes."""
        return [name for name in self.others if name.lower().endswith(suffixes)]


def read_folder(root: str | Path, tell: Tell = quiet) -> DataFolder:
    """List a data folder; of large ones ``tell`` hears how many files were listed.

    Raises
    ------
    NoSuchData
        The folder is not there, is a file, or holds no images.
    """
    path = Path(root).expanduser()
    if not path.is_dir():
        raise NoSuchData(f"{no_such_folder(path)} Give the folder that holds the images.")
    folder = _sorted_by_kind(path.resolve(), tell)
    if not folder.images:
        said = f"There are no images in {path}: expected JPEG, PNG, TIFF, BMP or DICOM files in it or in its subfolders."
        raise NoSuchData(" ".join([said, *said_unread(folder.others)]))
    return folder


def _sorted_by_kind(root: Path, tell: Tell) -> DataFolder:
    folder = DataFolder(root)
    for relative in sorted(_counted(_walk(root), tell)):
        suffix = os.path.splitext(relative)[1].lower()
        if suffix in IMAGE_SUFFIXES or (not suffix and is_dicom(root / relative)):
            folder.images.append(relative)
        elif relative.lower().endswith(TABLE_SUFFIXES):
            folder.tables.append(relative)
        else:
            folder.others.append(relative)
    return folder


def _counted(files: Iterator[str], tell: Tell) -> Iterator[str]:
    for number, file in enumerate(files, start=1):
        if number % COUNTED == 0:
            tell(0.0, f"{number:,} files listed")
        yield file


def _identity(folder: Path) -> tuple[int, int]:
    """What a folder is, whatever leads to it."""
    found = folder.stat()
    return found.st_dev, found.st_ino


def _walk(root: Path) -> Iterator[str]:
    """Links to folders are followed, as images are often kept on another disk; none is entered twice, or leads back up."""
    entered = {_identity(root), *map(_identity, root.parents)}
    for where, folders, names in os.walk(root, followlinks=True):
        inner = {_identity(Path(where, name)): name for name in folders if not name.startswith((".", "__MACOSX"))}
        folders[:] = [name for folder, name in inner.items() if folder not in entered]
        entered |= inner.keys()
        inside = "" if where == str(root) else Path(where).relative_to(root).as_posix() + "/"
        yield from (inside + name for name in names if not name.startswith((".", "~$")))
