"""Which numbers could be measured in a data folder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.measurement.columns import measurable


def look(inventory: Inventory) -> Mapping[str, Any]:
    """``columns`` and ``few``, as :func:`~jupyter_clinagent.tasks.measurement.columns.measurable` returns them."""
    columns, few = measurable(inventory)
    return {"columns": columns, "few": few} if columns or few else {}
