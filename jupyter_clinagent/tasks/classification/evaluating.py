"""A bundle's classifier on another hospital's labelled folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import OUTSIDE, Specification
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch, UnreadableImage
from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.groups import group_images
from jupyter_clinagent.study.cohort.labels import label_images
from jupyter_clinagent.study.data.inventory import Inventory, take_inventory
from jupyter_clinagent.study.protocol.judged import Outside
from jupyter_clinagent.tasks.classification.predictions import Predictions

BATCH = 64


def score(model: OnnxClassifier, data: Path, specification: Specification) -> Outside:
    """Probabilities of every labelled image, and a line for each that can't be read."""
    inventory = take_inventory(data)
    return score_rows(model, inventory, _labelled(inventory, specification.classes))


def score_rows(model: OnnxClassifier, inventory: Inventory, rows: pd.DataFrame) -> Outside:
    """The same of images whose ``class`` is known, wherever a task has it from."""
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
    images, decision = [str(k) for k in kept], model.decision_weights
    return Outside(Predictions(images, groups.loc[kept].to_numpy(), truth, np.concatenate(scores), decision), refused)


def _labelled(inventory: Inventory, classes: dict[str, list[str]]) -> pd.DataFrame:
    """Their images in our classes. A class that they don't have is no error, unless a label of theirs may stand for it."""
    try:
        found = label_images(inventory, classes=classes, every_class=False)
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


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's score for a class, and the share that has it."""
    return predictions[f"score_{name}"], float((predictions["label"] == name).mean())
