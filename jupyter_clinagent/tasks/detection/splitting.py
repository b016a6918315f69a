"""The partition of a detection cohort: what judges has to be boxed in full, so unboxed findings only ever train."""

from __future__ import annotations

import pandas as pd

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.study.cohort.counting import FEW_GROUPS
from jupyter_clinagent.study.cohort.partition import SHARES, partition_by_group
from jupyter_clinagent.study.cohort.published import mend_published, why_not
from jupyter_clinagent.study.cohort.splitting import OWN, Split, published_column
from jupyter_clinagent.study.data.inventory import Inventory

MOST_JUDGED = 0.30
"""Of few boxed groups at most this share goes to validation, and to test."""
UNJUDGED = "shows a finding without a box in the published validation or test part, where it can't be judged"


def split_boxed(inventory: Inventory, rows: pd.DataFrame, joined: pd.Series, wish: str | None, seed: int) -> Split:
    """The published split where it can be used or mended, our own otherwise.

    Parameters
    ----------
    rows
        With ``class`` and ``boxed``.
    joined
        Group by image, groups with duplicates in common under one number.
    """
    name = published_column(inventory, rows, joined, wish)
    said: list[str] = []
    if name is not None:
        labels = _labels_to_judge(rows, rows[name])
        mended = mend_published(rows[name], labels, joined, seed, name)
        if mended is not None:
            partition, more = _without_unjudged(mended.partition, rows)
            more += _say_no_negatives(partition, rows, name)
            return Split(
                partition,
                name,
                mended.said + more,
                mended.crossing_groups,
                mended.crossing_images,
            )
        said.append(why_not(rows[name], labels, joined, name) or "")
    partition, how = _own(rows, joined, seed)
    return Split(partition, OWN, [*said, *how])


def _labels_to_judge(rows: pd.DataFrame, split: pd.Series) -> pd.Series:
    """A published test part without a single negative is still good for boxes."""
    testing = split.astype(str).str.lower().str.startswith("test")
    return (
        rows["class"] if (rows["class"][testing] == NO_FINDING).any() else rows["class"].where(rows["class"] == FINDING, FINDING)
    )


def _say_no_negatives(partition: pd.Series, rows: pd.DataFrame, name: str) -> list[str]:
    negative = rows["class"] == NO_FINDING
    if not negative.any() or negative[partition == "test"].any():
        return []
    return [
        f"The test part in {name} holds no image without a finding: by it can't be judged how often the model marks something "
        "where nothing is."
    ]


def _without_unjudged(partition: pd.Series, rows: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    out = partition.isin(["validation", "test"]) & ~rows["boxed"]
    said = f"{int(out.sum())} images with a finding but no box were taken out of validation and test, which are judged by boxes."
    return partition.where(~out), [said] if out.any() else []


def _own(rows: pd.DataFrame, joined: pd.Series, seed: int) -> tuple[pd.Series, list[str]]:
    """Groups with an unboxed finding go to training; boxed ones and negatives are dealt out apart, whole groups each."""
    groups = pd.DataFrame({"unboxed": ~rows["boxed"], "finding": rows["class"] == FINDING}).groupby(joined).any()
    training = joined.isin(groups.index[groups["unboxed"]])
    finding = joined.isin(groups.index[groups["finding"]]) & ~training
    partition = pd.Series("train", index=rows.index, dtype=object)
    shares = _shares(int(joined[finding].nunique())) if training.any() else SHARES
    for part, share in ((finding, shares), (~finding & ~training, SHARES)):
        if part.any():
            partition[part] = partition_by_group(rows["class"][part], joined[part], seed, share)
    return partition, _say(bool(training.any()), shares, seed)


def _shares(groups: int) -> dict[str, float]:
    """As many boxed groups for validation and for test as it takes to judge, but never most of them."""
    judged = min(max(FEW_GROUPS / max(groups, 1), SHARES["test"]), MOST_JUDGED)
    return {"train": 1 - 2 * judged, "validation": judged, "test": judged}


def _say(partial: bool, shares: dict[str, float], seed: int) -> list[str]:
    if not partial:
        return [f"Split by group into 70 % training, 15 % validation and 15 % test, findings in proportion, seed {seed}."]
    listed = f"{shares['train']:.0%} training, {shares['validation']:.0%} validation and {shares['test']:.0%} test"
    return [
        f"Boxed images with a finding were split by group into {listed}, images without a finding 70/15/15, seed {seed}. "
        "Every image with a finding but no box is in training: validation and test can only judge by boxes. So findings are "
        "rarer there than in the whole data, and precision is on the cautious side."
    ]
