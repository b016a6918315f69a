"""Which images are outlined, and of which nobody says anything: masks beside annotations of other images."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.data.pairing import ONE
from jupyter_clinagent.tasks.segmentation.run_tables import Found


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
    unsaid
        By structure, images whose masks or annotations never speak of it: whether they show it is not known.
    """

    structures: dict[str, Found]
    images: list[str]
    described: set[str] = field(default_factory=set)
    alone: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    source: str = "masks"
    files: list[str] = field(default_factory=list)
    unsaid: dict[str, set[str]] = field(default_factory=dict)

    def described_for(self, names: Iterable[str]) -> set[str]:
        """Images of which it is known whether, and where, they show each of these structures."""
        return self.described.difference(*map(self.silent_on, names))

    def silent_on(self, name: str) -> set[str]:
        """Images of which nobody says whether they show a structure, though they are described."""
        return self.unsaid.get(name, set()) & self.described if name in self.structures else self.described


def merged(structures: Mapping[str, Found], wanted: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """References by image of several structures that count as one."""
    gathered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name in wanted:
        if name not in structures:
            raise BadInput(f"Nothing is outlined as “{name}”; there are outlines of: {', '.join(structures) or ONE}.")
        for image, references in structures[name].items():
            gathered[image] += references
    return dict(gathered)


def together(masks: Outlines, notes: Outlines) -> Outlines:
    """Masks, and annotations of the images that have none; an image that has both is outlined by its masks."""
    notes, said = _without_masked(masks, notes)
    if not notes.described:
        return replace(masks, said=[*masks.said, *said])
    masks, notes, how = _named_alike(masks, notes)
    names = list(dict.fromkeys([*masks.structures, *notes.structures]))
    return replace(
        masks,
        structures={name: masks.structures.get(name, {}) | notes.structures.get(name, {}) for name in names},
        described=masks.described | notes.described,
        alone=[*masks.alone, *notes.alone],
        said=[*masks.said, *notes.said, *said, *how],
        source=f"masks and {notes.source}",
        files=list(dict.fromkeys([*masks.files, *notes.files])),
        unsaid={name: masks.silent_on(name) | notes.silent_on(name) for name in names},
    )


def _without_masked(masks: Outlines, notes: Outlines) -> tuple[Outlines, list[str]]:
    """Annotations of images without a mask. A list that also holds masked images says nothing of those without an outline."""
    twice = notes.described & masks.described
    outlined = {image for found in notes.structures.values() for image, refs in found.items() if refs}
    kept = (outlined if twice - outlined else notes.described) - twice
    said = [f"{len(twice)} images have masks and are in {notes.source}, too: the masks count."] if twice else []
    said += [f"{len(kept)} images without a mask are described by {notes.source}; both are used."] if kept else []
    found = {name: {i: refs for i, refs in images.items() if i in kept} for name, images in notes.structures.items()}
    return replace(notes, structures={name: one for name, one in found.items() if one}, described=kept), said


def _named_alike(masks: Outlines, notes: Outlines) -> tuple[Outlines, Outlines, list[str]]:
    """The same name for the same thing; the one thing that annotations outline is what unnamed masks outline, and vice versa."""
    if len(masks.structures) == len(notes.structures) == 1 and ONE in {*masks.structures, *notes.structures}:
        name = next((one for one in [*masks.structures, *notes.structures] if one != ONE), ONE)
        how = f"Masks and {notes.source} are taken to outline the same thing (“{name}”), for only one of them names it."
        return _renamed(masks, {ONE: name}), _renamed(notes, {ONE: name}), [how] if name != ONE else []
    known = {_key(name): name for name in masks.structures}
    return masks, _renamed(notes, {name: known.get(_key(name), name) for name in notes.structures}), []


def _renamed(found: Outlines, names: Mapping[str, str]) -> Outlines:
    structures = {names.get(name, name): images for name, images in found.structures.items()}
    return replace(found, structures=structures, unsaid={names.get(name, name): images for name, images in found.unsaid.items()})


def _key(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").casefold().split())
