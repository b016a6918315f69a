"""How labels, patients and partitions are laid out in folders."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jupyter_clinagent.study.data.folder_names import answer, are_cases, says_case, says_nothing, split_word, words_of
from jupyter_clinagent.study.data.matching import without_digits
from jupyter_clinagent.study.data.paths import folders_of

MANY_NAMES = 10
"""So many folders below the classes may be patients although their names bear no number."""


ABOVE, BELOW = "folder above", "folder below"
"""Columns that stand for other levels of folders that tell images apart, nearest to the class folders first."""


class ClassFolders(NamedTuple):
    """Label, partition word and inner (patient) folder of each image that lies in a class folder.

    Attributes
    ----------
    levels
        Other levels that may be classes, too, by the columns that stand for them: coarser or finer ones (``colon/colon_aca``).
    crossing
        Levels above the classes in each of which they recur (``hospital_a/melanoma``).
    """

    label: dict[str, str]
    split: dict[str, str]
    inner: dict[str, str]
    levels: dict[str, dict[str, str]]
    crossing: dict[str, dict[str, str]]


def find_class_folders(images: Sequence[str]) -> ClassFolders | None:
    """Recognise a folder per class, at any depth, with or without partition folders.

    The class level is the shallowest with two or more names that are no numbered cases. Where the names of a deeper level recur
    under several of its parents (``hospital_a/melanoma``, ``hospital_b/melanoma``) or repeat a word of theirs
    (``lung_set/lung_aca``, ``colon_set/colon_aca``), that deeper level is the class. Numbers beside an answer don't count
    (``study1_positive``).

    Returns
    -------
    ClassFolders or None
        None where the folders tell nothing apart, or where fewer than half of the images lie that deep.
    """
    parts = _parts(images)
    level = _class_level(list(parts.values()))
    if level is None:
        return None
    others = _other_levels(list(parts.values()), level)
    columns = {name: _at(parts, other) for name, other in others.items()}
    crossing = [name for name, other in others.items() if other < level and _recurs(list(parts.values()), other, level)]
    return ClassFolders(
        _at(parts, level),
        find_split_folders(images),
        _inner(parts, level, max([level, *others.values()])),
        {name: found for name, found in columns.items() if name not in crossing},
        {name: columns[name] for name in crossing},
    )


def _at(parts: dict[str, list[str]], level: int) -> dict[str, str]:
    return {image: names[level] for image, names in parts.items() if len(names) > level}


def _inner(parts: dict[str, list[str]], level: int, deepest: int) -> dict[str, str]:
    """What lies below the classes, where that may be patients and no more classes."""
    end = _inner_end(list(parts.values()), level)
    inner = {image: "/".join(names[level + 1 : end]) for image, names in parts.items() if len(names) > deepest + 1}
    return inner if _may_be_patients(inner.values()) else {}


def _may_be_patients(inner: Iterable[str]) -> bool:
    """Whether folders below a class could be patients: many, or numbered; “images” and a few names only sort."""
    names = set(inner)
    return len(names) >= MANY_NAMES or any(re.search(r"\d", name) for name in names)


def find_case_folders(images: Sequence[str]) -> dict[str, str]:
    """The patient's, lesion's or slide's folder of each image, of several levels the highest; empty without any.

    Folders of one image each tell no images together, unless they are named like patients.
    """
    parts = _parts(images)
    levels = _case_levels(list(parts.values()))
    found = {image: names[levels[0]] for image, names in parts.items() if len(names) > levels[0]} if levels else {}
    return found if len(set(found.values())) < len(found) or all(map(says_case, found.values())) else {}


def case_folder_names(images: Sequence[str]) -> set[str]:
    """Names of all folders of one patient, examination or slide each."""
    parts = [_folders(image) for image in images]
    return {folders[level] for level in _case_levels(parts) for folders in parts if len(folders) > level}


def find_split_folders(images: Sequence[str]) -> dict[str, str]:
    """Partition word of each image that lies in a folder named like one; empty where there is only one such word."""
    split = {image: word for image in images if (word := _split_word(image)) is not None}
    return split if len(set(split.values())) > 1 else {}


def _split_word(image: str) -> str | None:
    return next((word for name in folders_of(image) if (word := split_word(name)) is not None), None)


def _parts(images: Sequence[str]) -> dict[str, list[str]]:
    """The folders of each image without partitions, and without numbers beside answers."""
    parts = {image: _folders(image) for image in images}
    for level in range(_depth(list(parts.values()))):
        names = _names(list(parts.values()), level)
        answers = {name: found for name in names if (found := answer(name)) is not None}
        if len(answers) == len(names):
            for own in parts.values():
                own[level : level + 1] = [answers[name] for name in own[level : level + 1]]
    return parts


def _folders(image: str) -> list[str]:
    return [name for name in folders_of(image) if split_word(name) is None]


def _depth(parts: list[list[str]]) -> int:
    return max(map(len, parts), default=0)


def _names(parts: list[list[str]], level: int) -> Counter[str]:
    return Counter(folders[level] for folders in parts if len(folders) > level)


def _class_level(parts: list[list[str]]) -> int | None:
    levels = _telling_levels(parts)
    if not levels:
        return None
    deeper = len(levels) > 1 and (_recurs(parts, levels[0], levels[1]) or _repeats(parts, levels[0], levels[1]))
    return levels[1] if deeper else levels[0]


def _telling_levels(parts: list[list[str]]) -> list[int]:
    """Levels that tell images apart and hold neither numbered cases nor folders that only sort these."""
    cases = _case_levels(parts)
    others = [level for level in range(_depth(parts)) if _tells_apart(parts, level) and level not in cases]
    return [level for level in others if level + 1 not in cases or not _only_sorts(parts, level)]


def _other_levels(parts: list[list[str]], level: int) -> dict[str, int]:
    """Levels that may be classes, too, by the columns that stand for them; several are numbered from the classes on."""
    others = [other for other in _telling_levels(parts) if other != level and not _same(parts, other, level)]
    fitting = [other for other in others if _may_be_classes(_names(parts, other))]
    above, below = [other for other in reversed(fitting) if other < level], [other for other in fitting if other > level]
    listed = [(name, number, other) for name, found in ((ABOVE, above), (BELOW, below)) for number, other in enumerate(found, 1)]
    return {f"{name} {number}" if number > 1 else name: other for name, number, other in listed}


def _same(parts: list[list[str]], one: int, other: int) -> bool:
    """Whether two levels tell the same images apart (``im_Parabasal/im_Parabasal``)."""
    pairs = {(names[one], names[other]) for names in parts if len(names) > max(one, other)}
    return len(pairs) == len({first for first, _ in pairs}) == len({second for _, second in pairs})


def _may_be_classes(names: Counter[str]) -> bool:
    """Whether names are so few, and differ so much by more than numbers, that they are rather classes than patients."""
    kinds = {without_digits(name) for name in names}
    return len(names) < MANY_NAMES and len(kinds) > max(1, len(names) / 2) and not any(map(says_nothing, names))


def _inner_end(parts: list[list[str]], level: int) -> int:
    """Where the folders below a class end that tell patients apart: views and magnifications recur in each of many folders."""
    end = _depth(parts)
    while end > level + 2 and _are_views(parts, end - 1):
        end -= 1
    return end


def _are_views(parts: list[list[str]], level: int) -> bool:
    parents: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for names in parts:
        if len(names) > level:
            parents[names[level]].add(tuple(names[:level]))
    fewer = len(parents) < len(set().union(*parents.values()))
    return fewer and sum(len(found) > 1 for found in parents.values()) >= 0.5 * len(parents)


def _case_levels(parts: list[list[str]]) -> list[int]:
    levels = [level for level in range(_depth(parts)) if _tells_apart(parts, level)]
    cases = [level for level in levels if are_cases(_names(parts, level))]
    return [level for level in cases if level + 1 not in cases or not _only_sorts(parts, level)]


def _only_sorts(parts: list[list[str]], level: int) -> bool:
    """Whether a folder's name is just how the names in it begin (``p10/p10000032``)."""
    pairs = {(folders[level], folders[level + 1]) for folders in parts if len(folders) > level + 1}
    return all(re.match(re.escape(outer) + r"[^\W_]", inner) for outer, inner in pairs)


def _tells_apart(parts: list[list[str]], level: int) -> bool:
    names = _names(parts, level)
    return names.total() >= 0.5 * len(parts) and len(names) > 1


def _recurs(parts: list[list[str]], outer: int, inner: int) -> bool:
    parents: dict[str, set[str]] = defaultdict(set)
    for names in parts:
        if len(names) > inner:
            parents[names[inner]].add(names[outer])
    numbered = all(re.search(r"\d", name) for name in parents)
    # Patients may be numbered anew in each class folder: numbers that recur are still no classes.
    return not numbered and sum(len(found) > 1 for found in parents.values()) >= 0.5 * len(parents)


def _repeats(parts: list[list[str]], outer: int, inner: int) -> bool:
    """Whether each inner folder repeats a word that its outer folder has for itself."""
    pairs = {(names[outer], names[inner]) for names in parts if len(names) > inner}
    words = {name: set(words_of(name)) for name, _ in pairs}
    shared = set.intersection(*words.values()) if words else set()
    repeated = all((words[above] - shared) & set(words_of(below)) for above, below in pairs)
    return repeated and not _same(parts, outer, inner)
