"""What is there instead of a folder that is not: a mistyped name is seen at once beside the right one."""

from __future__ import annotations

from pathlib import Path

from rapidfuzz import fuzz, process

_MOST = 8
_ALIKE = 60.0
"""Per cent of its letters that a name shares, in order, with one that it may be a slip for."""


def no_such_folder(path: Path, written: str | Path | None = None) -> str:
    """A sentence that names the folder and what lies in its place.

    Parameters
    ----------
    path
        The folder that should be there.
    written
        How it was written, where that is another way.
    """
    named = written or path
    if path.exists():
        return f"{named} is a file, not a folder."
    parent = next(folder for folder in path.absolute().parents if folder.is_dir())
    there = f"in {parent}, " if parent.name else ""
    wanted = path.absolute().parts[len(parent.parts)]
    folders = _folders_in(parent)
    if close := close_folders(wanted, parent):
        return f"There is no folder {named}; {there}there is {_listed(close)}. Did you mean that?"
    more = f" and {len(folders) - _MOST} more" if len(folders) > _MOST else ""
    what = f"there are the folders {_listed(folders[:_MOST])}{more}" if folders else "no folder lies there"
    return f"There is no folder {named}; {there}{what}."


def close_folders(wanted: str, parent: Path) -> list[str]:
    """Folders of a folder whose names are almost, or but for capitals, the one that is wanted."""
    folders = _folders_in(parent)
    near = process.extract(
        wanted.casefold(), [name.casefold() for name in folders], scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=3
    )
    return [folders[at] for _, _, at in sorted(near, key=lambda one: one[2])]


def _folders_in(parent: Path) -> list[str]:
    return sorted(p.name for p in parent.iterdir() if p.is_dir() and not p.name.startswith((".", "__")))


def _listed(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
