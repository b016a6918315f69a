"""What lies beside the notebook, as counts: file names stay here, for they may identify patients."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from jupyter_clinagent.errors import BadInput

_LINES = 200


def count_files(notebook: str, folder: str) -> str:
    """Files below a folder beside the notebook, counted by folder and extension.

    Raises
    ------
    BadInput
        There is no such folder, or it lies elsewhere.
    """
    root = Path(notebook).resolve().parent
    top = (root / folder).resolve()
    if not top.is_relative_to(root):
        raise BadInput(f"{folder} lies outside the notebook's folder; the survey cell looks at data elsewhere.")
    if not top.is_dir():
        raise BadInput(f"There is no folder {folder} beside the notebook.")
    counts = Counter(
        (str(p.parent.relative_to(root)), p.suffix.lower() or "(none)")
        for p in top.rglob("*")
        if p.is_file() and not _hidden(p, root)
    )
    return "\n".join(f"{where}: {n} {suffix}" for (where, suffix), n in sorted(counts.items())[:_LINES]) or "No files."


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)
