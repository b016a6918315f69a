"""Which findings a table speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.findings.columns import LEAST, find_findings
from jupyter_clinagent.tasks.findings.found import NO, UNCERTAIN, YES
from jupyter_clinagent.tasks.findings.listed import unfit


def look(inventory: Inventory) -> Mapping[str, Any]:
    """``findings`` (what is said, and how often), ``several`` (images that show more than one), where they stand.

    ``layout``, ``source``, ``columns``, ``never`` and ``said`` are those of
    :class:`~jupyter_clinagent.tasks.findings.found.FoundFindings`. Where entries only look like lists of findings there is
    ``unfit``, which says why in a sentence.
    """
    found = find_findings(inventory)
    if found is None or len(found.codes.columns) < LEAST:
        why = unfit(inventory)
        return {"unfit": why} if why else {}
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
        "layout": found.layout,
        "source": found.source,
        "columns": found.spent,
        "never": found.never,
        "said": found.said,
    }
