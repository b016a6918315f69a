"""Zones on another hospital's images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clinagent_zone.specification import COLUMN
from clinagent_zone.tips import find_tips
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.protocol.elsewhere import score_rows
from jupyter_clinagent.study.protocol.judged import Outside
from jupyter_clinagent.tasks.classification.evaluating import internal
from jupyter_clinagent.tasks.classification.predictions import Predictions

__all__ = ["internal", "score"]


def score(model: Any, data: Path, specification: Specification) -> Outside:
    """What the model says of each image whose tip is known."""
    inventory = take_inventory(data)
    rows = find_tips(inventory)
    if rows is None:
        raise BadInput(f"No table in {data} has a column “{COLUMN}”.")
    found = score_rows(model, inventory, rows)
    judged = Predictions(found.images, found.groups, found.truth, found.scores, model.decision_weights)
    return Outside(judged, found.refused)
