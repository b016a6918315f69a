"""What can be learnt to outline in a data folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from jupyter_clinagent.study.cohort.confounders import presence
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.tasks.segmentation.described import Outlines
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.who import readers_in

AGREES, APART = 0.95, 0.2
"""Masks outline what a column speaks of, if so many of the outlined images have it, and by so much more than the others."""


def outlined_confounder(inventory: Inventory, found: Outlines) -> str | None:
    """The column of a possible shortcut (a drain, a ruler) that unnamed masks go with: they don't outline the disease."""
    if list(found.structures) != [ONE]:
        return None
    rows = image_rows(replace(inventory, images=found.images))
    outlined = rows.index.isin([image for image, references in found.structures[ONE].items() if references])
    names = {c.name for table in inventory.tables for c in table.by_role("confounder") if c.name in rows.columns}
    return next((name for name in sorted(names) if _goes_with(presence(rows[name]), outlined)), None)


def _goes_with(shown: pd.Series, outlined: np.ndarray) -> bool:
    inside, others = shown[outlined].dropna().astype(bool), shown[~outlined].dropna().astype(bool)
    return len(inside) > 0 and len(others) > 0 and inside.mean() >= AGREES and inside.mean() - others.mean() >= APART


def look(inventory: Inventory) -> Mapping[str, Any]:
    """``structures`` (images that outline each), ``images``, ``described``, ``alone``, ``said``, and ``confounder``.

    Where readers outlined there is also what :func:`.who.readers_in` says.
    """
    found = find_outlines(inventory)
    if found is None:
        return {}
    return {
        "confounder": outlined_confounder(inventory, found),
        "structures": {name: sum(bool(refs) for refs in images.values()) for name, images in found.structures.items()},
        "images": len(found.images),
        "described": len(found.described),
        "alone": len(found.alone),
        "said": found.said,
        **readers_in(found),
    }
