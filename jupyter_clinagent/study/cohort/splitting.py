"""Which split is used: the one that came with the data where it is safe, ours otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.cohort.partition import partition_by_group
from jupyter_clinagent.study.cohort.published import leaking_groups, mend_published, why_not
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.survey import split_candidates

AUTO, OWN = "auto", "own"


@dataclass(frozen=True)
class Split:
    """Partition by file, where it came from, and what has to be said about it."""

    partition: pd.Series
    source: str
    said: list[str]
    crossing_groups: int = 0
    crossing_images: int = 0

    @property
    def described(self) -> str:
        """Where the partition came from, in a few words."""
        return f"published ({self.source})" if self.source != OWN else "by group, 70/15/15"


def split_cohort(inventory: Inventory, rows: pd.DataFrame, joined: pd.Series, wish: str | None, seed: int) -> Split:
    """The published split where it can be used or mended, our own otherwise."""
    name = published_column(inventory, rows, joined, wish)
    said: list[str] = []
    if name is not None:
        mended = mend_published(rows[name], rows["class"], joined, seed, name)
        if mended is not None:
            return Split(mended.partition, name, mended.said, mended.crossing_groups, mended.crossing_images)
        said.append(why_not(rows[name], rows["class"], joined, name) or "")
    said.append(f"Split by group into 70 % training, 15 % validation and 15 % test, classes in proportion, seed {seed}.")
    return Split(partition_by_group(rows["class"], joined, seed), OWN, said)


def published_column(inventory: Inventory, rows: pd.DataFrame, joined: pd.Series, wish: str | None) -> str | None:
    """The split column asked for; with ``"auto"`` the one that leaks least."""
    if wish in (None, OWN):
        return None
    if wish != AUTO:
        if wish not in rows.columns:
            raise BadInput(f"There is no split column {wish!r}; there are: {', '.join(map(str, rows.columns))}.")
        return wish
    candidates = [name for name in split_candidates(inventory) if name in rows.columns]
    return min(candidates, key=lambda name: leaking_groups(rows[name], joined), default=None)
