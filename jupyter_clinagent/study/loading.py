"""Load -> group -> split -> seal, in one call, so that nothing can be learnt in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from jupyter_clinagent.errors import LabelsDoNotMatch, TooFewImages
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.study.boxed_loading import load_boxed_cohort
from jupyter_clinagent.study.cohort import Cohort
from jupyter_clinagent.study.corrections import Corrections
from jupyter_clinagent.study.counting import (
    FEW_GROUPS,
    FEWEST_GROUPS,
    LEAST_GROUPS,
    crossing,
    groups_by_class,
    images_by_class,
    refuse_few_groups,
    say_too_few,
    with_partition,
    without_spent,
)
from jupyter_clinagent.study.fingerprint import digest, fingerprint_of, save_fingerprint
from jupyter_clinagent.study.groups import Groups
from jupyter_clinagent.study.inventory import Inventory
from jupyter_clinagent.study.labels import Labelled, label_images
from jupyter_clinagent.study.linking import link_images
from jupyter_clinagent.study.partition import groups_per_class
from jupyter_clinagent.study.session import Session
from jupyter_clinagent.study.splitting import AUTO, Split, split_cohort

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
    task: Literal["classification", "detection"] = "classification"
    boxes: str | None = None


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
    if wishes.task == "detection":
        return load_boxed_cohort(inventory, wishes, corrections or Corrections.none())
    labelled = (corrections or Corrections.none()).apply(
        label_images(inventory, wishes.label, wishes.classes, wishes.table, wishes.image)
    )
    linked = link_images(inventory, labelled.rows, wishes.group)
    refuse_few_groups(linked, wishes.allow_few)
    _check_numbers(linked.rows, labelled.classes, wishes.allow_few)
    split = split_cohort(inventory, linked.rows, linked.joined, wishes.split, wishes.seed)
    rows = with_partition(linked.rows, split)
    left_out = labelled.left_out | linked.readings.broken | crossing(linked.rows, rows)
    facts = _facts(rows, labelled, linked.groups, split, left_out)
    tidy = without_spent(rows, inventory, labelled.column, split.source)
    return Cohort(inventory.folder, tidy, facts, linked.looks(split), left_out, labelled.column, wishes.seed)


def _check_numbers(rows: pd.DataFrame, classes: Mapping[str, list[str]], allow_few: bool) -> None:
    counts = groups_per_class(rows["class"], rows["group"])
    if len(counts) < 2:
        raise LabelsDoNotMatch(f"Only one class can be read ({', '.join(counts)}): there is nothing to tell apart.")
    least = LEAST_GROUPS if allow_few else FEWEST_GROUPS
    few = {name: counts.get(name, 0) for name in classes if counts.get(name, 0) < least}
    if few:
        listed = ", ".join(f"{name} ({number} group{'s' * (number != 1)})" for name, number in few.items())
        raise TooFewImages(
            f"Too few patients or lesions to build and judge a model of: {listed}; it takes {least} of each class: leave the "
            "class out, merge it, or add images."
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
        counts=images_by_class(rows, classes),
        groups=groups_by_class(rows, classes),
        group_source=groups.source,
        split_source=split.described,
        left_out=dict(sorted(reasons.items())),
        too_few=too_few,
        assumptions=[
            *(say_too_few(name, number) for name, number in too_few.items()),
            *_say_not_known(labelled),
            *groups.said,
            *split.said,
        ],
    )


def _say_not_known(labelled: Labelled) -> list[str]:
    if not labelled.not_known:
        return []
    counts = ", ".join(f"“{value}” ({count})" for value, count in labelled.not_known.items())
    return [f"Images whose “{labelled.column}” means that the label is not known belong to no class and are left out: {counts}."]


def note_data(session: Session, cohort: Cohort) -> None:
    """Put the fingerprint of the data and what was left out into the study folder, and the sealed partition on record."""
    found = session.inventory.boxes
    fingerprint = fingerprint_of(session.inventory.folder, cohort.looks.readings, found.files if found else ())
    save_fingerprint(fingerprint, session.folder / "data_fingerprint.json")
    left_out = sorted((file, reason) for file, reason in cohort.left_out.items() if reason != "label outside the classes")
    pd.DataFrame(left_out, columns=["image", "reason"]).to_csv(session.folder / "left_out.csv", index=False)
    _note_groups(cohort, session.folder / "groups.csv")
    if len(cohort.boxes_touched):
        cohort.boxes_touched.to_csv(session.folder / "boxes_touched.csv", index=False)
    session.record.add("cohort sealed", partition=cohort.hash, data=digest(fingerprint), counts=cohort.facts.counts)


def _note_groups(cohort: Cohort, path: Path) -> None:
    """For an export, which replaces every id; those of test images come with the predictions, after the opening.

    Ids of an earlier loading stay: its cells may show groups that a correction has taken out since.
    """
    shown = cohort.shown()[["image", "group"]].astype(str)
    earlier = [pd.read_csv(path, dtype=str, keep_default_na=False)] if path.exists() else []
    pd.concat([*earlier, shown]).drop_duplicates().to_csv(path, index=False)
