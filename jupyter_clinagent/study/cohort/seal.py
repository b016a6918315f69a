"""The sealed test set: opaque ids outside, names and labels inside, given back only at an opening."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
import pandas as pd

from jupyter_clinagent.errors import Sealed

PREFIX = "sealed-"
CASE = "judged_case"
"""Column that says with which other images an image gets one answer."""
TRUTH_COLUMNS = ("boxed", "truth", CASE)
"""Columns that say more of an image than its class: whether all its findings are boxed; whatever else a task has to know;
with which other images it gets one answer."""


class Seal:
    """Keeps what must not be known of the test images before the opening.

    The seal guards against the toolkit's own users (a playbook, a language model, a hasty hand), not against somebody
    who opens the data folder beside it: that is what the record is for.
    """

    def __init__(self, rows: pd.DataFrame, boxes: pd.DataFrame) -> None:
        self.__rows = rows.copy()
        self.__boxes = boxes.copy()
        self.__open = False

    def __repr__(self) -> str:
        return f"<Seal of {len(self.__rows)} images, {'opened' if self.__open else 'closed'}>"

    def __reduce__(self) -> tuple[type, tuple[pd.DataFrame, pd.DataFrame]]:
        # Data-loading workers get a copy of the cohort; labels and boxes stay behind.
        return Seal, (self.__rows.iloc[:0], self.__boxes.iloc[:0])

    @property
    def opened(self) -> bool:
        """Whether the test set has been opened in this session."""
        return self.__open

    def open(self) -> pd.DataFrame:
        """Names, labels, groups and metadata of the test images, indexed by opaque id. Only ``study.unseal`` calls this."""
        self.__open = True
        return self.contents()

    def contents(self) -> pd.DataFrame:
        """The same, once opened.

        Raises
        ------
        Sealed
            Before the opening.
        """
        self._refuse_while_closed()
        return self.__rows.copy()

    def boxes(self) -> pd.DataFrame:
        """Boxes of the test images, once opened: ``image`` (opaque id), ``class`` and corners; empty where the truth is no box.

        Raises
        ------
        Sealed
            Before the opening.
        """
        self._refuse_while_closed()
        return self.__boxes.copy()

    def _refuse_while_closed(self) -> None:
        if not self.__open:
            raise Sealed("The test labels are sealed until study.unseal(reason) opens them.")


def opaque_names(values: pd.Series, salt: str, prefix: str) -> pd.Series:
    """Numbers in an order that says nothing about name, folder or class; the same for the same salt."""
    distinct = sorted(set(values.astype(str)))
    seed = int.from_bytes(hashlib.sha256(salt.encode()).digest()[:8], "big")
    order = np.random.default_rng(seed).permutation(len(distinct))
    width = max(4, len(str(len(distinct))))
    names = {value: f"{prefix}{number + 1:0{width}d}" for value, number in zip(distinct, order, strict=True)}
    return values.astype(str).map(names)


class Sealing(NamedTuple):
    """What everybody may see (table and boxes), the seal, and the file behind each image id."""

    table: pd.DataFrame
    boxes: pd.DataFrame
    seal: Seal
    paths: dict[str, str]


def seal_rows(rows: pd.DataFrame, boxes: pd.DataFrame, salt: str) -> Sealing:
    """Split off the test rows and their boxes.

    Parameters
    ----------
    rows
        Indexed by file, with ``class``, ``group``, ``partition``, metadata and, where the task has them, the columns
        :data:`TRUTH_COLUMNS`.
    boxes
        With the file as ``image``.

    Returns
    -------
    Sealing
        Its table has ``image``, ``label``, ``group``, ``partition`` (and :data:`TRUTH_COLUMNS`); test rows stand under opaque
        ids, in the order of these ids, and without label and truth.
    """
    test = rows["partition"] == "test"
    files = pd.Series(rows.index.astype(str), index=rows.index, dtype=object)
    image = files.where(~test, opaque_names(files, salt, PREFIX))
    group = rows["group"].where(~test, opaque_names(rows["group"], salt + "groups", f"{PREFIX}group-"))
    sealed = rows[test].assign(file=files[test]).set_index(pd.Index(image[test], name="image"))
    columns = {"image": image, "label": rows["class"].where(~test, None), "group": group, "partition": rows["partition"]}
    for name in TRUTH_COLUMNS:
        if name in rows:
            columns[name] = rows[name].astype(object).where(~test, None)
    table = pd.DataFrame(columns).reset_index(drop=True)
    shown = [table[table["partition"] == "train"], table[table["partition"] == "validation"]]
    hidden = table[table["partition"] == "test"].sort_values("image")
    paths = dict(zip(image, files, strict=True))
    inside = boxes["image"].isin(files[test])
    sealed_boxes = boxes[inside].assign(image=boxes.loc[inside, "image"].map(image)).sort_values("image", kind="stable")
    seal = Seal(sealed, sealed_boxes.reset_index(drop=True))
    return Sealing(pd.concat([*shown, hidden], ignore_index=True), boxes[~inside].reset_index(drop=True), seal, paths)
