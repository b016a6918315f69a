"""What the names of folders say: partitions, masks, numbered cases, answers."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from jupyter_clinagent.lang.grammar import words_in

SPLIT_WORDS = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "validate": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
MASK_FOLDERS = frozenset(["mask", "masks", "segmentation", "segmentations", "groundtruth_masks"])
_IDLE = frozenset(
    ["set", "sets", "data", "dataset", "split", "part", "image", "images", "img", "imgs", "picture", "pictures", "files", "new",
     "annotation", "annotations"]
)  # fmt: skip
"""Words beside that of a partition (“Training Set”) that say nothing else."""
ANSWERS = frozenset(words_in("answers_in_data.of_folders"))
_CASE = re.compile(
    r"(patient(en)?|pat|pt|subject|subj|sub|case|fall|person|proband|study|studie|series|serie|visit|exam|session|ses)[-_ ]?\d+",
    re.I,
)
MANY, MOST_CLASSES, FEW_EACH, LONG = 10, 50, 10, 3
"""More numbered folders than this are cases if their numbers are long, if they hold few images, or are too many for classes."""


@lru_cache(maxsize=10_000)
def split_word(folder: str) -> str | None:
    """The partition that a folder's name says, and nothing else.

    Examples
    --------
    >>> split_word("a. Training Set"), split_word("Training400"), split_word("TestImages"), split_word("test_positive")
    ('train', 'train', 'test', None)
    """
    said = {SPLIT_WORDS.get(word, word) for word in words_of(folder) if word not in _IDLE and len(word) > 1}
    return said.pop() if len(said) == 1 and said <= set(SPLIT_WORDS.values()) else None


def answer(folder: str) -> str | None:
    """The answer in a numbered folder's name; None without a number, and without one answer.

    Examples
    --------
    >>> answer("study1_positive"), answer("study2_negative"), answer("positive"), answer("study1")
    ('positive', 'negative', None, None)
    """
    found = [word for word in words_of(folder) if word in ANSWERS]
    return found[0] if len(found) == 1 and re.search(r"\d", folder) else None


def says_case(folder: str) -> bool:
    """Whether a folder is named like a numbered patient or examination (``patient00012``)."""
    return bool(_CASE.match(folder))


def are_cases(images: Counter[str]) -> bool:
    """Whether folders (with their numbers of images) hold one patient, examination or image each: they are many and numbered.

    Classes are few and hold several images each.
    """
    names, total = list(images), sum(images.values())
    if len(names) > 1 and all(map(says_case, names)):
        return True
    if len(names) <= MANY:
        return False
    if len(names) > total / 2:
        return True
    numbered = [name for name in names if re.search(r"\d", name)]
    long = [name for name in numbered if re.search(rf"\d{{{LONG},}}", name)]
    few = total <= FEW_EACH * len(names) or len(names) > MOST_CLASSES
    return _nearly_all(long, names) or (few and _nearly_all(numbered, names))


def _nearly_all(some: list[str], names: list[str]) -> bool:
    return len(some) >= 0.9 * len(names)


def says_nothing(folder: str) -> bool:
    """Whether a folder is named like any that holds files (“images”, “new data”), or by nothing but a number."""
    return set(words_of(folder)) <= _IDLE


def words_of(name: str) -> list[str]:
    """Its words in small letters."""
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", name)
    return re.findall(r"[^\W\d_]+", apart.lower())
