"""What can be learnt to outline in a data folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_clinagent.study.finding.inventory import Inventory
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines


def look(inventory: Inventory) -> Mapping[str, Any]:
    """``structures`` (images that outline each), ``images``, ``described``, ``alone`` and ``said``."""
    found = find_outlines(inventory)
    if found is None:
        return {}
    return {
        "structures": {name: sum(bool(refs) for refs in images.values()) for name, images in found.structures.items()},
        "images": len(found.images),
        "described": len(found.described),
        "alone": len(found.alone),
        "said": found.said,
    }
