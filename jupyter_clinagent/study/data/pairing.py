"""Which file outlines which image: mask folders beside the images, or masks named after them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from jupyter_clinagent.study.data import mask_names
from jupyter_clinagent.study.data.folder_names import MASK_FOLDERS, SPLIT_WORDS, split_word
from jupyter_clinagent.study.data.matching import shared_folders
from jupyter_clinagent.study.data.paths import folders_of, name_of, stem_of
from jupyter_clinagent.study.data.readers import numbered_reader, reader_of

ONE = "outline"
"""Name of the structure where nothing names it."""
_AFTER = re.compile(
    r"^(.+?)[ _-]*(?:masks?|seg(?:mentation)?s?|ground_?truth|gt|labels?|annot(?:ation)?s?|outlines?|manual\d*)(?:[ _-]?\d+)?$",
    re.I,
)
_PART = re.compile(rf"[ _-](?:{'|'.join(SPLIT_WORDS)})$")
_BEFORE = re.compile(r"^(?:masks?|seg(?:mentation)?|gt|labels?)[ _-]+(.+)$", re.I)
_CHANNEL = "_0000"
_GAP = re.compile(r"[ _.-]+")
_NUMBER = "#"
MOST_IN, RECURS = 0.5, 2
"""A folder that may hold masks does if so many of its files are named like images; a name recurs with so many images."""


@dataclass(frozen=True)
class Paired:
    """Masks by structure and image (paths in the data folder), and mask files without an image of that name.

    Attributes
    ----------
    strange
        Files in folders that are named like masks (“liver_masks”) of which none is named like an image: masks of images that
        are not there, or no masks.
    """

    structures: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    alone: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)

    @property
    def masks(self) -> set[str]:
        """Every mask file."""
        return {mask for images in self.structures.values() for masks in images.values() for mask in masks} | set(self.alone)


class _Home(NamedTuple):
    """The folder that makes a file a mask, how surely its name says so, what else it says, and the folder below it."""

    folder: str
    rank: int
    own: str
    below: str


class _Match(NamedTuple):
    """The image that a name means, and what else it says: nothing, what is outlined, or a number."""

    image: str
    rest: str


def pair_masks(files: Sequence[str]) -> Paired:
    """As :func:`_pair`; the last answer is kept, for the survey and the outlines ask the same."""
    return _pair(tuple(files))


@lru_cache(maxsize=2)
def _pair(files: tuple[str, ...]) -> Paired:
    """Tell masks from images by their folders and names, and bring them together.

    ``masks/scan7.png``, ``scan7_mask.png``, ``scan7 (1)_mask_1.png``, ``mask_scan7.png``; several masks of an image belong to one
    structure unless folders (``masks/liver/scan7.png``, ``liver_masks/scan7.png``) or names (``masks/scan7_liver.png``) tell them
    apart.
    """
    homes, strange = _homes(files)
    stems = _Stems(file for file in files if file not in homes)
    matches = _recurring(
        {file: match for file in files if (match := stems.match(file, file in homes)) is not None},
        stems,
    )
    orphans = _orphans([file for file in files if file not in homes], matches)
    images: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if file not in homes and file not in matches and file not in orphans:
            for name in _names(file):
                images[name].append(file)
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    alone = sorted(orphans)
    for file in files:
        if file in homes or file in matches:
            image = _nearest(file, images.get(matches[file].image, [])) if file in matches else None
            if image is None:
                alone.append(file)
            else:
                found[_structure(homes.get(file), matches[file], file)][image].append(file)
    return Paired(_by_folder({name: dict(pairs) for name, pairs in found.items()}, homes), alone, strange)


# ------------------------------------------------------------------ folders
def _homes(files: Sequence[str]) -> tuple[dict[str, _Home], list[str]]:
    """The folder of each mask that lies in one, and files of folders that are named like masks and seem to hold none.

    Those whose names say it most surely come first: what is no mask by them may be the image of a less sure one.
    """
    top = shared_folders(files)
    homes = {file: home for file in files if (home := _home(file, top)) is not None}
    others = {file.rpartition("/")[0] for file in files if file not in homes}
    besides = {word.lower() for folder in others for word in mask_names.words(folder)}
    strange: list[str] = []
    for level in sorted({home.rank for home in homes.values()}, reverse=True):
        stems = _Stems(file for file in files if file not in homes or homes[file].rank < level)
        for members in _by_home(homes, level).values():
            if not _holds_masks(members, stems, homes[members[0]]):
                strange += members if level == mask_names.SURE else []
                homes = {file: home for file, home in homes.items() if file not in members}
    own = {home.own: _thing(home.own, frozenset(besides)) for home in homes.values()}
    return {file: home._replace(own=own[home.own]) for file, home in homes.items()}, strange


def _holds_masks(members: Sequence[str], stems: _Stems, home: _Home) -> bool:
    paired = len(_recurring({file: found for file in members if (found := stems.match(file, True)) is not None}, stems))
    name = name_of(home.folder).lower()
    if home.rank == mask_names.CERTAIN and name in MASK_FOLDERS:
        return True
    return paired >= (MOST_IN * len(members) if home.rank == mask_names.UNSURE else 1)


def _home(file: str, top: int) -> _Home | None:
    """The deepest of the folders whose names say most surely that they hold masks; none above a folder of images."""
    parts = folders_of(file)
    last = max((k for k, part in enumerate(parts) if mask_names.holds_images(part)), default=-1)
    ranks = [(mask_names.rank(part), k) for k, part in enumerate(parts) if k > max(last, top - 1)]
    best, level = max(ranks, default=(mask_names.NONE, 0))
    if best == mask_names.NONE:
        return None
    below = [part for part in parts[level + 1 :] if split_word(part) is None]
    below = below[:1] + [part for part in below[1:] if reader_of(part) or reader_of(below[0])][:1]
    own = parts[level] if best < mask_names.CERTAIN and mask_names.says_mask(parts[level]) else ""
    return _Home("/".join(parts[: level + 1]), best, own, " ".join(below))


def _by_home(homes: dict[str, _Home], level: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file, home in homes.items():
        if home.rank == level:
            found[home.folder].append(file)
    return found


def _by_folder(structures: dict[str, dict[str, list[str]]], homes: dict[str, _Home]) -> dict[str, dict[str, list[str]]]:
    """Masks of one image in several folders (“mask”, “1st_manual”) outline different things, which bear the folders' names."""

    def folder(mask: str) -> str:
        return name_of(homes[mask].folder) if mask in homes else ONE

    pairs = structures.get(ONE, {})
    if not any(len({folder(mask) for mask in masks}) > 1 for masks in pairs.values()):
        return structures
    apart: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for image, masks in pairs.items():
        for mask in masks:
            apart[folder(mask)][image].append(mask)
    return {name: one for name, one in structures.items() if name != ONE} | {name: dict(one) for name, one in apart.items()}


