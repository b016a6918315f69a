"""From outlines to images: which show a structure, and what is lost because its outline can't be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.labels import Labelled
from jupyter_clinagent.study.cohort.linking import Linked
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.image_level import image_level_labels
from jupyter_clinagent.study.data.inventory import Inventory, image_rows
from jupyter_clinagent.tasks.segmentation.described import Outlines, merged
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.reading import Reference, read_outline

Truth = dict[str, list[Reference]]
"""References of an image by structure."""
OUTLINES = "outlines"
"""Stands for the label column: the outlines say which images show a finding."""
NO_MASK = "no mask or annotation says what is in it"
UNOUTLINED = "its label says that it shows a finding, and nobody outlined it"
CONTRADICTED = "a correction says that it shows a finding, and nothing is outlined on it"
HALF = 127
"""Of 255: at another size, a pixel is inside where more than half of it is."""


@dataclass(frozen=True)
class OutlinedImages:
    """Every image that an outline speaks of, before it has been read.

    Attributes
    ----------
    rows
        Metadata by file, with ``class`` (whether anything is outlined) and ``truth``.
    classes
        Structures of each class.
    undescribed
        Images that neither a mask nor an annotation nor a label speaks of.
    unoutlined
        Images that show a finding by the label, and have no mask.
    negative
        How many images without a mask count as empty, because a label says so, and the label's column.
    emptied
        How many do because a correction says so.
    """

    rows: pd.DataFrame
    found: Outlines
    classes: dict[str, list[str]]
    inventory: Inventory
    undescribed: list[str]
    unoutlined: list[str]
    negative: tuple[int, str]
    emptied: int = 0

    @property
    def left_out(self) -> dict[str, str]:
        """Why images are left out before any outline is read, by file."""
        return dict.fromkeys(self.undescribed, NO_MASK) | dict.fromkeys(self.unoutlined, UNOUTLINED)

    def as_labelled(self) -> Labelled:
        """In the form that corrections are applied to."""
        return Labelled(self.rows, OUTLINES, {FINDING: [FINDING], NO_FINDING: [NO_FINDING]}, self.left_out, 0, 0)

    def corrected(self, relabelled: Mapping[str, str]) -> OutlinedImages:
        """With images that have no mask, and that a correction calls ones without the finding: their outline is empty."""
        files = [file for file in self.left_out if relabelled.get(file) == NO_FINDING]
        if not files:
            return self
        files = [file for file in self.inventory.images if file in files]
        rows = image_rows(self.inventory).loc[files]
        empty: list[Truth] = [{name: [] for name in self.classes} for _ in files]
        rows = rows.assign(**{"truth": pd.Series(empty, index=rows.index, dtype=object), "class": NO_FINDING})
        undescribed, unoutlined = ([f for f in names if f not in files] for names in (self.undescribed, self.unoutlined))
        rows = pd.concat([self.rows, rows])
        return replace(self, rows=rows, undescribed=undescribed, unoutlined=unoutlined, emptied=len(files))


def outlined_images(inventory: Inventory, classes: Mapping[str, list[str]] | None) -> OutlinedImages:
    """Bring images and outlines together.

    Raises
    ------
    LabelsDoNotMatch
        There are no outlines, or none for images that are there.
    BadInput
        Nothing is outlined as one of the classes.
    """
    found = find_outlines(inventory)
    if found is None or not found.structures:
        more = f" {' '.join(found.said)}" if found else ""
        raise LabelsDoNotMatch(f"There are no outlines in {inventory.folder.root} to learn from.{more} {how_to_add()}")
    wanted = {name: list(values) for name, values in classes.items()} if classes else {name: [name] for name in found.structures}
    references = {name: merged(found.structures, values) for name, values in wanted.items()}
    own = replace(inventory, images=found.images)
    rows = image_rows(own)
    level = image_level_labels(rows, _outlined(references), [*wanted, *(name for names in wanted.values() for name in names)])
    told = found.described_for(value for values in wanted.values() for value in values)
    silent = [str(file) for file in rows.index if str(file) not in told]
    says = {file: level.positive[file] for file in silent} if level else {}
    empty = {file for file, positive in says.items() if positive == False}  # noqa: E712
    described = [str(file) for file in rows.index if str(file) in told or str(file) in empty]
    if not described:
        raise LabelsDoNotMatch(f"No image is told to show, or not to show, all of {', '.join(wanted)}: ask for one of them.")
    rows = rows.loc[described]
    truth = [{name: references[name].get(file, []) for name in wanted} for file in described]
    shows = [FINDING if any(one.values()) else NO_FINDING for one in truth]
    rows = rows.assign(**{"truth": pd.Series(truth, index=rows.index, dtype=object), "class": shows})
    unoutlined = [file for file, positive in says.items() if positive == True]  # noqa: E712
    unknown = [file for file in silent if file not in empty and file not in unoutlined]
    return OutlinedImages(rows, found, wanted, own, unknown, unoutlined, (len(empty), level.column if level else ""))


def _outlined(references: Mapping[str, Mapping[str, Sequence[Reference]]]) -> set[str]:
    return {file for images in references.values() for file, refs in images.items() if refs}


def how_to_add() -> str:
    """What outlines may look like."""
    return (
        "Put mask images into a folder “masks” beside “images”, named like their images (white inside, black outside), or add "
        "COCO or LabelMe files with polygons, or a table with runs of pixels (RLE)."
    )


@dataclass(frozen=True)
class Checked:
    """Rows whose outlines can be read, why the others were left out, and how many outlines had another size than their image."""

    rows: pd.DataFrame
    lost: dict[str, str]


def checked(linked: Linked, folder: DataFolder) -> Checked:
    """Read every outline once: an empty one says that nothing is there, an unusable one takes its image out."""
    sizes = linked.readings.table[["height", "width"]]

    def read(file: str) -> tuple[dict[str, int], str]:
        height, width = (int(side) for side in sizes.loc[file])
        try:
            truth: Truth = linked.rows.at[file, "truth"]
            return {name: int(read_outline(refs, folder.root, (height, width)).sum()) for name, refs in truth.items()}, ""
        except BadInput as error:
            return {}, str(error)

    files = [str(file) for file in linked.rows.index]
    with ThreadPoolExecutor(4) as pool:
        seen = dict(zip(files, pool.map(read, files), strict=True))
    lost = {file: f"its outline can't be used: {why}" for file, (_, why) in seen.items() if why}
    rows = linked.rows.drop(index=list(lost))
    shown = [_shown(rows.at[file, "truth"], seen[str(file)][0], rows.at[file, "class"]) for file in rows.index]
    labels = [FINDING if any(truth.values()) else NO_FINDING for truth in shown]
    return Checked(rows.assign(**{"truth": pd.Series(shown, index=rows.index, dtype=object), "class": labels}), lost)


def without_contradicted(known: Checked, relabelled: Mapping[str, str]) -> Checked:
    """Without images that a correction calls a finding and that have no outline: they would teach that nothing is there."""
    files = [
        file for file in known.rows.index if relabelled.get(str(file)) == FINDING and known.rows.at[file, "class"] != FINDING
    ]
    return Checked(known.rows.drop(index=files), known.lost | dict.fromkeys(map(str, files), CONTRADICTED))


def exclusive(rows: pd.DataFrame) -> bool:
    """Whether a pixel belongs to one structure at most, because one mask by numbers or colours holds all those of an image."""
    return len(rows) > 0 and len(rows["truth"].iloc[0]) > 1 and all(_in_one_mask(truth) for truth in rows["truth"])


def _in_one_mask(truth: Truth) -> bool:
    references = [one for each in truth.values() for one in each]
    return len({one.get("file", "") for one in references}) <= 1 and all(one.get("value") is not None for one in references)


def _shown(truth: Truth, areas: Mapping[str, int], label: str) -> Truth:
    """Without empty outlines, and without any where the clinician said that there is no finding."""
    return {name: list(refs) if areas[name] and label == FINDING else [] for name, refs in truth.items()}


def true_masks(cohort: Cohort, images: Sequence[str], sizes: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """What is outlined in these images, bool (structures, height, width) each; of test images only after the opening."""
    root, classes = cohort.folder.root, cohort.classes
    known: list[Truth] = cohort.truth(images)
    return [
        np.stack([read_outline(truth[name], root, size) for name in classes]) for truth, size in zip(known, sizes, strict=True)
    ]
