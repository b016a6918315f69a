"""How many tips a table has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clinagent_zone.tips import find_tips
from jupyter_clinagent.study.data.inventory import Inventory


def look(inventory: Inventory) -> Mapping[str, Any]:
    """``zones``: images by zone."""
    rows = find_tips(inventory)
    return {} if rows is None or not len(rows) else {"zones": {str(k): int(v) for k, v in rows["class"].value_counts().items()}}
