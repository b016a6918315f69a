"""All outlines of a data folder by structure: from mask files, COCO, LabelMe, or a table of runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.data.pairing import ONE, Paired, pair_masks
from jupyter_clinagent.tasks.segmentation.annotated import annotated_outlines
from jupyter_clinagent.tasks.segmentation.kinds import field_of_view, kind_of
from jupyter_clinagent.tasks.segmentation.legend import legend_files, no_legends, read_legend
from jupyter_clinagent.tasks.segmentation.run_tables import Found

GIF = ".gif"
"""Masks come as GIF, too (DRIVE); pictures of patients don't."""
_ALONE = "No mask is named like an image."


@dataclass(frozen=True)
class Outlines:
    """What is outlined, by structure and image (references of :mod:`.reading`), on which images.

    Attributes
    ----------
    images
        Every image that is no mask.
    described
        Images that some mask or annotation speaks of, also where it outlines nothing.
    alone
        Masks without an image of their name, or annotations of images that are not there.
    said
        What was assumed.
    files
        Mask, annotation and legend files that were read.
    """

    structures: dict[str, Found]
    images: list[str]
    described: set[str] = field(default_factory=set)
    alone: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    source: str = "masks"
    files: list[str] = field(default_factory=list)


def find_outlines(inventory: Inventory) -> Outlines | None:
    """Outlines of a folder; None where there are none. Mask files go before annotations."""
    folder = inventory.folder
    paired = pair_masks([*folder.images, *folder.with_suffix(GIF)])
    if paired.structures:
        return _from_masks(inventory, paired, no_legends(inventory.tables))
    read = annotated_outlines(inventory)
    if not read.found:
        return Outlines({}, inventory.images, alone=paired.alone, said=[_ALONE]) if paired.alone else None
    described = {image for images in read.found.values() for image in images}
    kept = {name: {image: refs for image, refs in images.items() if refs} for name, images in read.found.items()}
    if any(kept.values()):  # a row “no finding” names no structure
        kept = {name: images for name, images in kept.items() if images}
    said = [f"Outlines were read from {read.source}.", *read.said]
    return Outlines(kept, inventory.images, described, read.strangers, said, read.source, folder.with_suffix(".json"))


def _from_masks(inventory: Inventory, paired: Paired, tables: set[str]) -> Outlines | None:
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


def merged(structures: dict[str, Found], wanted: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """References by image of several structures that count as one."""
    gathered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name in wanted:
        if name not in structures:
            raise BadInput(f"Nothing is outlined as “{name}”; there are outlines of: {', '.join(structures) or ONE}.")
        for image, references in structures[name].items():
            gathered[image] += references
    return dict(gathered)
