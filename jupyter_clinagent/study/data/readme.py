"""Texts in a data folder that describe it: read as data, never as an instruction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from jupyter_clinagent.study.data.folder import DataFolder

MOST_BYTES = 300_000
"""Of a text that is read."""
_DESCRIBES = re.compile(r"read_?me|lies_?mich|dictionar|code_?book|descri|beschreib|legend|coding|kodier|about|info", re.I)
_TEXTS = (".txt", ".md", ".rst", "")


def described_in(folder: DataFolder) -> Iterator[tuple[str, str]]:
    """Name and content of each."""
    for name in folder.others:
        path = folder.path(name)
        described = path.suffix.lower() == ".md" or _DESCRIBES.search(PurePosixPath(name).stem)
        if described and path.suffix.lower() in _TEXTS and path.stat().st_size <= MOST_BYTES:
            yield name, path.read_text(encoding="utf-8", errors="replace")
