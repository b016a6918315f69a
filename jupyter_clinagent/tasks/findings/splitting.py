"""The partition of a cohort of findings: a published one is kept although it lacks one, ours has each in every part."""

from __future__ import annotations

import pandas as pd

from jupyter_clinagent.contracts import NO_FINDING
from jupyter_clinagent.study.cohort.partition import PARTITIONS, partition_by_group
from jupyter_clinagent.study.cohort.published import mend_published, parts_of, why_not
from jupyter_clinagent.study.cohort.splitting import OWN, Split, published_column
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.findings.found import NO, YES


def split_findings(inventory: Inventory, rows: pd.DataFrame, joined: pd.Series, wish: str | None, seed: int) -> Split:
    """The published split where its test part shows any finding and it can be mended, our own otherwise.

    Parameters
    ----------
    rows
        With ``truth`` (1, 0 or None by finding) and ``stratum``, the rarest finding that an image shows.
    joined
        Group by image, groups with duplicates in common under one number.
    """
    name = published_column(inventory, rows, joined, wish)
    said: list[str] = []
    if name is not None:
        labels, why = _strata_of(rows["stratum"], parts_of(rows[name]), name)
        mended = None if why else mend_published(rows[name], labels, joined, seed, name)
        if mended is not None:
            return Split(mended.partition, name, mended.said, mended.crossing_groups, mended.crossing_images)
        said.append(why or why_not(rows[name], labels, joined, name) or "")
    said.append(f"Split by group into 70 % training, 15 % validation and 15 % test, findings in proportion, seed {seed}.")
    dealt = partition_by_group(rows["stratum"], joined, seed)
    return Split(reaching_every_part(_answers(rows["truth"]), joined, dealt), OWN, said)


def _strata_of(strata: pd.Series, parts: pd.Series, name: str) -> tuple[pd.Series, str]:
    """Strata that the published test part has, those it lacks among the most frequent one; or why it is of no use."""
    testing = strata[parts == "test"]
    if len(testing) and (testing == NO_FINDING).all():
        return strata, f"The test part in {name} shows none of the findings, so a new partition is made by group."
    return strata.where(strata.isin(set(testing)), testing.mode().iloc[0] if len(testing) else NO_FINDING), ""


def _answers(truth: pd.Series) -> pd.DataFrame:
    """Whether each image shows each finding, and whether it is without it: both have to be learnt and judged."""
    known = pd.DataFrame(list(truth), index=truth.index)
    return pd.concat({"with": known.eq(YES), "without": known.eq(NO)}, axis=1)


def reaching_every_part(shown: pd.DataFrame, groups: pd.Series, partition: pd.Series) -> pd.Series:
    """The partition, with single groups moved where a finding would be missing from a part although enough groups show it.

    Images are dealt out by their rarest finding, so a more frequent one that only comes beside rare ones may miss a part.

    Parameters
    ----------
    shown
        Whether each image gives an answer, such as showing a finding, bool, indexed by image as ``groups`` and ``partition`` are.
    """
    held, place = shown.groupby(groups).any(), partition.groupby(groups).first()
    numbers = held.sum().sort_values(kind="stable")
    held = held[numbers.index[numbers >= len(PARTITIONS)]]
    sizes = groups.value_counts()
    for finding in held.columns:
        for part in PARTITIONS:
            if not held.loc[place == part, finding].any() and (movable := _movable(held, place, finding)):
                place[min(movable, key=lambda group: (sizes[group], str(group)))] = part
    return groups.map(place)


def _movable(held: pd.DataFrame, place: pd.Series, finding: str) -> list[object]:
    """Groups that show a finding, of the part that has most of them, without which that part still has all that it has."""
    numbers = held.groupby(place).sum()
    fullest = numbers[finding].idxmax()
    single = numbers.columns[numbers.loc[fullest] == 1]
    inside = held[(place == fullest) & held[finding]]
    return list(inside.index[~inside[single].any(axis=1)])
