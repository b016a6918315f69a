"""Group ids (patients, lesions, films) read out of file names where no column gives them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from jupyter_clinagent.lang.grammar import any_word
from jupyter_clinagent.study.data.crops import find_crops
from jupyter_clinagent.study.data.paths import name_of, stem_of

_MAGNIFICATIONS = "20|40|60|63|100|200|400|600|1000"
"""What a microscope enlarges by, where no “x” says that it does."""

LOOSE, LEAST_LOOSE = "nameN_N", 10
"""“BM03_012” may be the third marrow or the third of anything: it groups where there are so many groups."""

# Kermany's chest radiographs: the numbers of persons recur between the bacterial and the viral files, so that
# `personN` alone is no patient; the radiographs of healthy children carry a study number.
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("personN_bacteria|virus", re.compile(r"^(person\d+_(?:bacteria|virus))_\d+$", re.I)),
    ("NORMAL2-IM-N", re.compile(r"^(NORMAL\d*-IM-\d+)(?:-\d+)+$", re.I)),
    ("IM-N", re.compile(r"^(IM-\d+)(?:-\d+)+$", re.I)),
    ("patientN", re.compile(r"^((?:patient|pat|pt|subject|subj|case|person|p)[-_ ]?\d+)(?:[-_ .].+)?$", re.I)),
    ("class_patientN", re.compile(r"^[a-z]+[-_]((?:patient|pat|pt|subject|subj|case|person|p)[-_ ]?\d{2,})(?:[-_ .].+)?$", re.I)),
    ("N_N (first number)", re.compile(r"^(\d{3,8})_\d+_.+$")),
    ("slide-magnification-N", re.compile(rf"^(.*\d{{3,}}\w*)[-_](?:\d{{1,4}}x|{_MAGNIFICATIONS})(?:[-_]\d+)?$", re.I)),
    ("N-side", re.compile(rf"^(.*\d)[-_ ]?(?:{any_word('eyes.left', 'eyes.right')}|l|r)$", re.I)),
    ("film.rf.hash", re.compile(r"^(.+?)(?:_(?:jpg|png|jpeg))?\.rf\.[0-9a-f]{16,}$", re.I)),
    (LOOSE, re.compile(r"^([a-z]{1,6}\d{2,3})[-_]\d{2,}$", re.I)),
    ("nameN_N_…", re.compile(r"^([a-z]+\d*[-_](?!(?:19|20)\d{6})\d{3,})[-_].*\d$", re.I)),
)


class ParsedGroups(NamedTuple):
    """Group id by file, the patterns that gave them, and examples ``file -> group``."""

    groups: dict[str, str]
    patterns: list[str]
    examples: list[tuple[str, str]]


def parse_groups(images: Sequence[str]) -> ParsedGroups | None:
    """Read group ids from file names.

    Returns
    -------
    ParsedGroups or None
        None where fewer than nine in ten names fit a known pattern, or where each name is a group of its own, unless some images
        are pieces of others.
    """
    return _by_patterns(images) or _by_crops(images)


def _by_crops(images: Sequence[str]) -> ParsedGroups | None:
    crops = find_crops(images)
    groups = {image: crops.get(image, image) for image in images}
    example = [(name_of(image), whole) for image, whole in crops.items()][:1]
    return ParsedGroups(groups, ["pieces of an image"], example) if crops else None


def _by_patterns(images: Sequence[str]) -> ParsedGroups | None:
    found = {image: _match(stem_of(image)) for image in images}
    groups = {image: hit[1] for image, hit in found.items() if hit is not None}
    if len(groups) < 0.9 * len(images) or len(set(groups.values())) >= len(images):
        return None
    loose = {groups[image] for image, hit in found.items() if hit is not None and hit[0] == LOOSE}
    if 0 < len(loose) < LEAST_LOOSE:
        return None
    times = Counter(hit[0] for hit in found.values() if hit is not None)
    return ParsedGroups(groups, [name for name, _ in times.most_common()], _examples(found))


def _match(stem: str) -> tuple[str, str] | None:
    for name, pattern in PATTERNS:
        if hit := pattern.match(stem):
            return name, hit.group(1)
    return None


def _examples(found: dict[str, tuple[str, str] | None]) -> list[tuple[str, str]]:
    """One example for each pattern."""
    first: dict[str, tuple[str, str]] = {}
    for image, hit in found.items():
        if hit is not None:
            first.setdefault(hit[0], (name_of(image), hit[1]))
    return list(first.values())
