"""Dermoscopy phantoms: melanoma and nevus."""

from __future__ import annotations

from pathlib import Path

from jupyter_clinagent import phantoms
from jupyter_clinagent.phantoms.phantom import Difficulty

KINDS = ("triage", "dermoscopy", "chest")
REQUEST = "Separate melanoma from nevus. Missing a melanoma is worse than a false alarm"


def write(kind: str, folder: Path, n: int, seed: int, difficulty: Difficulty) -> None:
    """See :func:`jupyter_clinagent.phantoms.write`."""
    phantoms.write(kind, folder, n=n, seed=seed, difficulty=difficulty)
