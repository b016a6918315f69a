"""Image-level labels beside boxes: which images show a finding although nobody has boxed it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.label_values import not_known
from jupyter_clinagent.lang.grammar import words_in
from jupyter_clinagent.study.data.roles import is_categorical, is_named_like_label

_NEGATIVE = frozenset(["0", "0.0", *words_in("answers_in_data.no", "answers_in_data.absent", "answers_in_data.healthy")])
LEAST_AGREEMENT = 0.9
"""So many of the boxed images must be positive by a column that is to be believed about the others."""
WEAK_FROM = 0.05
"""Supervision is weak if more than this share of the images with a finding has no box; fewer are just not trained on."""
_SURE, _LEAST_GAIN = 0.98, 0.2
_LEAST_BOXED = 3


@dataclass(frozen=True)
class ImageLevel:
    """What a column says of each image: True, False, or None where its cell is empty or means “not known”."""

    column: str
    positive: pd.Series


def supervision(unboxed: int, finding: int) -> Literal["full", "weak"]:
    """What a detector has to learn from, given how many of the images with a finding have no box."""
    return "weak" if unboxed > WEAK_FROM * finding else "full"


def image_level_labels(
    rows: pd.DataFrame, boxed: Collection[str], classes: Collection[str], label: str | None = None
) -> ImageLevel | None:
    """Find the column that says which images show one of the boxed classes.

    Parameters
    ----------
    rows
        One row for each image, indexed by file.
    boxed
        Images with boxes.
    classes
        Classes of the boxes.
    label
        The column asked for; None looks for one whose name and contents fit: nearly all boxed images are positive by it.

    Raises
    ------
    BadInput
        The column asked for isn't there, or tells no positive from negative images.
    """
    if label is not None:
        return _asked(rows, classes, label)
    inside = rows.index.isin(list(boxed))
    if inside.sum() < _LEAST_BOXED:
        return None
    known = {str(name): positive for name in rows.columns if (positive := _positive(rows[name], classes)) is not None}
    ranked = sorted(known, key=lambda name: (-_named(name, classes), -_agreement(known[name], inside)))
    fitting = [name for name in ranked if _fits(name, known[name], inside, classes)]
    return ImageLevel(fitting[0], known[fitting[0]]) if fitting else None


def _asked(rows: pd.DataFrame, classes: Collection[str], label: str) -> ImageLevel:
    if label not in rows.columns:
        raise BadInput(f"There is no column {label!r}; there are: {', '.join(map(str, rows.columns)) or 'no tables'}.")
    positive = _positive(rows[label], classes)
    if positive is None:
        raise BadInput(f"Column {label!r} doesn't tell images with a finding from images without: name another one.")
    return ImageLevel(label, positive)


def _positive(cells: pd.Series, classes: Collection[str]) -> pd.Series | None:
    """Truth by cell; None for a column that doesn't tell positive from negative (or from empty) images."""
    given = cells.dropna().astype(str)
    given = given[~given.isin(not_known(given.unique()))]
    names = {_plain(name) for name in classes}
    values = {value: {_plain(part) for part in value.split("|")} for value in given.unique()}
    if not values or not (is_categorical(cells) or given.nunique() == 1):
        return None
    negative = _NEGATIVE | {f"no{name}" for name in names}
    # Where the column names the boxed classes, its other diagnoses are as good as normal.
    names = names & set().union(*values.values())
    truth = {value: bool(parts & names) if names else not parts <= negative for value, parts in values.items()}
    truth |= dict.fromkeys((value for value in values if not names and _denies(value, values)), False)
    told = set(truth.values()) | ({False} if len(given) < len(cells) else set())
    return cells.map(lambda cell: truth.get(str(cell)) if isinstance(cell, str) else None) if len(told) == 2 else None


def _denies(value: str, values: Collection[str]) -> bool:
    """Whether a value says that there is none of what another value says (“No Lung Opacity / Not Normal”)."""
    return any(
        _plain(value).startswith(f"{no}{_plain(other)}")
        for other in values
        if other != value
        for no in words_in("answers_in_data.denies")
    )


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum() or character == ".")


def _named(name: str, classes: Collection[str]) -> bool:
    return is_named_like_label(name) or any(_plain(part) and _plain(part) in _plain(name) for part in classes)


def _agreement(positive: pd.Series, inside: pd.Series) -> float:
    return float((positive[inside] == True).mean())  # noqa: E712


def _fits(name: str, positive: pd.Series, inside: pd.Series, classes: Collection[str]) -> bool:
    """A column named like a label has to agree with the boxes; any other also has to be told apart from chance."""
    agreement = _agreement(positive, inside)
    if _named(name, classes):
        return agreement >= LEAST_AGREEMENT
    told = (positive == False).any()  # noqa: E712
    return bool(told) and agreement >= _SURE and agreement - _agreement(positive, ~inside) >= _LEAST_GAIN
