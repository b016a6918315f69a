"""A column that says whether there is any finding at all (“Disease_Risk”): a summary of the others, and none of them."""

from __future__ import annotations

import re

import pandas as pd

from jupyter_clinagent.tasks.findings.found import YES

LEAST = 2
"""Fewer other findings are not summed up by one."""
SURE = 3
"""Of so many other findings a column is the summary, whatever it is called, that says yes just where one of them does."""
IMPLIED = 0.99
"""Share of the images with a finding on which a summary says yes, too: tables have slips."""
_NAMED = re.compile(
    r"(?<![a-z])(any|overall|disease[ds]?|abnormal(ity|ities)?|patholog(y|ies|ical|ic)|findings?|sick|ill|unhealthy|positive"
    r"|krank(heit)?|erkrankung|befunde?|auffaellig|auffällig|pathologisch|irgendein\w*)(?![a-z])"
)


def summaries(codes: pd.DataFrame) -> list[str]:
    """Columns of ``codes`` (see :class:`~jupyter_clinagent.tasks.findings.found.FoundFindings`) that sum up all the others.

    Examples
    --------
    >>> table = pd.DataFrame({"Disease_Risk": [1, 1, 0, 1], "DR": [1, 0, 0, 1], "AMD": [0, 1, 0, 0]})
    >>> summaries(table), summaries(table.rename(columns={"Disease_Risk": "drusen"}))
    (['Disease_Risk'], [])
    """
    yes = codes.eq(YES)
    return [str(name) for name in codes.columns if _sums_up(str(name), yes[name], yes.drop(columns=name))]


def _sums_up(name: str, says: pd.Series, others: pd.DataFrame) -> bool:
    shown = others.any(axis=1)
    if others.shape[1] < LEAST or (others.sum() > 0).sum() < LEAST or (says & shown).sum() < IMPLIED * shown.sum():
        return False
    named = bool(_NAMED.search(re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", name).lower()))
    return named or (others.shape[1] >= SURE and bool((says == shown).all()))
