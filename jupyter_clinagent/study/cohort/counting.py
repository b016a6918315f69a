"""What every cohort counts, and what is taken off its rows before they are sealed."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from jupyter_clinagent.errors import TooFewImages
from jupyter_clinagent.imaging.metrics import wilson
from jupyter_clinagent.study.cohort.cohort import OWN_COLUMNS
from jupyter_clinagent.study.cohort.linking import Linked
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.cohort.splitting import Split
from jupyter_clinagent.study.data.inventory import FOLDER, NAME_ENDING, PATIENT_FOLDER, Inventory
from jupyter_clinagent.study.data.opinions import other_opinions

FEW_GROUPS, FEWEST_GROUPS, LEAST_GROUPS = 10, 5, 3
"""Fewer groups of a class are too few to judge; fewer are refused; fewer are refused even where that was allowed."""


def refuse_few_groups(linked: Linked, allow_few: bool) -> None:
    """Refuse images of so few patients that none would be left to judge by; near-duplicates and scenes hold groups together.

    Raises
    ------
    TooFewImages
        With how many groups there are and how many it takes.
    """
    least, source = LEAST_GROUPS if allow_few else FEWEST_GROUPS, linked.groups.source
    groups, apart = linked.rows["group"].nunique(), linked.joined.nunique()
    if source is not None and groups < least:
        raise TooFewImages(
            f"The {len(linked.rows)} images come from only {groups} group{'s' * (groups != 1)} (by {source}), and images of one "
            f"patient must not be trained on and judged by: it takes at least {least}. Add images of other patients, or name "
            "another column that tells what belongs together."
        )
    if apart < LEAST_GROUPS:
        raise TooFewImages(
            f"The {len(linked.rows)} images fall into only {apart} set{'s' * (apart != 1)} that neither look nearly the same nor "
            f"show the same scene as another, and such images must not part: it takes at least {LEAST_GROUPS}. Add other images."
        )


def with_partition(rows: pd.DataFrame, split: Split) -> pd.DataFrame:
    """Rows with their partition, without those that have none."""
    return rows.assign(partition=split.partition)[split.partition.notna()]


def crossing(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    """Reason by file for those that a published test part has cost."""
    return {str(file): "crosses into the published test part" for file in before.index.difference(after.index)}


def without_spent(rows: pd.DataFrame, inventory: Inventory, label: str, split_source: str) -> pd.DataFrame:
    """Drop the columns that have been used up, so that no id, no name and no label stays among the metadata."""
    spent = ("image", "group", "alias", "mask", "ignored", "split")
    used = {column.name for table in inventory.tables for column in table.columns if column.role in spent}
    used |= other_opinions(label, inventory.tables)
    # The study's own columns may bear the names of columns of the data, whose place they have taken.
    used = (used | {label, split_source, FOLDER, PATIENT_FOLDER, NAME_ENDING, *inventory.levels}) - set(OWN_COLUMNS)
    return rows.drop(columns=[name for name in rows.columns if name in used])


def images_by_class(rows: pd.DataFrame, classes: Iterable[str]) -> dict[str, dict[str, int]]:
    """Images by class and partition."""
    return _spread(rows.groupby(["class", "partition"])["group"].size(), classes)


def groups_by_class(rows: pd.DataFrame, classes: Iterable[str]) -> dict[str, dict[str, int]]:
    """Groups by class and partition."""
    return _spread(rows.groupby(["class", "partition"])["group"].nunique(), classes)


def _spread(counts: pd.Series, classes: Iterable[str]) -> dict[str, dict[str, int]]:
    return {name: {part: int(counts.get((name, part), 0)) for part in PARTITIONS} for name in classes}


def say_too_few(name: str, number: int) -> str:
    """How uncertain figures of so few groups are."""
    low, high = wilson(round(0.9 * number), number)
    return (
        f"{name}: only {number} groups, too few to judge. If 90 % of all {number} were recognised, the 95 % interval "
        f"would still run from {low:.2f} to {high:.2f}."
    )
