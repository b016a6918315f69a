"""One number for each image: read from a column, checked, grouped, split by quarters and sealed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import NO_FILE
from jupyter_clinagent.errors import BadInput, TooFewImages
from jupyter_clinagent.facts import AuditFinding, CohortFacts
from jupyter_clinagent.study.cohort.cases import judged_rows, link_cases
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.counting import (
    crossing,
    groups_by_class,
    images_by_class,
    refuse_few_groups,
    with_partition,
    without_spent,
)
from jupyter_clinagent.study.cohort.labels import Labelled
from jupyter_clinagent.study.cohort.linking import Linked
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.cohort.splitting import Split, split_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.measurement import TASK
from jupyter_clinagent.tasks.measurement.units import with_unit
from jupyter_clinagent.tasks.measurement.values import Ranges, Values, read_values

CAPTION = ", by quarters of the measured range"
FEW, FEWEST, LEAST = 40, 20, 12
"""Fewer groups are too few to judge; fewer are refused; fewer are refused even where that was allowed."""
FAR = 3.0
"""Beyond the middle half by so many times its width, a value should be looked at (Tukey 1977: far out)."""


def load(inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
    """Load, group, split and seal; ``wishes.more`` says the ``unit``."""
    measure, column = _measured(wishes)
    unit = wishes.more.get("unit")
    found = read_values(inventory, column, wishes.table, wishes.image).corrected(corrections.relabelled)
    asked_for = found.rows.drop(index=list(corrections.outside), errors="ignore")
    ranges = Ranges.of(asked_for["truth"].to_numpy(dtype=float), unit)
    labelled = corrections.exclusions.apply(_labelled(found, column, ranges))
    linked, cases = link_cases(inventory, labelled.rows, wishes, "truth")
    refuse_few_groups(linked, wishes.allow_few)
    _check_numbers(linked, measure, wishes.allow_few)
    split = split_cohort(inventory, linked.rows, linked.joined, wishes.split, wishes.seed)
    rows = with_partition(linked.rows, split)
    _check_partitions(rows)
    left_out = labelled.left_out | linked.readings.broken | cases.left_out | crossing(linked.rows, rows)
    facts = _facts(measure, column, unit, rows, found, ranges, linked, split, left_out)
    if not wishes.level.by_image:
        counts = images_by_class(judged_rows(rows, wishes.level, ranges.names), ranges.names)
        told = {"level": wishes.level, "cases": counts, "assumptions": [*cases.said, *facts.assumptions]}
        facts = facts.model_copy(update=told)
    tidy = without_spent(rows, inventory, column, split.source)
    return Cohort(inventory.folder, tidy, facts, linked.looks(split), left_out, column, wishes.seed)


def _measured(wishes: Wishes) -> tuple[str, str]:
    """The measure and its column."""
    named = dict(wishes.classes or ({wishes.label: [wishes.label]} if wishes.label else {}))
    if len(named) != 1:
        raise BadInput("A measurement takes the column that holds the numbers: study.load_cohort(task='measurement', label=…).")
    ((measure, columns),) = named.items()
    return str(measure), str(wishes.label or columns[0])


def _labelled(found: Values, column: str, ranges: Ranges) -> Labelled:
    names = np.array(ranges.names, dtype=object)[ranges.numbers(found.rows["truth"].to_numpy(dtype=float))]
    rows = found.rows.assign(**{"class": names})
    return Labelled(rows, column, {name: [name] for name in ranges.names}, found.left_out, found.without_file, 0)


def _check_numbers(linked: Linked, measure: str, allow_few: bool) -> None:
    groups, least = linked.rows["group"].nunique(), LEAST if allow_few else FEWEST
    if groups < least:
        raise TooFewImages(
            f"Only {len(linked.rows)} images of {groups} patients have a value of {measure}; to learn and judge a measurement "
            f"takes at least {least}: add images, or values."
        )


def _check_partitions(rows: pd.DataFrame) -> None:
    empty = [part for part in PARTITIONS if not (rows["partition"] == part).any()]
    if empty:
        raise TooFewImages(f"No image with a value falls into {' and '.join(empty)}, so the model can't be judged: add images.")


def _facts(
    measure: str,
    column: str,
    unit: str | None,
    rows: pd.DataFrame,
    found: Values,
    ranges: Ranges,
    linked: Linked,
    split: Split,
    left_out: dict[str, str],
) -> CohortFacts:
    groups, reasons = int(rows["group"].nunique()), Counter(left_out.values())
    if found.without_file:
        reasons[NO_FILE] = found.without_file
    few = {measure: groups} if groups < FEW else {}
    return CohortFacts(
        task=TASK.name,
        classes=[measure],
        counts=images_by_class(rows, ranges.names),
        groups=groups_by_class(rows, ranges.names),
        group_source=linked.groups.source,
        split_source=split.described,
        left_out=dict(sorted(reasons.items())),
        too_few=few,
        details={"unit": unit, "ranges": ranges.names, "edges": ranges.edges, "spread": _spread(rows)},
        assumptions=[
            *(f"{name}: only {number} groups in all, too few to judge a measurement by." for name, number in few.items()),
            *_say_codes(found, column),
            *linked.groups.said,
            *split.said,
        ],
    )


def _spread(rows: pd.DataFrame) -> dict[str, list[float]]:
    """Lowest, median and highest value of training and validation; those of the test part are sealed."""
    values = {part: rows.loc[rows["partition"] == part, "truth"].to_numpy(dtype=float) for part in ("train", "validation")}
    return {part: [float(v) for v in np.percentile(one, [0, 50, 100])] for part, one in values.items()}


def _say_codes(found: Values, column: str) -> list[str]:
    if not found.codes:
        return []
    counts = ", ".join(f"{code} ({number})" for code, number in found.codes.items())
    low, high = found.rows["truth"].min(), found.rows["truth"].max()
    return [
        f"In “{column}” {counts} was taken for a code for “not known”, because all other values lie between {low:.4g} and "
        f"{high:.4g}; these images are left out."
    ]


# ------------------------------------------------------------------ what is looked at
def audit(cohort: Cohort) -> list[AuditFinding]:
    """How the values lie in training and validation, and those far outside."""
    values, unit = cohort.shown()["truth"].to_numpy(dtype=float), cohort.facts.details["unit"]
    first, middle, third = np.percentile(values, [25, 50, 75])
    text = (
        f"{cohort.classes[0]} lies between {values.min():.4g} and {with_unit(values.max(), unit)} in training and validation, "
        f"half of the images between {first:.4g} and {third:.4g}, the median is {middle:.4g}."
    )
    found = [AuditFinding(topic="values", severity="info", count=len(values), text=text)]
    far = values[(values < first - FAR * (third - first)) | (values > third + FAR * (third - first))]
    if len(far):
        shown = ", ".join(f"{value:.4g}" for value in np.unique(far)[:6])
        text = f"{len(far)} values lie far outside all others ({shown}): please look whether they are right."
        found.append(AuditFinding(topic="values far outside", severity="warning", count=len(far), text=text))
    return found


def sheet(cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
    """One row for each quarter, the lowest values first."""
    return {name: shown["label"] == name for name in cohort.facts.details["ranges"]}


def drawn(cohort: Cohort, image: str) -> np.ndarray:
    """The image as it is."""
    return cohort.read(image)
