"""The cohort: images with class, group and partition; the test part sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jupyter_clinagent.errors import Sealed
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.imaging.spacing import Spacing
from jupyter_clinagent.study.cohort.confounders import confounder_values
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.cohort.scenes import Scenes
from jupyter_clinagent.study.cohort.seal import CASE, TRUTH_COLUMNS, seal_rows
from jupyter_clinagent.study.data.boxes.found import COLUMNS
from jupyter_clinagent.study.data.folder import DataFolder
from jupyter_clinagent.study.data.masks import find_masks, read_mask
from jupyter_clinagent.study.data.readings import Readings

MASKS_AGREE = 0.95
"""Masks outline a confounder if so many of the images that have one show it."""
OWN_COLUMNS = ("class", "group", "partition", *TRUTH_COLUMNS)
"""Columns of a cohort's rows that are the study's own, not metadata."""


@dataclass(frozen=True, repr=False)
class Looks:
    """What the audit needs beside the table: readings, pairs of duplicates and of scenes, the published split's crossing."""

    readings: Readings
    near: np.ndarray
    exact: list[list[str]]
    files: list[str]
    crossing_groups: int
    crossing_images: int
    scenes: Scenes


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
    boxes_touched
        Boxes of training and validation that were repaired or refused: ``image, class, done, reason``.

    annotations
        Files in the data folder, beside images and tables, that the truth was read from.

    Where the truth lies inside the images ``classes`` are those of the findings there, ``label`` in the table says whether
    there is one, and its column ``boxed`` whether all are boxed (missing for test images). A task may keep more of the truth
    in a column ``truth``; see :meth:`truth`.
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
        boxes: pd.DataFrame | None = None,
        boxes_touched: pd.DataFrame | None = None,
        spacings: Mapping[str, Spacing] | None = None,
        annotations: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self._outlined: dict[str, bool] = {}
        self._spacings = spacings or {}
        self.annotations = list(annotations)
        self._masked = {masks.name: masks.files for masks in find_masks(folder)}
        self._classes = list(facts.classes)
        self.facts = facts
        self.looks = looks
        self.left_out = left_out
        self.label = label
        boxes = pd.DataFrame(columns=COLUMNS) if boxes is None else boxes
        self.hash = _partition_hash(rows, boxes, seed)
        self._table, self._boxes, self.seal, self._paths = seal_rows(rows, boxes, self.hash)
        seen = rows["partition"] != "test"
        self.metadata = rows[seen].drop(columns=[*OWN_COLUMNS], errors="ignore").rename_axis("image")
        touched = pd.DataFrame(columns=["image", "class", "done", "reason"]) if boxes_touched is None else boxes_touched
        self.boxes_touched = touched[~touched["image"].isin(rows.index[~seen])].reset_index(drop=True)

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

    @property
    def boxes(self) -> pd.DataFrame:
        """Boxes of training and validation, ``image, class, x_min, y_min, x_max, y_max`` in pixels; empty without any."""
        return self._boxes.copy()

    def read(self, image: str) -> np.ndarray:
        """Pixels of an image by its id in ``table``: uint8, shape (H, W, 3), RGB."""
        if image not in self._paths:
            raise Sealed(f"There is no image {image!r} in the cohort's table; test images are reached by their sealed ids only.")
        return read_image(self._folder.path(self._paths[image]))

    def spacing(self, image: str) -> Spacing | None:
        """Millimetres from row to row and column to column of an image by its id in ``table``; None: the study is in pixels."""
        return self._spacings.get(self._paths[image])

    def truth(self, images: Sequence[str]) -> list[Any]:
        """What the task's ``targets.py`` noted as the truth of these images; of test images only after the opening."""
        known = self._table.set_index("image")["truth"]
        if self.seal.opened:
            known = pd.concat([known[known.notna()], self.seal.contents()["truth"]])
        if known.reindex(images).isna().any():
            raise Sealed("The truth of test images is sealed until study.unseal(reason) opens it.")
        return list(known.loc[list(images)])

    def file(self, image: str) -> Path:
        """Where an image's file is, by its id in ``table``; of test images only after the opening."""
        if image not in self.metadata.index and not self.seal.opened:
            raise Sealed("The files of test images are sealed until study.unseal(reason) opens them.")
        return self._folder.path(self._paths[image])

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return self._folder

    def confounder(self, name: str) -> pd.Series:
        """Whether each image shows a confounder (True, False, None), by image id; of test images only after the opening.

        ``name`` is a column, or a folder of masks.
        """
        rows = pd.concat([self.metadata, self.seal.contents()]) if self.seal.opened else self.metadata
        return confounder_values(rows, name, self._masked, rows.index.to_series().map(self._paths))

    def mask(self, image: str, confounder: str) -> np.ndarray | None:
        """Where the confounder is in an image: bool (H, W); None without a mask that fits. Of test images after the opening."""
        file = self._paths[image]
        if image not in self.metadata.index and not self.seal.opened:
            raise Sealed("Masks of test images are sealed until study.unseal(reason) opens them.")
        mask = self._masks_of(confounder).get(file)
        return None if mask is None else read_mask(self._folder.path(mask), self.read(image).shape[:2])

    def _masks_of(self, confounder: str) -> dict[str, str]:
        """Of the folder named like the confounder, or of the only one if the images that it outlines show the confounder."""
        if confounder in self._masked or len(self._masked) != 1:
            return self._masked.get(confounder, {})
        files = next(iter(self._masked.values()))
        if confounder not in self._outlined:
            shown = self.confounder(confounder)
            outlined = shown[[self._paths[image] in files for image in shown.index]].dropna()
            self._outlined[confounder] = len(outlined) > 0 and float(outlined.astype(bool).mean()) >= MASKS_AGREE
        return files if self._outlined[confounder] else {}

    def class_weights(self, power: float = 1.0) -> list[float]:
        """Weights for the loss, in class order: inverse training frequency to a power, with a mean of 1 over the images.

        ``power=0.5`` is the usual compromise where one class is some fifty times rarer than another.
        """
        train = self._table[self._table["partition"] == "train"]
        counts = train["label"].value_counts().reindex(self._classes).to_numpy(dtype=float)
        raw = (counts.sum() / counts) ** power
        return [float(weight) for weight in raw * counts.sum() / (raw * counts).sum()]

    def partition_of_files(self) -> dict[str, str]:
        """Partition by file; of test images only after the opening: the folder of a file may be its label."""
        rows = self._table if self.seal.opened else self.shown()
        return {self._paths[image]: part for image, part in zip(rows["image"], rows["partition"], strict=True)}

    def parted(self, alike: Iterable[Sequence[str]]) -> int:
        """How many of these sets of files lie in more than one partition."""
        part = {self._paths[image]: name for image, name in zip(self._table["image"], self._table["partition"], strict=True)}
        return sum(len({part[file] for file in files if file in part}) > 1 for files in alike)

    def shown(self) -> pd.DataFrame:
        """Rows of training and validation, which everybody may look at."""
        return self._table[self._table["partition"] != "test"].copy()


def _partition_hash(rows: pd.DataFrame, boxes: pd.DataFrame, seed: int) -> str:
    lines = [
        f"{f}\t{r['class']}\t{r['group']}\t{r['partition']}"
        for f, r in rows[["class", "group", "partition"]].to_dict("index").items()
    ]
    lines += ["\t".join(map(str, box)) for box in boxes.itertuples(index=False)]
    lines += [f"{file}\t{json.dumps(truth, sort_keys=True)}" for file, truth in rows["truth"].items()] if "truth" in rows else []
    lines += [f"{file}\tof {case}" for file, case in rows[CASE].items()] if CASE in rows else []
    lines += [f"{file}\tunboxed" for file in rows.index[~rows["boxed"].astype(bool)]] if "boxed" in rows else []
    return hashlib.sha256(json.dumps([seed, sorted(lines)]).encode()).hexdigest()
