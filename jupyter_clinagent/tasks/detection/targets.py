"""Boxes: mended, grouped, split and sealed; what judges is boxed in full."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.errors import TooFewImages
from jupyter_clinagent.facts import AuditFinding, CohortFacts
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
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
from jupyter_clinagent.study.cohort.linking import Linked, link_images
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.cohort.splitting import Split
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.boxes.found import CORNERS, PARTLY, UNREAD
from jupyter_clinagent.study.data.boxes.mending import MendedBoxes, mend_boxes
from jupyter_clinagent.study.data.image_level import supervision
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.detection import metrics as detection_metrics
from jupyter_clinagent.tasks.detection.auditing import audit_boxes
from jupyter_clinagent.tasks.detection.boxed import BOXES, BoxedImages, boxed_images
from jupyter_clinagent.tasks.detection.splitting import UNJUDGED, split_boxed

CAPTION = ", with their boxes"
LINE = 90
"""The longer side of an image, in widths of the line around a box."""
COLOUR = (240, 228, 66)
"""Yellow of Okabe and Ito's palette, RGB."""

NO_BOX = "no box of it can be used"


def load(inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
    """Load, mend, group, split and seal; ``wishes.more`` may name the file that holds the ``boxes``."""
    images = boxed_images(inventory, wishes.label, wishes.classes, wishes.more.get("boxes"))
    corrected = corrections.apply(images.as_labelled())
    linked = link_images(inventory, corrected.rows, wishes.group)
    refuse_few_groups(linked, wishes.allow_few)
    rows, mended, lost = known_boxes(images, linked)
    _check_numbers(rows, mended, len(lost), wishes.allow_few)
    split = split_boxed(inventory, rows, linked.joined.loc[rows.index], wishes.split, wishes.seed)
    placed = with_partition(rows, split)
    _check_partitions(placed)
    left_out = corrected.left_out | linked.readings.broken | lost | _taken_out(rows, placed, split)
    boxes = mended.boxes[mended.boxes["image"].isin(placed.index)].reset_index(drop=True)
    facts = _facts(images, placed, boxes, mended, linked, split, left_out)
    tidy = without_spent(placed, inventory, images.column, split.source).drop(columns="positive")
    return Cohort(inventory.folder, tidy, facts, linked.looks(split), left_out, images.column, wishes.seed, boxes, mended.notes)


def audit(cohort: Cohort) -> list[AuditFinding]:
    """What there is to say about boxes."""
    return audit_boxes(cohort)


def sheet(cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
    """Images with a finding, without, and with one that nobody boxed."""
    finding, boxed = shown["label"] == FINDING, shown["boxed"].astype(bool)
    rows = {FINDING: finding & boxed, NO_FINDING: ~finding, f"{FINDING}, not boxed": finding & ~boxed}
    return {name: inside for name, inside in rows.items() if inside.any()}


def drawn(cohort: Cohort, image: str) -> np.ndarray:
    """The pixels, with a line around each box that stays visible when the picture is shown small."""
    pixels = cohort.read(image)
    boxes = cohort.boxes
    corners = boxes.loc[boxes["image"] == image, CORNERS].to_numpy(dtype=float).round().astype(int)
    width = max(1, round(max(pixels.shape[:2]) / LINE))
    pixels = np.ascontiguousarray(pixels)
    for x_min, y_min, x_max, y_max in corners.tolist():
        cv2.rectangle(pixels, (x_min, y_min), (x_max - 1, y_max - 1), COLOUR, width)
    return pixels


def known_boxes(images: BoxedImages, linked: Linked) -> tuple[pd.DataFrame, MendedBoxes, dict[str, str]]:
    """Rows with their final ``class`` and ``boxed``, the boxes that can be used, and why images were lost.

    An image that lost all its boxes, or whose boxes can't all be read, is only kept if a label says what it shows. One that
    a label calls negative but that has a box beside those that can't be read is left out, too.
    """
    rows = linked.rows
    relabelled = rows["class"] != images.rows["class"].reindex(rows.index)
    positive = rows["positive"].where(~relabelled, rows["class"] == FINDING)
    cleared = rows.index[relabelled & (rows["class"] == NO_FINDING)]
    usable = images.boxes["image"].isin(rows.index) & ~images.boxes["image"].isin(cleared)
    mended = mend_boxes(images.found, images.boxes[usable], linked.readings.table)
    doubtful = {file: why for file, why in images.found.unread.items() if file in rows.index.difference(cleared)}
    doubtful |= dict.fromkeys(sorted(mended.partly), PARTLY)
    lost = _lost(positive, mended, doubtful)
    mended = mended.without(doubtful)
    has_box = rows.index.isin(set(mended.boxes["image"]))
    shows = has_box | (positive == True).to_numpy()  # noqa: E712
    rows = rows.assign(
        **{"class": [FINDING if s else NO_FINDING for s in shows], "boxed": has_box | ~shows, "positive": positive}
    )
    return rows.drop(index=list(lost)), mended, lost


def _lost(positive: pd.Series, mended: MendedBoxes, doubtful: dict[str, str]) -> dict[str, str]:
    """Reason by file for images of which nobody knows what they show."""
    unknown = set(positive.index[positive.isna()])
    contradicted = set(positive.index[positive == False]) & set(mended.boxes["image"])  # noqa: E712
    lost = {file: f"{NO_BOX}: {why}" for file, why in mended.bereft.items() if file in unknown}
    return lost | {file: why for file, why in doubtful.items() if file in unknown | contradicted}


def _taken_out(before: pd.DataFrame, after: pd.DataFrame, split: Split) -> dict[str, str]:
    gone = crossing(before, after)
    return {file: reason if before.at[file, "boxed"] else UNJUDGED for file, reason in gone.items()}


def _check_numbers(rows: pd.DataFrame, mended: MendedBoxes, lost: int, allow_few: bool) -> None:
    boxed = rows[(rows["class"] == FINDING) & rows["boxed"]]
    groups, least = boxed["group"].nunique(), LEAST_GROUPS if allow_few else FEWEST_GROUPS
    if groups < least:
        refused = ", ".join(f"{count} {reason}" for reason, count in mended.counts("refused").items())
        unknown = f" Of {lost} images the boxes can't be read or used." if lost else ""
        raise TooFewImages(
            f"Only {len(boxed)} images of {groups} patients or films have boxes that can be used: too few to train and judge a "
            f"detector; box at least {least}, better {3 * FEW_GROUPS}."
            + (f" Boxes not used: {refused}." if refused else "")
            + unknown
        )


def _check_partitions(rows: pd.DataFrame) -> None:
    boxed = rows[(rows["class"] == FINDING) & rows["boxed"]]
    empty = [part for part in PARTITIONS if not (boxed["partition"] == part).any()]
    if empty:
        raise TooFewImages(
            f"No boxed image falls into {' and '.join(empty)}, so the detector can't be judged there: box more images, or give "
            "each partition some."
        )


def _facts(
    images: BoxedImages,
    rows: pd.DataFrame,
    boxes: pd.DataFrame,
    mended: MendedBoxes,
    linked: Linked,
    split: Split,
    left_out: dict[str, str],
) -> CohortFacts:
    labels = [FINDING, NO_FINDING]
    unboxed = int((~rows["boxed"]).sum())
    few = _too_few(rows)
    partition = boxes["image"].map(rows["partition"])
    return CohortFacts(
        task="detection",
        classes=list(images.classes),
        counts=images_by_class(rows, labels),
        groups=groups_by_class(rows, labels),
        group_source=linked.groups.source,
        split_source=split.described,
        left_out=dict(sorted(Counter(left_out.values()).items())),
        too_few=few,
        supervision=supervision(unboxed, int((rows["class"] == FINDING).sum())),
        unboxed=unboxed,
        boxes={
            name: {part: int(((boxes["class"] == name) & (partition == part)).sum()) for part in PARTITIONS}
            for name in images.classes
        },
        repaired_boxes=mended.counts("repaired"),
        refused_boxes=mended.counts("refused") | _unused(images),
        conflicts=_conflicts(rows, boxes),
        assumptions=[say_too_few(name, number) for name, number in few.items()]
        + _say_labels(images, rows)
        + _say_unknown(left_out)
        + _say_negatives(rows)
        + linked.groups.said
        + split.said,
    )


def _unused(images: BoxedImages) -> dict[str, int]:
    counts = {"for an image that is not there": len(images.found.strangers), "of another class": images.other_classes}
    return {reason: count for reason, count in counts.items() if count}


def _too_few(rows: pd.DataFrame) -> dict[str, int]:
    """Boxed groups with a finding in validation and in test, where there are fewer than ten."""
    boxed = rows[(rows["class"] == FINDING) & rows["boxed"]]
    counts = boxed.groupby("partition")["group"].nunique()
    return {f"{FINDING} in {part}": int(counts[part]) for part in PARTITIONS[1:] if counts[part] < FEW_GROUPS}


def _conflicts(rows: pd.DataFrame, boxes: pd.DataFrame) -> int:
    inside = rows.index.isin(set(boxes["image"])) & (rows["partition"] != "test").to_numpy()
    return int((rows["positive"][inside] == False).sum())  # noqa: E712


def _say_labels(images: BoxedImages, rows: pd.DataFrame) -> list[str]:
    """What an image without a box means, which is an assumption wherever nothing says it."""
    bare = rows[(rows["class"] == NO_FINDING)]
    if images.column == BOXES and not len(bare):
        return ["Every image has a box, so nothing is learnt from images without a finding."]
    if images.column == BOXES:
        return [f"No label says which images show a finding, so the {len(bare)} images without a box count as negative."]
    said = [
        f"{images.column} says which images show a finding; those without a box but positive by it are unboxed, not negative."
    ]
    silent = int(bare["positive"].isna().sum())
    if silent:
        said.append(f"{silent} images have neither a box nor a value in {images.column} and count as negative.")
    unboxed, finding = int((~rows["boxed"]).sum()), int((rows["class"] == FINDING).sum())
    if unboxed:
        said.append(f"Boxes are partial: {unboxed} of {finding} images with a finding have none.")
    return said


def _say_unknown(left_out: dict[str, str]) -> list[str]:
    count = sum(why in (UNREAD, PARTLY) or why.startswith(NO_BOX) for why in left_out.values())
    said = f"{count} images whose boxes can't all be read or used are left out: they count neither as positive nor as negative."
    return [said] if count else []


def _say_negatives(rows: pd.DataFrame) -> list[str]:
    bare = rows[rows["class"] == NO_FINDING]
    groups = bare["group"].nunique()
    if groups >= detection_metrics.FEWEST_GROUPS:
        return []
    return [
        f"Images without a finding come from only {groups} groups, so how well images with and without one are told apart "
        "(AUROC) can't be estimated."
    ]
