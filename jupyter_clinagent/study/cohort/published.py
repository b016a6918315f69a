"""A split that came with the data: used as it is, mended, or set aside, and always said which."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from jupyter_clinagent.study.cohort.partition import groups_per_class, partition_by_group
from jupyter_clinagent.study.data.folder_names import SPLIT_WORDS

MOST_LOST = 0.20
"""If more than this share of the training groups crosses into the test set, a new split is made instead."""
LEAST_VALIDATION_GROUPS = 10
_CARVED = 0.15


@dataclass
class Mended:
    """Partition per image (missing where it was taken out), and what was found and done on the way."""

    partition: pd.Series
    crossing_groups: int = 0
    crossing_images: int = 0
    said: list[str] = field(default_factory=list)


def leaking_groups(split: pd.Series, groups: pd.Series) -> int:
    """How many groups lie on both sides of the published test boundary."""
    return len(_crossing(parts_of(split), groups))


def mend_published(split: pd.Series, labels: pd.Series, groups: pd.Series, seed: int, name: str) -> Mended | None:
    """Make a published split safe to use.

    Groups that also lie in the test part are taken out of training; the published test part stays whole. Where there
    is no validation part, or one too small to choose by, it is carved out of training by group.

    Parameters
    ----------
    split, labels, groups
        One entry per image, same index. Groups that share near-duplicates or scenes must have been joined before.

    Returns
    -------
    Mended or None
        None where it can't be mended (the reason is in :func:`why_not`).
    """
    parts = parts_of(split)
    if why_not(split, labels, groups, name):
        return None
    crossing = _crossing(parts, groups)
    out = groups.isin(crossing) & (parts != "test")
    said = [*_say_crossing(name, len(crossing), int(out.sum())), *_say_unlisted(split, name)]
    result = Mended(parts.where(~out), len(crossing), int(out.sum()), said)
    return _with_validation(result, labels, groups, seed)


def why_not(split: pd.Series, labels: pd.Series, groups: pd.Series, name: str) -> str | None:
    """Why a published split can't be used, or None."""
    parts = parts_of(split)
    if not {"train", "test"} <= set(parts):
        return f"The partition in {name} names no test part, so a new one is made by group."
    absent = set(labels) - set(labels[parts == "test"])
    if absent:
        return f"The test part in {name} holds no image of {', '.join(sorted(absent))}, so a new partition is made by group."
    lost, training = len(_crossing(parts, groups)), groups[parts != "test"].nunique()
    if lost > MOST_LOST * training:
        return (
            f"In the partition in {name}, {lost} of {training} training groups also lie in the test part (more than "
            f"{MOST_LOST:.0%}), so it is set aside and a new partition is made by group."
        )
    return None


def parts_of(split: pd.Series) -> pd.Series:
    """Partition names in our words; rows without one are training; a lone validation part serves as test."""
    parts = split.map(lambda word: SPLIT_WORDS.get(str(word).strip().lower(), "train"))
    return parts if (parts == "test").any() else parts.replace({"validation": "test"})


def _crossing(parts: pd.Series, groups: pd.Series) -> set[object]:
    return set(groups[parts == "test"]) & set(groups[parts != "test"])


def _say_crossing(name: str, groups: int, images: int) -> list[str]:
    if not groups:
        return [f"The published partition in {name} is used as it is: no group and no near-duplicate crosses into its test part."]
    return [
        f"In the published partition in {name}, {groups} groups (by id, near-duplicate or scene) lie on both sides: their "
        f"{images} images were taken out of training, and the published test part was kept."
    ]


def _say_unlisted(split: pd.Series, name: str) -> list[str]:
    unlisted = int(split.isna().sum())
    return [f"{unlisted} images are in no part of {name}; they are trained on, unless validation needs some."] if unlisted else []


def _with_validation(result: Mended, labels: pd.Series, groups: pd.Series, seed: int) -> Mended:
    parts = result.partition
    straying = (parts == "validation") & groups.isin(set(groups[parts == "train"]))
    if straying.any():
        result.said.append(f"{int(straying.sum())} validation images share a group with training and were moved there.")
        parts = parts.where(~straying, "train")
    result.partition = parts if _enough(parts, labels, groups) else _carve(result, parts, labels, groups, seed)
    return result


def _enough(parts: pd.Series, labels: pd.Series, groups: pd.Series) -> bool:
    inside = parts == "validation"
    counts = groups_per_class(labels[inside], groups[inside])
    whole = groups_per_class(labels[parts != "test"], groups[parts != "test"])
    return all(counts.get(label, 0) >= min(LEAST_VALIDATION_GROUPS, 0.1 * whole[label]) for label in whole)


def _carve(result: Mended, parts: pd.Series, labels: pd.Series, groups: pd.Series, seed: int) -> pd.Series:
    why = "is too small to choose by and" if (parts == "validation").any() else "does not exist, so it"
    result.said.append(f"A validation part {why} was carved out of training by group ({_CARVED:.0%}).")
    pool = parts.isin(["train", "validation"])
    dealt = partition_by_group(labels[pool], groups[pool], seed, {"train": 1 - _CARVED, "validation": _CARVED})
    return parts.where(~pool, dealt.reindex(parts.index))
