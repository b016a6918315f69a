"""A bundle's detector on another hospital's boxed folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.imaging.boxes import listed
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.linking import link_images
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.protocol.judged import Outside
from jupyter_clinagent.tasks.detection.boxed import boxed_images
from jupyter_clinagent.tasks.detection.found import FoundBoxes
from jupyter_clinagent.tasks.detection.inference import OnnxDetector
from jupyter_clinagent.tasks.detection.targets import known_boxes


def score(model: OnnxDetector, data: Path, specification: Specification) -> Outside:
    """What the detector finds in every image whose boxes are known, and a line for each image that is left out.

    Raises
    ------
    BadInput
        The folder has no boxes of these classes, or no image of it can be read.
    """
    inventory = take_inventory(data)
    known = boxed_images(inventory, classes=specification.classes)
    linked = link_images(inventory, known.rows, None, to_split=False)
    rows, mended, lost = known_boxes(known, linked)
    unboxed = {str(file): "it shows a finding without a box" for file in rows.index[~rows["boxed"]]}
    left_out = linked.readings.broken | lost | unboxed
    judged = rows[rows["boxed"]]
    images = [str(file) for file in judged.index]
    found = [model.predict_one(read_image(data / image)) for image in images]
    truth = listed(mended.boxes, images, model.classes)
    lines = [f"{file}: {why}" for file, why in left_out.items()]
    return Outside(FoundBoxes(images, judged["group"].to_numpy(), truth, found), lines)


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """The highest score of a class in each image, 0 where none was found; boxes don't say who is ill."""
    scores = predictions["score"].where(predictions["class"] == name, 0.0).fillna(0.0)
    return scores.groupby(predictions["image"]).max(), None
