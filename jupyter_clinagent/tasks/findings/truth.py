"""What entries that say “uncertain”, or nothing, count as in a study, and on another hospital's images."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from jupyter_clinagent.tasks.findings.found import UNCERTAIN

POLICIES = ("uncertain", "not_mentioned")
MEANS = {"left out": float("nan"), "positive": 1.0, "negative": 0.0}
"""What a policy makes of an entry."""


def read_as(codes: pd.DataFrame, policies: Mapping[str, str]) -> pd.DataFrame:
    """1, 0 or NaN (left out) from the codes of :class:`~jupyter_clinagent.tasks.findings.found.FoundFindings`."""
    known = codes.mask(codes == UNCERTAIN, MEANS[policies["uncertain"]])
    return known.mask(codes.isna(), MEANS[policies["not_mentioned"]])


def say_policies(codes: pd.DataFrame, policies: Mapping[str, str]) -> list[str]:
    """How many entries there are of either kind, and what they count as; nothing where there are none."""
    entries = {"uncertain": (codes == UNCERTAIN, "“uncertain”"), "not_mentioned": (codes.isna(), "not mentioned")}
    said = []
    for policy, (inside, word) in entries.items():
        number = int(inside.to_numpy().sum())
        if number:
            means = "left out for that finding" if policies[policy] == "left out" else f"counted as {policies[policy]}"
            said.append(f"{number} entries are {word} and are {means}.")
    return said
