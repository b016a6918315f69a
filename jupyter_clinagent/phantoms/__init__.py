"""Synthetic pictures with known truth, for tests, demonstrations and trying things out; no patient is in them.

Each kind is a function ``(n, seed, size, difficulty) -> list[Phantom]`` in :data:`KINDS`; :func:`write` lays any of them
out in a folder. Only numpy and cv2 are needed.
"""

from jupyter_clinagent.phantoms.chest import ChestPhantom, chest
from jupyter_clinagent.phantoms.drains import Planted, plant_confounder
from jupyter_clinagent.phantoms.kinds import KINDS, write
from jupyter_clinagent.phantoms.phantom import Phantom
from jupyter_clinagent.phantoms.skin import dermoscopy, triage
from jupyter_clinagent.phantoms.wrist import wrist

__all__ = ["KINDS", "ChestPhantom", "Phantom", "Planted", "chest", "dermoscopy", "plant_confounder", "triage", "wrist", "write"]
