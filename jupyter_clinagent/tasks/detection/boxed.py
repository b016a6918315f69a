"""From boxes and image-level labels to images: with a finding or without, all findings boxed or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.study.cohort.labels import Labelled
from jupyter_clinagent.study.data.boxes.found import AnnotatedBoxes
from jupyter_clinagent.study.data.image_level import ImageLevel, image_level_labels
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.study.data.survey import label_candidates

BOXES = "boxes"
"""Stands for the label column where only the boxes say which images show a finding."""


@dataclass(frozen=True)
class BoxedImages:
    """Every image with what is known of its findings, before it has been read.

    Attributes
    ----------
    rows
        Metadata by file, with ``class`` (:data:`FINDING` or :data:`NO_FINDING`) and ``positive`` (what the image-level
        label says: True, False, or None).
    boxes
        Rows of :class:`AnnotatedBoxes` in the classes wanted.
    other_classes
        How many boxes are of classes that were not asked for.
    """

    rows: pd.DataFrame
    boxes: pd.DataFrame
    found: AnnotatedBoxes
    classes: dict[str, list[str]]
    level: ImageLevel | None
    other_classes: int

    @property
    def column(self) -> str:
        """The image-level label's column, or :data:`BOXES`."""
        return self.level.column if self.level else BOXES

    def as_labelled(self) -> Labelled:
        """In the form that corrections are applied to."""
        return Labelled(self.rows, self.column, {FINDING: [FINDING], NO_FINDING: [NO_FINDING]}, {}, 0, 0)


def boxed_images(
    inventory: Inventory, label: str | None = None, classes: Mapping[str, list[str]] | None = None, boxes: str | None = None
) -> BoxedImages:
    """Bring boxes and image-level labels together.

    Raises
    ------
    LabelsDoNotMatch
        No boxes, boxes for unknown images only, or none in the classes asked for.
    BadInput
        A box file or label column that isn't there.
    """
    found = _chosen(inventory, boxes)
    wanted = _wanted(found, classes)
    names = {value.casefold(): name for name, values in wanted.items() for value in values}
    kept = found.rows.assign(**{"class": found.rows["class"].map(lambda name: names.get(name.casefold()))})
    kept = kept[kept["class"].notna() & kept["image"].isin(inventory.images)]
    rows = image_rows(inventory)
    said = [value for values in wanted.values() for value in values]
    level = image_level_labels(rows, set(kept["image"]), [*wanted, *said], label)
    positive = level.positive if level else pd.Series(None, index=rows.index, dtype=object)
    shows = rows.index.isin(set(kept["image"])) | (positive == True).to_numpy()  # noqa: E712
    rows = rows.assign(**{"positive": positive, "class": [FINDING if finding else NO_FINDING for finding in shows]})
    return BoxedImages(rows, kept, found, wanted, level, len(found.rows) - len(kept))


def _chosen(inventory: Inventory, boxes: str | None) -> AnnotatedBoxes:
    found = inventory.boxes
    if found is None:
        raise LabelsDoNotMatch(
            f"There are no boxes in {inventory.folder.root}, and detection learns from boxes: {_instead(inventory)}"
        )
    if boxes is not None and boxes not in (*found.files, found.layout):
        raise BadInput(f"There are no boxes in {boxes!r}; there are some in: {', '.join(found.files[:5])}.")
    if not len(found.rows):
        listed = ", ".join(sorted(set(found.strangers))[:3])
        raise LabelsDoNotMatch(
            f"All {len(found.strangers)} boxes are for images that are not there ({listed}, …): their names have to be those of "
            f"the {len(inventory.images)} image files."
        )
    return found


def _instead(inventory: Inventory) -> str:
    labels = label_candidates(inventory)
    how = "add them as COCO JSON, YOLO or Pascal VOC files, or as a CSV with x_min, y_min, x_max and y_max"
    return f"{how}; or ask for a classification by {labels[0]}, which needs none." if labels else f"{how}."


def _wanted(found: AnnotatedBoxes, classes: Mapping[str, list[str]] | None) -> dict[str, list[str]]:
    present = found.rows["class"].value_counts()
    if classes is None:
        return {str(name): [str(name)] for name in present.index}
    wanted = {str(name): [str(value) for value in values] for name, values in classes.items()}
    known = {str(name).casefold() for name in present.index}
    absent = [name for name, values in wanted.items() if not known & {value.casefold() for value in values}]
    if absent:
        there = ", ".join(map(str, present.index[:20]))
        raise LabelsDoNotMatch(f"No box has the class {', '.join(absent)}; there are boxes of: {there}.")
    return wanted
