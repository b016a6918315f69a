"""Images of which each has one class, wherever a task has it from: grouped, split and sealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from jupyter_clinagent.contracts import NO_FILE
from jupyter_clinagent.errors import LabelsDoNotMatch, TooFewImages
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.study.cohort.cases import CasedRows, judged_rows, link_cases
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.counting import (
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
from jupyter_clinagent.study.cohort.groups import Groups
from jupyter_clinagent.study.cohort.labels import Labelled
from jupyter_clinagent.study.cohort.partition import groups_per_class
from jupyter_clinagent.study.cohort.splitting import Split, split_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import Inventory

MOST_LISTED = 6
"""Of more classes with too few groups only these are named."""


def cohort_of(inventory: Inventory, labelled: Labelled, wishes: Wishes, task: str) -> Cohort:
    """Images with one class each, wherever a task has it from: grouped, split and sealed."""
    linked, cases = link_cases(inventory, labelled.rows, wishes)
    refuse_few_groups(linked, wishes.allow_few)
    _check_numbers(judged_rows(linked.rows, wishes.level, labelled.classes), labelled.classes, wishes.allow_few)
    split = split_cohort(inventory, linked.rows, linked.joined, wishes.split, wishes.seed)
    rows = with_partition(linked.rows, split)
    left_out = labelled.left_out | linked.readings.broken | cases.left_out | crossing(linked.rows, rows)
    facts = _facts(task, rows, labelled, linked.groups, split, left_out, cases)
    tidy = without_spent(rows, inventory, labelled.column, split.source)
    return Cohort(inventory.folder, tidy, facts, linked.looks(split), left_out, labelled.column, wishes.seed)


def _check_numbers(rows: pd.DataFrame, classes: Mapping[str, list[str]], allow_few: bool) -> None:
    counts = groups_per_class(rows["class"], rows["group"])
    if len(counts) < 2:
        raise LabelsDoNotMatch(f"Only one class can be read ({', '.join(counts)}): there is nothing to tell apart.")
    least = LEAST_GROUPS if allow_few else FEWEST_GROUPS
    few = {name: counts.get(name, 0) for name in classes if counts.get(name, 0) < least}
    if few:
        raise TooFewImages(
            f"Too few patients or lesions to build and judge a model of: {_counted(few)}; it takes {least} of each class: leave "
            f"{'the class out, merge it' if len(few) == 1 else 'them out, merge them'}, or add images."
        )


def _counted(few: Mapping[str, int]) -> str:
    """“a (1 group), b (2 groups)”; of many the first."""
    listed = ", ".join(f"{name} ({number} group{'s' * (number != 1)})" for name, number in list(few.items())[:MOST_LISTED])
    return listed if len(few) <= MOST_LISTED else f"{listed} and {len(few) - MOST_LISTED} more of {len(few)}"


def _facts(
    task: str, rows: pd.DataFrame, labelled: Labelled, groups: Groups, split: Split, left_out: dict[str, str], cases: CasedRows
) -> CohortFacts:
    classes = list(labelled.classes)
    judged = judged_rows(rows, cases.level, classes)
    totals = groups_per_class(judged["class"], judged["group"])
    too_few = {name: totals.get(name, 0) for name in classes if totals.get(name, 0) < FEW_GROUPS}
    reasons = Counter(left_out.values())
    if labelled.without_file:
        reasons[NO_FILE] = labelled.without_file
    return CohortFacts(
        task=task,
        classes=classes,
        counts=images_by_class(rows, classes),
        groups=groups_by_class(rows, classes),
        group_source=groups.source,
        split_source=split.described,
        level=cases.level,
        cases={} if cases.level.by_image else images_by_class(judged, classes),
        left_out=dict(sorted(reasons.items())),
        too_few=too_few,
        assumptions=[
            *cases.said,
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
