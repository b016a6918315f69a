"""Which findings a table speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from jupyter_clinagent.study.data.cases import case_facts, differing
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.survey import group_candidates
from jupyter_clinagent.tasks.findings.columns import LEAST, find_findings, unclear_codes
from jupyter_clinagent.tasks.findings.found import NO, UNCERTAIN, YES, FoundFindings
from jupyter_clinagent.tasks.findings.listed import unfit
from jupyter_clinagent.tasks.findings.onesided import one_sided
from jupyter_clinagent.tasks.findings.summarising import summaries


def look(inventory: Inventory) -> Mapping[str, Any]:
    """``findings`` (what is said, and how often), ``several`` (images that show more than one), where they stand.

    ``layout``, ``source``, ``columns``, ``said``, ``unread`` and ``crosses`` are those of
    :class:`~jupyter_clinagent.tasks.findings.found.FoundFindings`; ``never`` and ``always`` are findings that can't be learnt
    whatever uncertain and empty entries count as. Where entries only look like lists of findings there is ``unfit``, which says
    why in a sentence. ``summaries`` are findings that only sum up the others; ``differing`` says by case (see
    :attr:`~jupyter_clinagent.facts.CaseFacts.key`) in how many the images differ in each finding.
    """
    found = find_findings(inventory)
    every = {str(name): _counts(codes) for name, codes in found.codes.items()} if found else {}
    never, always = one_sided({name: (c["yes"] + c["uncertain"], sum(c.values()) - c["yes"]) for name, c in every.items()})
    counts = {name: one for name, one in every.items() if name not in (*never, *always)}
    if found is None or len(counts) < LEAST:
        why = unfit(inventory) or unclear_codes(inventory)
        return {"unfit": why} if why else {}
    several = int(((found.codes == YES).sum(axis=1) > 1).sum())
    return {
        "findings": counts,
        "several": several,
        "layout": found.layout,
        "source": found.source,
        "columns": found.spent,
        "never": never,
        "always": always,
        "said": found.said,
        "unread": found.unread,
        "crosses": found.crosses,
        "summaries": summaries(found.codes),
        "differing": _differing(inventory, found),
    }


def _differing(inventory: Inventory, found: FoundFindings) -> dict[str, dict[str, int]]:
    known = found.codes.where(found.codes.isin([YES, NO]))
    cases = case_facts(inventory, found.rows, group_candidates(inventory), [])
    counts = {case.key: differing(inventory, found.rows, case.columns, known) for case in cases}
    return {key: one for key, one in counts.items() if one}


def _counts(codes: pd.Series) -> dict[str, int]:
    entries = {"yes": codes == YES, "no": codes == NO, "uncertain": codes == UNCERTAIN, "not mentioned": codes.isna()}
    return {name: int(inside.sum()) for name, inside in entries.items()}
