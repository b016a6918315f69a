"""Names, sizes and hashes of the files that a study used: proof that they are the same later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.readings import Readings

Fingerprint = dict[str, tuple[int, str]]
"""Size in bytes and SHA-256, by path in the data folder."""


def fingerprint_of(folder: DataFolder, readings: Readings, annotations: Sequence[str] = ()) -> Fingerprint:
    """Of the images read (their hashes are known already) and of all others, masks among them, of tables and annotations."""
    table = readings.table
    images = {
        str(file): (int(size), str(sha)) for file, size, sha in zip(table.index, table["bytes"], table["sha256"], strict=True)
    }
    others = [*folder.tables, *annotations, *folder.images]
    return images | hash_files(folder.root, dict.fromkeys(name for name in others if name not in images))


def hash_files(root: Path, files: Iterable[str]) -> Fingerprint:
    """Size and SHA-256 of files; a missing one gets ``(-1, "missing")``."""
    names = list(files)
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(names, pool.map(lambda name: _hash_file(root / name), names), strict=True))


def _hash_file(path: Path) -> tuple[int, str]:
    if not path.is_file():
        return -1, "missing"
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def changed_files(root: Path, before: Fingerprint) -> list[str]:
    """Files whose content is not what it was."""
    now = hash_files(root, before)
    return [name for name, value in before.items() if tuple(now[name]) != tuple(value)]


def digest(fingerprint: Fingerprint) -> str:
    """One hash for all files."""
    return hashlib.sha256(json.dumps(sorted(fingerprint.items())).encode()).hexdigest()


def save_fingerprint(fingerprint: Fingerprint, path: Path) -> None:
    """Write ``{"digest", "files": {name: {bytes, sha256}}}``."""
    files = {name: {"bytes": size, "sha256": sha} for name, (size, sha) in sorted(fingerprint.items())}
    path.write_text(json.dumps({"digest": digest(fingerprint), "files": files}, indent=1), encoding="utf-8")


def load_fingerprint(path: Path) -> Fingerprint:
    """Read what :func:`save_fingerprint` wrote."""
    files = json.loads(path.read_text(encoding="utf-8"))["files"]
    return {name: (entry["bytes"], entry["sha256"]) for name, entry in files.items()}
