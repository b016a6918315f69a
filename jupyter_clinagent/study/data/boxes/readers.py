"""Boxes that several readers drew on the same image: one finding must not count as many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from jupyter_clinagent.imaging.boxes import intersection_over_union
from jupyter_clinagent.study.data.boxes.found import CORNERS, AnnotatedBoxes
from jupyter_clinagent.study.data.mask_names import words
from jupyter_clinagent.study.data.readers import names_person

SAME = 0.5
"""Boxes of two readers mark the same finding where they overlap at least so much (intersection over union), as in PASCAL VOC."""


def reader_column(frame: pd.DataFrame) -> str | None:
    """The column that says who drew each box."""
    return next((str(name) for name in frame.columns if names_person(str(name)) or "rad" in words(str(name).lower())), None)


def fused(boxes: AnnotatedBoxes, readers: list[str | None]) -> AnnotatedBoxes:
    """One box, the mean of their corners, for boxes of the same class that different readers drew around the same thing.

    Boxes that one reader alone drew stay. ``readers`` go with the rows of ``boxes``; where no image has two, nothing changes.
    """
    rows = boxes.rows.assign(reader=readers)
    several = rows.groupby("image")["reader"].nunique() > 1
    if not several.any():
        return boxes
    mean = [_mean(group) for _, one in rows.groupby(["image", "class"], sort=False) for group in _groups(one)]
    kept = pd.DataFrame(mean, columns=boxes.rows.columns).reset_index(drop=True)
    kept = kept.astype(boxes.rows.dtypes.to_dict())
    said = (
        f"{int(several.sum())} images have boxes of several readers. Boxes of the same class that different readers drew around "
        f"the same place (overlap {SAME} or more) count as one, the mean of theirs: {len(rows)} drawn, {len(kept)} left. What "
        "one reader alone marked stays."
    )
    return replace(boxes, rows=kept, said=(*boxes.said, said))


def _groups(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Boxes of one class on one image by what they mark; a reader has at most one in each group."""
    groups: list[list[int]] = []
    corners, readers = rows[CORNERS].to_numpy(dtype=float), rows["reader"].tolist()
    for k in range(len(rows)):
        fitting = (g for g in groups if readers[k] not in [readers[i] for i in g] and _overlap(corners[k], corners[g]) >= SAME)
        group = next(fitting, None)
        groups.append([k]) if group is None else group.append(k)
    return [rows.iloc[group] for group in groups]


def _overlap(box: np.ndarray, others: np.ndarray) -> float:
    """Intersection over union of a box (4,) and the mean of others (N, 4); 0 where a corner is missing."""
    return float(intersection_over_union(box[None], others.mean(axis=0)[None])[0, 0])


def _mean(group: pd.DataFrame) -> pd.Series:
    first = group.iloc[0].drop("reader")
    first[CORNERS] = group[CORNERS].mean()
    return first