# ------------------------------------------------------------------ names
class _Stems:
    """Names by which masks may call images."""

    def __init__(self, images: Iterable[str]) -> None:
        self.names = {name for file in images for name in _names(file)}
        inside = [found for name in self.names if (found := self._inside(name)) is not None]
        self.rests = {_key(found.rest) for found in inside if not mask_names.says_mask(found.rest)}

    def match(self, file: str, masks: bool) -> _Match | None:
        """The image that a file's name means; where it doesn't lie among masks, the name has to say that it is one."""
        stem = stem_of(file)
        if masks and stem.lower() in self.names:
            return _Match(stem.lower(), "")
        base = _base(stem.lower())
        if base is not None and base in self.names:
            return _Match(base, "")
        found = self._inside(stem)
        return found if found is not None and (masks or mask_names.says_mask(found.rest)) else None

    def _inside(self, stem: str) -> _Match | None:
        """The longest name of an image that a longer name begins or ends with."""
        gaps = list(_GAP.finditer(stem))
        ends = [(stem[: gap.start()].lower(), stem[gap.end() :]) for gap in gaps]
        ends += [(stem[gap.end() :].lower(), stem[: gap.start()]) for gap in gaps]
        known = [(image, rest) for image, rest in ends if image in self.names and rest]
        return _Match(*max(known, key=lambda one: len(one[0]))) if known else None


def _recurring(matches: dict[str, _Match], stems: _Stems) -> dict[str, _Match]:
    """Without names that say something else with one image only, or that tell images apart, too."""
    times = Counter(key for _, key in {(match.image, _key(match.rest)) for match in matches.values() if match.rest})
    return {
        file: match
        for file, match in matches.items()
        if not match.rest or (times[_key(match.rest)] >= RECURS and _key(match.rest) not in stems.rests)
    }


def _orphans(files: Sequence[str], matches: dict[str, _Match]) -> set[str]:
    """Files beside the images that are named like most masks there (“scan9_mask.png”), of which no image is there."""
    named = [file for file in files if _base(stem_of(file).lower()) is not None]
    orphans = {file for file in named if file not in matches}
    return orphans if len(orphans) < len(named) - len(orphans) else set()


def _key(rest: str) -> str:
    return _thing(rest).lower() or _NUMBER


def _thing(name: str, besides: frozenset[str] = frozenset()) -> str:
    """What is outlined; where readers are numbered, who of them, too: two readers' outlines are not one."""
    thing, reader = mask_names.thing(name, besides), numbered_reader(name)
    return " ".join(dict.fromkeys([*thing.lower().split(), *reader.split()])) if reader else thing


def _structure(home: _Home | None, match: _Match, mask: str) -> str:
    """Named by the folder of masks, else by the one below it, and by what a mask's name says beside its image's."""
    below = home.below if home else ""
    folder = (home.own if home else "") or (_thing(below) if mask_names.says_mask(below) else below)
    beside = _thing(match.rest) or numbered_reader(stem_of(mask).lower().removeprefix(match.image))
    told = f"{folder} {numbered_reader(name_of(home.folder) if home else '')}"
    return " ".join([folder, beside] if beside.lower() not in told.lower() else [folder]).strip() or ONE


def _names(image: str) -> set[str]:
    """What masks may call an image: its stem, without partition (DRIVE's “21_training”) or first channel (nnU-Net) at its end."""
    stem = stem_of(image).lower()
    return {stem, _PART.sub("", stem) or stem, stem.removesuffix(_CHANNEL) or stem}


def _base(stem: str) -> str | None:
    """What a mask's name says beside that it is a mask."""
    match = _AFTER.match(stem) or _BEFORE.match(stem)
    return match[1].rstrip(" _-") if match else None


def _nearest(mask: str, images: list[str]) -> str | None:
    """Of several images of that name, the one in the folder most like the mask's; None where two are as near."""
    if len(images) < 2:
        return images[0] if images else None
    own = set(folders_of(mask))
    shared = sorted(((len(own & set(folders_of(image))), image) for image in images), reverse=True)
    return shared[0][1] if shared[0][0] > shared[1][0] else None
