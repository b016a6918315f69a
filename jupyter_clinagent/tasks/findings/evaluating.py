"""A bundle's model of several findings on another hospital's table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_clinagent.errors import BadInput, UnreadableImage
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.groups import group_images
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.findings.columns import find_findings
from jupyter_clinagent.tasks.findings.found import UNCERTAIN
from jupyter_clinagent.tasks.findings.inference import OnnxFindings
from jupyter_clinagent.tasks.findings.scored import FindingScores


def score(model: OnnxFindings, data: Path, classes: dict[str, list[str]]) -> tuple[FindingScores, list[str]]:
    """Probabilities of every image of which something is known, and a line for each that can't be read.

    Raises
    ------
    BadInput
        None of the findings stands in their table, or no image can be read.
    """
    inventory = take_inventory(data)
    found = find_findings(inventory)
    there = {str(name).casefold(): str(name) for name in found.codes.columns} if found else {}
    columns = {
        name: next((there[v.casefold()] for v in values if v.casefold() in there), None) for name, values in classes.items()
    }
    if found is None or not any(columns.values()):
        known = ", ".join(there.values()) or "no table with several findings"
        raise BadInput(f"None of {', '.join(classes)} stands in {data}; there is: {known}. See --map THEIRS=OURS.")
    empty = pd.Series(np.nan, index=found.codes.index)
    codes = pd.DataFrame({name: found.codes[column] if column else empty for name, column in columns.items()})
    codes = codes.mask(codes == UNCERTAIN)
    codes = codes[codes.notna().any(axis=1)]
    groups = group_images(inventory, found.rows.loc[codes.index], None).ids
    kept, scores, refused = [], [], []
    for file in codes.index:
        try:
            scores.append(model.predict_one(read_image(data / str(file))))
            kept.append(file)
        except UnreadableImage as error:
            refused.append(f"{file}: {error.reason}")
    if not kept:
        raise BadInput(f"None of the {len(codes)} images in {data} can be read.")
    truth, names = codes.loc[kept].to_numpy(dtype=float), [str(file) for file in kept]
    return FindingScores(names, groups.loc[kept].to_numpy(), truth, np.array(scores), model.thresholds), refused


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's score for a finding, and the share that shows it, of those of which it is known."""
    return predictions[f"score_{name}"], float(predictions[f"label_{name}"].mean())
