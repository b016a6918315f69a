"""The cohort: images with class, group and partition; the test part sealed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from jupyter_clinagent.errors import Sealed
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.folder import DataFolder
from jupyter_clinagent.study.partition import PARTITIONS
from jupyter_clinagent.study.readings import Readings
from jupyter_clinagent.study.seal import seal_rows


@dataclass(frozen=True)
class Looks:
    """What the audit needs beside the table: readings, duplicate pairs, and the published split's crossing."""

    readings: Readings
    near: np.ndarray
    exact: list[list[str]]
    files: list[str]
    crossing_groups: int
    crossing_images: int


class Cohort:
    """Images with their class, group and partition; the test part sealed.

    Attributes
    ----------
    table
        One row per image: ``image`` (path in the data folder; an opaque id for test images), ``label`` (class; missing
        for test images), ``group``, ``partition``.
    classes
        Class names in the order of the model's outputs.
    label
        The column that the classes come from.
    left_out
        Why each image that is not in the table was left out, by file.
    metadata
        Other columns of the data for training and validation images, indexed by ``image``.
    """

    def __init__(
        self,
        folder: DataFolder,
        rows: pd.DataFrame,
        facts: CohortFacts,
        looks: Looks,
        left_out: dict[str, str],
        label: str,
        seed: int,
    ) -> None:
        self._folder = folder
        self._classes = list(facts.classes)
        self.facts = facts
        self.looks = looks
        self.left_out = left_out
        self.label = label
        self.hash = _partition_hash(rows, seed)
        self._table, self.seal, self._paths = seal_rows(rows, self.hash)
        ordered = rows["partition"].map(PARTITIONS.index)
        self.metadata = rows[ordered < 2].drop(columns=["class", "group", "partition"]).rename_axis("image")

    def __repr__(self) -> str:
        sizes = self._table["partition"].value_counts()
        return f"<Cohort: {', '.join(f'{sizes.get(p, 0)} {p}' for p in PARTITIONS)}; classes {', '.join(self._classes)}>"

    @property
    def table(self) -> pd.DataFrame:
        """A copy; changing it changes nothing."""
        return self._table.copy()

    @property
    def classes(self) -> list[str]:
        """Class names, in the order of the model's outputs."""
        return list(self._classes)

    def read(self, image: str) -> np.ndarray:
        """Pixels of an image by its id in ``table``: uint8, shape (H, W, 3), RGB."""
        if image not in self._paths:
            raise Sealed(f"There is no image {image!r} in the cohort's table; test images are reached by their sealed ids only.")
        return read_image(self._folder.path(self._paths[image]))

    def class_weights(self, power: float = 1.0) -> list[float]:
        """Weights for the loss, in class order: inverse training frequency to a power, with a mean of 1 over the images.

        ``power=0.5`` is the usual compromise where one class is some fifty times rarer than another.
        """
        train = self._table[self._table["partition"] == "train"]
        counts = train["label"].value_counts().reindex(self._classes).to_numpy(dtype=float)
        raw = (counts.sum() / counts) ** power
        return [float(weight) for weight in raw * counts.sum() / (raw * counts).sum()]

    def partition_of_files(self) -> dict[str, str]:
        """Partition by file, for checks that need no label."""
        return {self._paths[image]: part for image, part in zip(self._table["image"], self._table["partition"], strict=True)}

    def shown(self) -> pd.DataFrame:
        """Rows of training and validation, which everybody may look at."""
        return self._table[self._table["partition"] != "test"].copy()


def _partition_hash(rows: pd.DataFrame, seed: int) -> str:
    lines = [
        f"{f}\t{r['class']}\t{r['group']}\t{r['partition']}"
        for f, r in rows[["class", "group", "partition"]].to_dict("index").items()
    ]
    return hashlib.sha256(json.dumps([seed, sorted(lines)]).encode()).hexdigest()
