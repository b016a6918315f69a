"""Where tips lie: a column of heights from 0 (top) to 1 (bottom)."""

from __future__ import annotations

import pandas as pd

from clinagent_zone.specification import COLUMN, ZONES
from jupyter_clinagent.study.data.inventory import Inventory, rows_by_file


def find_tips(inventory: Inventory) -> pd.DataFrame | None:
    """Rows by file with their ``class``; None where no table tells heights."""
    table = next((table for table in inventory.image_tables if COLUMN in table.frame), None)
    if table is None:
        return None
    rows = rows_by_file(inventory, table)
    height = pd.to_numeric(rows[COLUMN], errors="coerce")
    rows = rows.assign(**{"class": (height < 0.5).map({True: ZONES[0], False: ZONES[1]})})
    return rows[height.between(0, 1)]
