"""Wrist phantoms: fractures in boxes."""

from __future__ import annotations

from pathlib import Path

from jupyter_clinagent import phantoms
from jupyter_clinagent.phantoms.phantom import Difficulty

KINDS = ("wrist", "wrist-weak")
REQUEST = "Find the fractures and mark them with boxes"


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """See :func:`jupyter_clinagent.phantoms.write`."""
    phantoms.write(kind, folder, n=n, seed=seed, difficulty=difficulty)
