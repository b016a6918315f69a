"""A bundle's model that grades on another hospital's graded folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.study.data.inventory import Inventory, take_inventory
from jupyter_clinagent.study.protocol.elsewhere import label_rows, score_rows
from jupyter_clinagent.study.protocol.judged import Outside
from jupyter_clinagent.tasks.grading.graded import Grades
from jupyter_clinagent.tasks.grading.inference import OnnxGrader
from jupyter_clinagent.tasks.grading.scale import LEAST


def score(model: OnnxGrader, data: Path, specification: Specification) -> Outside:
    """Probabilities of every graded image, and a line for each that can't be read."""
    inventory = take_inventory(data)
    column = graded_column(inventory, specification)
    found = score_rows(model, inventory, label_rows(inventory, specification.classes, column), specification.level)
    said = [f"Their grades are read from “{column}”."] if column else []
    judged = Grades(found.images, found.groups, found.truth, found.scores)
    return Outside(found.together(judged), found.refused, [*said, *found.said])


def graded_column(inventory: Inventory, specification: Specification) -> str | None:
    """The study's own column where they have it, else the only one that holds enough of its grades; None: whatever labels."""
    columns = {column.name: set(map(str.casefold, column.values)) for table in inventory.image_tables for column in table.columns}
    if specification.label_column in columns:
        return specification.label_column
    ours = {value.casefold() for values in specification.classes.values() for value in values}
    fitting = [name for name, values in columns.items() if len(values & ours) >= LEAST]
    return fitting[0] if len(fitting) == 1 else None


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's score for a grade, and the share that has it."""
    return predictions[f"score_{name}"], float((predictions["label"] == name).mean())
