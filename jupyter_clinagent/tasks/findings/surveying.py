"""Which findings a table speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_clinagent.study.finding.inventory import Inventory
from jupyter_clinagent.tasks.findings.columns import NO, UNCERTAIN, YES, find_findings


def look(inventory: Inventory) -> Mapping[str, Any]:
    """``findings`` (what is said, and how often), ``several`` (images that show more than one), ``source``."""
    found = find_findings(inventory)
    if found is None or len(found.codes.columns) < 2:
        return {}
    counts = {
        str(name): {
            "yes": int((codes == YES).sum()),
            "no": int((codes == NO).sum()),
            "uncertain": int((codes == UNCERTAIN).sum()),
            "not mentioned": int(codes.isna().sum()),
        }
        for name, codes in found.codes.items()
    }
    several = int(((found.codes == YES).sum(axis=1) > 1).sum())
    return {
        "findings": counts,
        "several": several,
        "source": found.source,
        "columns": found.spent,
        "never": found.never,
        "said": found.said,
    }
