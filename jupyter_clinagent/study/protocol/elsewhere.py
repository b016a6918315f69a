"""A bundle's classifier on another hospital's labelled folder, whichever task has one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import OUTSIDE
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, UnreadableImage
from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.groups import group_images
from jupyter_clinagent.study.cohort.labels import label_images
from jupyter_clinagent.study.data.inventory import Inventory

BATCH = 64


class Scored(NamedTuple):
    """What can be read of another hospital's images, and a line for each that can't.

    Attributes
    ----------
    images, groups
        Ids, length N.
    truth
        int64 (N,): class indices.
    scores
        float (N, classes).
    """

    images: list[str]
    groups: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    refused: list[str]


def score_rows(model: OnnxClassifier, inventory: Inventory, rows: pd.DataFrame) -> Scored:
    """Probabilities of images whose ``class`` is known, wherever a task has it from."""
    data = inventory.folder.root
    groups = group_images(inventory, rows, None).ids
    kept, scores, refused = [], [], []
    for start in range(0, len(rows), BATCH):
        pixels = []
        for name in rows.index[start : start + BATCH]:
            try:
                pixels.append(read_image(data / str(name)))
                kept.append(name)
            except UnreadableImage as error:
                refused.append(f"{name}: {error.reason}")
        if pixels:
            scores.append(model.predict(pixels))
    if not kept:
        raise BadInput(f"None of the {len(rows)} labelled images in {data} can be read.")
    truth = rows.loc[kept, "class"].map(model.classes.index).to_numpy(np.int64)
    return Scored([str(k) for k in kept], groups.loc[kept].to_numpy(), truth, np.concatenate(scores), refused)


def label_rows(inventory: Inventory, classes: dict[str, list[str]], column: str | None = None) -> pd.DataFrame:
    """Their images in our classes. A class that they don't have is no error, unless a label of theirs may stand for it.

    Parameters
    ----------
    column
        That of their labels; None: the likeliest.
    """
    try:
        found = label_images(inventory, column, classes, every_class=False)
    except LabelsDoNotMatch as error:
        raise LabelsDoNotMatch(f"{error} The model's classes are {', '.join(classes)}; see --map THEIRS=OURS.") from error
    absent = sorted(set(classes) - set(found.rows["class"]))
    foreign = sum(reason == OUTSIDE for reason in found.left_out.values())
    if absent and foreign:
        raise BadInput(
            f"No image has the class {', '.join(absent)} in {found.column}, but {foreign} images have a label that is none of "
            f"the model's classes; say which is which with --map THEIRS={absent[0]}."
        )
    return found.rows
