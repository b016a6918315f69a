"""Load -> group -> split -> seal, in one call, so that nothing can be learnt in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, TooFewImages
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging.metrics import wilson
from jupyter_clinagent.study.cohort import Cohort, Looks
from jupyter_clinagent.study.corrections import Corrections
from jupyter_clinagent.study.duplicates import all_pairs, exact_duplicates, joined_groups, near_duplicates
from jupyter_clinagent.study.groups import Groups, group_images
from jupyter_clinagent.study.inventory import FOLDER, PATIENT_FOLDER, Inventory
from jupyter_clinagent.study.labels import Labelled, label_images
from jupyter_clinagent.study.partition import PARTITIONS, groups_per_class
from jupyter_clinagent.study.readings import read_all
from jupyter_clinagent.study.splitting import AUTO, OWN, Split, split_cohort

FEW_GROUPS, FEWEST_GROUPS, LEAST_GROUPS = 10, 5, 3
FEWEST_IMAGES = 10


@dataclass(frozen=True)
class Wishes:
    """What ``study.load_cohort`` was asked for."""

    label: str | None = None
    classes: Mapping[str, list[str]] | None = None
    group: str | None = None
    image: str | None = None
    split: str | None = AUTO
    table: str | None = None
    allow_few: bool = False
    seed: int = 0


def load_cohort(inventory: Inventory, wishes: Wishes, corrections: Corrections | None = None) -> Cohort:
    """Load, group, split and seal.

    Raises
    ------
    BadInput
        Anything about the data that has to change first, in one line that says what to do.
    """
    if len(inventory.images) < FEWEST_IMAGES:
        raise TooFewImages(
            f"Only {len(inventory.images)} images in {inventory.folder.root}: too few to build and judge a model; add more."
        )
    labelled = (corrections or Corrections.none()).apply(
        label_images(inventory, wishes.label, wishes.classes, wishes.table, wishes.image)
    )
    readings = read_all(inventory.folder, [str(file) for file in labelled.rows.index])
    rows = labelled.rows.loc[[file for file in labelled.rows.index if file not in readings.broken]]
    if not len(rows):
        raise BadInput(f"None of the {len(readings.broken)} labelled images can be read: {_reasons(readings.broken)}.")
    groups = group_images(inventory, rows, wishes.group)
    rows = rows.assign(group=groups.ids)
    _check_numbers(rows, labelled.classes, wishes.allow_few)
    near = near_duplicates(readings)
    joined = pd.Series(joined_groups(groups.ids.tolist(), all_pairs(readings, near)), index=rows.index)
    split = split_cohort(inventory, rows, joined, wishes.split, wishes.seed)
    rows = rows.assign(partition=split.partition)[split.partition.notna()]
    left_out = (
        labelled.left_out
        | readings.broken
        | {str(f): "crosses into the published test part" for f in joined.index.difference(rows.index)}
    )
    facts = _facts(rows, labelled, groups, split, left_out)
    looks = Looks(
        readings, near, exact_duplicates(readings), list(readings.table.index), split.crossing_groups, split.crossing_images
    )
    return Cohort(
        inventory.folder, _tidy(rows, inventory, labelled, split.source), facts, looks, left_out, labelled.column, wishes.seed
    )


def _tidy(rows: pd.DataFrame, inventory: Inventory, labelled: Labelled, split_source: str) -> pd.DataFrame:
    """Drop the columns that have been used up, so that no id, no name and no label stays among the metadata."""
    spent = ("image", "group", "alias", "mask", "ignored", "split")
    used = {column.name for table in inventory.tables for column in table.columns if column.role in spent}
    # The study's own columns may bear the names of columns of the data, whose place they have taken.
    used = (used | {labelled.column, split_source, FOLDER, PATIENT_FOLDER}) - {"class", "group", "partition"}
    return rows.drop(columns=[name for name in rows.columns if name in used])


def _check_numbers(rows: pd.DataFrame, classes: Mapping[str, list[str]], allow_few: bool) -> None:
    counts = groups_per_class(rows["class"], rows["group"])
    if len(counts) < 2:
        raise LabelsDoNotMatch(f"Only one class can be read ({', '.join(counts)}): there is nothing to tell apart.")
    least = LEAST_GROUPS if allow_few else FEWEST_GROUPS
    few = {name: counts.get(name, 0) for name in classes if counts.get(name, 0) < least}
    if few:
        listed = ", ".join(f"{name} ({number} group{'s' * (number != 1)})" for name, number in few.items())
        raise TooFewImages(
            f"Too few patients or lesions to build and judge a model of: {listed}; leave the class out, merge it, or add images."
        )


def _facts(rows: pd.DataFrame, labelled: Labelled, groups: Groups, split: Split, left_out: dict[str, str]) -> CohortFacts:
    classes = list(labelled.classes)
    totals = groups_per_class(rows["class"], rows["group"])
    too_few = {name: totals.get(name, 0) for name in classes if totals.get(name, 0) < FEW_GROUPS}
    reasons = Counter(left_out.values())
    if labelled.without_file:
        reasons["row without an image file"] = labelled.without_file
    return CohortFacts(
        classes=classes,
        counts=_by_class_and_partition(rows, classes, "size"),
        groups=_by_class_and_partition(rows, classes, "groups"),
        group_source=groups.source,
        split_source=f"published ({split.source})" if split.source != OWN else "by group, 70/15/15",
        left_out=dict(sorted(reasons.items())),
        too_few=too_few,
        assumptions=[_say_too_few(name, number) for name, number in too_few.items()] + groups.said + split.said,
    )


def _say_too_few(name: str, number: int) -> str:
    low, high = wilson(round(0.9 * number), number)
    return (
        f"{name}: only {number} groups, too few to judge. If 90 % of all {number} were recognised, the 95 % interval "
        f"would still run from {low:.2f} to {high:.2f}."
    )


def _by_class_and_partition(rows: pd.DataFrame, classes: list[str], what: str) -> dict[str, dict[str, int]]:
    by = rows.groupby(["class", "partition"])["group"]
    table = by.size() if what == "size" else by.nunique()
    return {name: {part: int(table.get((name, part), 0)) for part in PARTITIONS} for name in classes}


def _reasons(broken: dict[str, str]) -> str:
    return "; ".join(f"{reason} ({number})" for reason, number in Counter(broken.values()).most_common(3))
