"""All outlines of a data folder by structure: from mask files, COCO, LabelMe, or a table of runs."""

from __future__ import annotations

from dataclasses import replace

from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.pairing import Paired, pair_masks
from jupyter_clinagent.tasks.segmentation.annotated import annotated_outlines
from jupyter_clinagent.tasks.segmentation.described import Outlines, together
from jupyter_clinagent.tasks.segmentation.kinds import field_of_view, kind_of
from jupyter_clinagent.tasks.segmentation.legend import legend_files, no_legends, read_legend

GIF = ".gif"
"""Masks come as GIF, too (DRIVE); pictures of patients don't."""
_ALONE = "No mask is named like an image."


def find_outlines(inventory: Inventory) -> Outlines | None:
    """Outlines of a folder; None where there are none. Of an image that has both, mask files go before annotations."""
    folder = inventory.folder
    paired = pair_masks([*folder.images, *folder.with_suffix(GIF)])
    notes = _from_annotations(inventory)
    if not paired.structures:
        return notes or (Outlines({}, inventory.images, alone=paired.alone, said=[_ALONE]) if paired.alone else None)
    masks = _from_masks(inventory, paired, no_legends(inventory.tables))
    if notes is None or not notes.structures:
        return masks
    return together(masks, notes) if masks.structures else replace(notes, said=[*masks.said, *notes.said])


def _from_annotations(inventory: Inventory) -> Outlines | None:
    read = annotated_outlines(inventory)
    if not read.found:
        return None
    described = {image for images in read.found.values() for image in images}
    kept = {name: {image: refs for image, refs in images.items() if refs} for name, images in read.found.items()}
    if any(kept.values()):  # a row “no finding” names no structure
        kept = {name: images for name, images in kept.items() if images}
    said = [f"Outlines were read from {read.source}.", *read.said]
    files = inventory.folder.with_suffix(".json")
    unsaid = {name: described - images.keys() for name, images in read.found.items() if read.by_file}
    return Outlines(kept, inventory.images, described, read.strangers, said, read.source, files, unsaid)


def _from_masks(inventory: Inventory, paired: Paired, tables: set[str]) -> Outlines:
    folder, images = inventory.folder, [file for file in inventory.images if file not in paired.masks]
    legend, said, found = read_legend(folder, tables), [], {}
    for name, masks in paired.structures.items():
        paths = [folder.path(file) for files in masks.values() for file in files]
        if field_of_view(paths):
            said.append(
                f"The masks “{name}” are nearly the same in every image: they show the field of view and outline nothing."
            )
            continue
        kind = kind_of(paths, legend)
        said += kind.said
        for structure, value in kind.structures(name).items():
            found[structure] = {
                image: [{"file": file, "value": value, **kind.reading} for file in sorted(files)]
                for image, files in sorted(masks.items())
            }
    if not found:
        return Outlines({}, images, set(), paired.alone, said)
    described = {image for structure in found.values() for image in structure}
    files = [*sorted(paired.masks), *legend_files(folder, tables)]
    return Outlines(found, images, described, paired.alone, said, files=files)
