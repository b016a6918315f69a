"""A bundle's outliner on another hospital's outlined folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.imaging.spacing import Spacing
from jupyter_clinagent.study.cohort.linking import link_images
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.spacing import read_spacings
from jupyter_clinagent.study.protocol.judged import Outside
from jupyter_clinagent.tasks.segmentation.inference import INSIDE, OnnxOutliner
from jupyter_clinagent.tasks.segmentation.metrics import Measured, measure
from jupyter_clinagent.tasks.segmentation.outlined import Outlined
from jupyter_clinagent.tasks.segmentation.outlines import find_outlines
from jupyter_clinagent.tasks.segmentation.reading import read_outline
from jupyter_clinagent.tasks.segmentation.truth import checked, outlined_images


def score(model: OnnxOutliner, data: Path, specification: Specification) -> Outside:
    """What is outlined in every image whose truth is known, and a line for each image that is left out."""
    inventory, classes = take_inventory(data), specification.classes
    found = find_outlines(inventory)
    there = set(found.structures) if found else set()
    wanted = {name: [value for value in values if value in there] for name, values in classes.items()}
    images = outlined_images(inventory, wanted if all(wanted.values()) else classes)
    linked = link_images(images.inventory, images.rows, None, to_split=False)
    known = checked(linked, inventory.folder)
    spacings = read_spacings(inventory.folder, known.rows)
    measured, scores = [], []
    for file in known.rows.index:
        truth, spacing = known.rows.at[file, "truth"], spacings.by_file.get(str(file))
        one, surest = _judged(model, read_image(data / str(file)), truth, data, spacing)
        measured.append(one)
        scores.append(surest)
    left_out = images.left_out | linked.readings.broken | known.lost
    names, groups = [str(file) for file in known.rows.index], known.rows["group"].to_numpy()
    lines = [f"{file}: {why}" for file, why in left_out.items()]
    said = [*images.found.said, spacings.said] if spacings.at_detector else images.found.said
    return Outside(Outlined(names, groups, measured, np.array(scores)), lines, said)


def _judged(
    model: OnnxOutliner, pixels: np.ndarray, truth: dict[str, list[dict[str, object]]], root: Path, spacing: Spacing | None
) -> tuple[list[Measured], list[float]]:
    found, size = model.predict_one(pixels), (pixels.shape[0], pixels.shape[1])
    pairs = zip(model.classes, found, strict=True)
    measured = [measure(read_outline(truth[name], root, size), one >= INSIDE, spacing) for name, one in pairs]
    return measured, [float(one.max()) for one in found]


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's highest probability for a structure, and the share that shows it."""
    own = predictions[predictions["structure"] == name]
    return own["score"], float((own["true_area"] > 0).mean())
