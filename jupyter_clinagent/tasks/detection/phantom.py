"""Wrist phantoms with fractures in boxes, and blood smears with three kinds of cells."""

from __future__ import annotations

from pathlib import Path

from jupyter_clinagent import phantoms
from jupyter_clinagent.phantoms.phantom import Difficulty
from jupyter_clinagent.tasks.detection import smear

KINDS = ("wrist", "wrist-weak", "smear")
REQUEST = "Find the fractures and mark them with boxes"


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """See :func:`jupyter_clinagent.phantoms.write`, and :func:`jupyter_clinagent.tasks.detection.smear.write`."""
    if kind == "smear":
        smear.write(folder, n, seed, difficulty)
    else:
        phantoms.write(kind, folder, n=n, seed=seed, difficulty=difficulty)
