"""Outlines: read, checked, grouped, split and sealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.errors import TooFewImages
from jupyter_clinagent.facts import AuditFinding, CohortFacts
from jupyter_clinagent.imaging.spacing import AT_DETECTOR
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
from jupyter_clinagent.study.cohort.splitting import Split, split_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.spacing import Spacings, read_spacings
from jupyter_clinagent.tasks.segmentation.truth import (
    CONTRADICTED,
    OUTLINES,
    OutlinedImages,
    checked,
    exclusive,
    outlined_images,
    true_masks,
    without_contradicted,
)

CAPTION = ", with their outlines"
COLOUR = (240, 228, 66)
"""Yellow of Okabe and Ito's palette, RGB."""
LINE = 90
"""The longer side of an image, in widths of the line of an outline."""


def load(inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
    """Load, check, group, split and seal."""
    images = outlined_images(inventory, wishes.classes).corrected(corrections.relabelled)
    labelled = corrections.apply(images.as_labelled())
    linked = link_images(images.inventory, labelled.rows, wishes.group)
    refuse_few_groups(linked, wishes.allow_few)
    known = without_contradicted(checked(linked, inventory.folder), corrections.relabelled)
    _check_numbers(known.rows, images, known.lost, wishes.allow_few)
    split = split_cohort(images.inventory, known.rows, linked.joined.loc[known.rows.index], wishes.split, wishes.seed)
    placed = with_partition(known.rows, split)
    _check_partitions(placed)
    unmasked = [file for file in images.left_out if corrections.relabelled.get(file) == FINDING]
    left_out = labelled.left_out | dict.fromkeys(unmasked, CONTRADICTED)
    left_out |= linked.readings.broken | known.lost | crossing(known.rows, placed)
    spacings = read_spacings(inventory.folder, placed)
    facts = _facts(images, placed, linked, split, left_out, spacings)
    tidy = without_spent(placed, images.inventory, OUTLINES, split.source)
    return Cohort(
        inventory.folder,
        tidy,
        facts,
        linked.looks(split),
        left_out,
        OUTLINES,
        wishes.seed,
        spacings=spacings.by_file,
        annotations=images.found.files,
    )


def _check_numbers(rows: pd.DataFrame, images: OutlinedImages, lost: dict[str, str], allow_few: bool) -> None:
    shown = rows[rows["class"] == FINDING]
    least, groups = LEAST_GROUPS if allow_few else FEWEST_GROUPS, shown["group"].nunique()
    if groups >= least:
        return
    reasons = "; ".join(f"{count} because {why}" for why, count in Counter(lost.values()).most_common(3))
    empty = f"All {len(rows)} outlines are empty. " if len(rows) and not len(shown) else ""
    raise TooFewImages(
        f"{empty}Only {len(shown)} images of {groups} patients or series outline {', '.join(images.classes)}, and it takes at "
        f"least {least}: outline more, or check what counts as inside." + (f" Left out: {reasons}." if reasons else "")
    )


def _check_partitions(rows: pd.DataFrame) -> None:
    empty = [part for part in PARTITIONS if not ((rows["class"] == FINDING) & (rows["partition"] == part)).any()]
    if empty:
        raise TooFewImages(
            f"No outlined image falls into {' and '.join(empty)}, so the model can't be judged there: outline more images, or "
            "give each partition some."
        )


def _facts(
    images: OutlinedImages, rows: pd.DataFrame, linked: Linked, split: Split, left_out: dict[str, str], spacings: Spacings
) -> CohortFacts:
    labels = [FINDING, NO_FINDING]
    totals = rows.groupby("class")["group"].nunique()
    few = {name: int(totals[name]) for name in labels if name in totals and totals[name] < FEW_GROUPS}
    return CohortFacts(
        task="segmentation",
        classes=list(images.classes),
        counts=images_by_class(rows, labels),
        groups=groups_by_class(rows, labels),
        group_source=linked.groups.source,
        split_source=split.described,
        left_out=dict(sorted(Counter(left_out.values()).items())),
        too_few=few,
        details={
            "structures": _by_structure(rows, list(images.classes)),
            "alone": len(images.found.alone),
            "exclusive": exclusive(rows),
            "at_detector": spacings.at_detector,
        },
        assumptions=[
            *(say_too_few(name, number) for name, number in few.items()),
            *images.found.said,
            *_say_rest(images, rows),
            *_say_contradicted(left_out),
            spacings.said,
            *linked.groups.said,
            *split.said,
        ],
    )


def _say_contradicted(left_out: dict[str, str]) -> list[str]:
    files = sorted(file for file, why in left_out.items() if why == CONTRADICTED)
    names = ", ".join(files[:3]) + ", …" * (len(files) > 3)
    return (
        [f"{names}: a correction calls it a finding, so it needs an outline first; it is left out until then."] if files else []
    )


def _by_structure(rows: pd.DataFrame, classes: list[str]) -> dict[str, dict[str, int]]:
    """Images that show each structure, by partition."""
    shows = {name: rows["truth"].map(lambda truth, name=name: bool(truth[name])) for name in classes}
    return {
        name: {part: int((shown & (rows["partition"] == part)).sum()) for part in PARTITIONS} for name, shown in shows.items()
    }


def _say_rest(images: OutlinedImages, rows: pd.DataFrame) -> list[str]:
    said = []
    negative, column = images.negative
    empty = int((rows["class"] == NO_FINDING).sum()) - negative - images.emptied
    if empty > 0:
        said.append(f"{empty} images have an empty outline and count as images without the finding.")
    said += _say_without(images, rows)
    if negative:
        said.append(f"{negative} images without a mask show no finding by {column} and count as images without it.")
    if images.emptied:
        said.append(f"{images.emptied} images without a mask show no finding by a correction and count as images without it.")
    if images.unoutlined:
        said.append(f"{len(images.unoutlined)} images show a finding by {column} and have no mask; they are left out.")
    if images.undescribed:
        said.append(
            f"{len(images.undescribed)} images have no mask or annotation of what is to be outlined; what they show is unknown, "
            "so they are left out."
        )
    if images.found.alone:
        alone = images.found.alone
        names = ", ".join(alone[:3]) + ", …" * (len(alone) > 3)
        said.append(f"{len(alone)} masks or annotations have no image of their name ({names}).")
    return said


def _say_without(images: OutlinedImages, rows: pd.DataFrame) -> list[str]:
    """Images on which only other structures are outlined: nobody says that this one is not there."""
    lacks = {name: sum(not truth[name] and any(truth.values()) for truth in rows["truth"]) for name in images.classes}
    told = ", ".join(f"{number} without {name}" for name, number in lacks.items() if number)
    return [f"Images on which only other structures are outlined count as images without the rest: {told}."] if told else []


# ------------------------------------------------------------------ what is looked at
def audit(cohort: Cohort) -> list[AuditFinding]:
    """Sizes of the outlines in training and validation, and masks without an image."""
    shown = [str(image) for image in cohort.shown()["image"]][:200]
    sizes = cohort.looks.readings.table.loc[shown, ["height", "width"]].astype(int).to_numpy()
    masks = true_masks(cohort, shown, [(int(h), int(w)) for h, w in sizes])
    shares = np.array([mask.mean() for each in masks for mask in each if mask.any()])
    low, high = np.percentile(shares, [5, 95]) if len(shares) else (0.0, 0.0)
    text = f"A typical outline covers {np.median(shares):.1%} of its image (most lie between {low:.1%} and {high:.1%})."
    text += _in_square_millimetres(cohort, shown, masks) if len(shares) else ""
    found = [AuditFinding(topic="outlines", severity="info", count=len(shares), text=text)] if len(shares) else []
    alone = int(cohort.facts.details.get("alone", 0))
    if alone:
        text = f"{alone} masks have no image of their name; they teach nothing."
        found.append(AuditFinding(topic="masks without image", severity="warning", count=alone, text=text))
    return found


def _in_square_millimetres(cohort: Cohort, images: Sequence[str], masks: Sequence[np.ndarray]) -> str:
    """Of a typical outline; nothing where pixels have no known size."""
    known = [cohort.spacing(image) for image in images]
    areas = [m.sum() * s[0] * s[1] for s, each in zip(known, masks, strict=True) if s is not None for m in each if m.any()]
    where = f" {AT_DETECTOR}" if cohort.facts.details.get("at_detector") else ""
    return f" Its area is {np.median(areas):.3g} mm²{where}." if areas else ""


def sheet(cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
    """Images with each structure, and without any."""
    rows = {name: shown["truth"].map(lambda truth, name=name: bool(truth[name])) for name in cohort.classes}
    rows[NO_FINDING] = shown["label"] == NO_FINDING
    return {name: inside for name, inside in rows.items() if inside.any()}


def drawn(cohort: Cohort, image: str) -> np.ndarray:
    """The pixels with a line around each outline."""
    pixels = np.ascontiguousarray(cohort.read(image))
    (masks,) = true_masks(cohort, [image], [(pixels.shape[0], pixels.shape[1])])
    width = max(1, round(max(pixels.shape[:2]) / LINE))
    for mask in masks:
        contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(pixels, contours, -1, COLOUR, width)
    return pixels
