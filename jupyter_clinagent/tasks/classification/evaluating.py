"""A bundle's classifier on another hospital's labelled folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.imaging.onnx_classifier import OnnxClassifier
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.protocol.elsewhere import label_rows, score_rows
from jupyter_clinagent.study.protocol.judged import Outside
from jupyter_clinagent.tasks.classification.predictions import Predictions


def score(model: OnnxClassifier, data: Path, specification: Specification) -> Outside:
    """Probabilities of every labelled image, and a line for each that can't be read."""
    inventory = take_inventory(data)
    found = score_rows(model, inventory, label_rows(inventory, specification.classes), specification.level)
    judged = Predictions(found.images, found.groups, found.truth, found.scores, model.decision_weights)
    return Outside(found.together(judged), found.refused, found.said)


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's score for a class, and the share that has it."""
    return predictions[f"score_{name}"], float((predictions["label"] == name).mean())
