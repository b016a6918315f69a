"""What a model that grades sees in a data folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_clinagent.study.data.inventory import Inventory


def look(inventory: Inventory) -> Mapping[str, Any]:
    """Nothing beyond what every survey tells: columns and their values."""
    return {}
