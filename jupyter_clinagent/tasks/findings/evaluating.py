"""A bundle's model of several findings on another hospital's table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.errors import BadInput, UnreadableImage
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.groups import group_images
from jupyter_clinagent.study.data.inventory import Inventory, take_inventory
from jupyter_clinagent.study.protocol.judged import Outside
from jupyter_clinagent.tasks.findings.columns import find_findings
from jupyter_clinagent.tasks.findings.inference import OnnxFindings
from jupyter_clinagent.tasks.findings.scored import FindingScores
from jupyter_clinagent.tasks.findings.truth import POLICIES, read_as, say_policies


def score(model: OnnxFindings, data: Path, specification: Specification) -> Outside:
    """Probabilities of every image of which something is known; uncertain entries count as they did in the study.

    Raises
    ------
    BadInput
        None of the findings stands in their table, or no image can be read.
    """
    inventory = take_inventory(data)
    rows, codes = _named(inventory, specification.classes)
    policies = {name: getattr(specification, name) for name in POLICIES}
    known = read_as(codes, policies).reindex(columns=list(specification.classes))
    known = known[known.notna().any(axis=1)]
    groups = group_images(inventory, rows.loc[known.index], None).ids
    kept, scores, refused = [], [], []
    for file in known.index:
        try:
            scores.append(model.predict_one(read_image(data / str(file))))
            kept.append(file)
        except UnreadableImage as error:
            refused.append(f"{file}: {error.reason}")
    if not kept:
        raise BadInput(f"None of the {len(known)} images in {data} can be read.")
    truth, names = known.loc[kept].to_numpy(dtype=float), [str(file) for file in kept]
    judged = FindingScores(names, groups.loc[kept].to_numpy(), truth, np.array(scores), model.thresholds)
    return Outside(judged, refused, [f"As in the study: {line}" for line in say_policies(codes, policies)])


def _named(inventory: Inventory, classes: Mapping[str, list[str]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of their table, and the codes of those of our findings that it has."""
    found = find_findings(inventory)
    there = {str(name).casefold(): str(name) for name in found.codes.columns} if found else {}
    own = {name: [there[v.casefold()] for v in values if v.casefold() in there] for name, values in classes.items()}
    if found is None or not any(own.values()):
        known = ", ".join(there.values()) or "no table with several findings"
        raise BadInput(
            f"None of {', '.join(classes)} stands in {inventory.folder.root}; there is: {known}. See --map THEIRS=OURS."
        )
    return found.rows, pd.DataFrame({name: found.codes[columns[0]] for name, columns in own.items() if columns})


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's score for a finding, and the share that shows it, of those of which it is known."""
    return predictions[f"score_{name}"], float(predictions[f"label_{name}"].mean())
