"""What entries that say “uncertain”, or nothing, count as in a study, and on another hospital's images."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from jupyter_clinagent.tasks.findings.found import NO, NOT_KNOWN, UNCERTAIN, YES, key_of
from jupyter_clinagent.tasks.findings.onesided import OneSided, one_sided

POLICIES = ("uncertain", "not_mentioned")
MEANS = {"left out": float("nan"), "positive": 1.0, "negative": 0.0}
"""What a policy makes of an entry."""


_BETWEEN = {NOT_KNOWN: 0.25, UNCERTAIN: 0.5}
"""Where an entry that is neither stands among several for one finding: above no, below yes."""


def gathered(codes: pd.DataFrame, classes: Mapping[str, list[str]]) -> pd.DataFrame:
    """Codes of a study's findings, each from the columns that stand for it, however they are spelt; without those that have none.

    Of several columns one that says yes decides, then one that is uncertain, then one that is not known, then one that says no.
    """
    there = {key_of(str(name)): name for name in codes.columns}
    own = {name: [there[key_of(v)] for v in values if key_of(v) in there] for name, values in classes.items()}
    found = {name: codes[columns].replace(_BETWEEN).max(axis=1) for name, columns in own.items() if columns}
    back = {between: code for code, between in _BETWEEN.items()}
    return pd.DataFrame({name: one.replace(back) for name, one in found.items()}, index=codes.index)


def with_others_only(codes: pd.DataFrame, classes: Mapping[str, list[str]] | None) -> pd.Index:
    """Images that show other findings and surely none of a study's."""
    ours = {key_of(value) for values in (classes or {}).values() for value in values}
    own = [name for name in codes.columns if key_of(str(name)) in ours]
    shown = codes.drop(columns=own).eq(YES).any(axis=1) & codes[own].eq(NO).all(axis=1)
    return codes.index[shown]


def one_sided_in(truth: pd.DataFrame) -> OneSided:
    """Findings (columns) of which the images (rows: 1, 0 or NaN) give one answer only."""
    return one_sided({str(name): (int((one == YES).sum()), int((one == NO).sum())) for name, one in truth.items()})


def read_as(codes: pd.DataFrame, policies: Mapping[str, str]) -> pd.DataFrame:
    """1, 0 or NaN (left out) from the codes of :class:`~jupyter_clinagent.tasks.findings.found.FoundFindings`."""
    known = codes.mask(codes == UNCERTAIN, MEANS[policies["uncertain"]])
    return known.mask(codes.isna(), MEANS[policies["not_mentioned"]]).mask(codes == NOT_KNOWN)


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
