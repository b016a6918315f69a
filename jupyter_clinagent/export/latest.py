"""Which study of a notebook is exported: the last that is finished, with the cells from its opening on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_clinagent.errors import BadInput

_OPENS = re.compile(r"\bStudy\(\s*['\"]([^'\"]+)['\"]")


def latest_study(notebook: Path, needed: Sequence[str]) -> Path:
    """The folder ``<stem>-study``, ``<stem>-study-2``, … with the highest number in which nothing is missing.

    Raises
    ------
    BadInput
        No study of the notebook is finished; says what the last one lacks.
    """
    first = notebook.parent / f"{notebook.stem}-study"
    later = {
        int(match[1]): folder
        for folder in notebook.parent.glob(f"{_literal(first.name)}-*")
        if (match := re.fullmatch(re.escape(first.name) + r"-(\d+)", folder.name)) and (folder / "record.jsonl").exists()
    }
    folders = [*(later[number] for number in sorted(later, reverse=True)), first]
    lacking = {folder: [name for name in needed if not (folder / name).exists()] for folder in folders}
    finished = [folder for folder in folders if not lacking[folder]]
    if not finished:
        raise BadInput(
            f"The study of {notebook.name} is not finished ({', '.join(lacking[folders[0]])} not in {folders[0].name}); run its "
            "cells up to study.report() first."
        )
    return finished[0]


def cells_of(study: str, cells: Sequence[Any]) -> list[Any]:
    """The cells of one study: from where it is opened to where the next one is; the first has what stands above it, too."""
    opened = [(k, match[1]) for k, cell in enumerate(cells) if (match := _opening(cell))]
    ends = [*(k for k, _ in opened[1:]), len(cells)]
    own = [cell for (start, name), end in zip(opened, ends, strict=False) if name == study for cell in cells[start:end]]
    if not own:  # opened in a way of the clinician's own
        return list(cells)
    return [*cells[: opened[0][0]], *own] if opened[0][1] == study else own


def _opening(cell: Any) -> re.Match[str] | None:
    return _OPENS.search(cell["source"]) if cell["cell_type"] == "code" else None


def _literal(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)
