"""A bundle's model of several findings on another hospital's table."""

from __future__ import annotations

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
from jupyter_clinagent.tasks.findings.truth import POLICIES, gathered, one_sided_in, read_as, say_policies, with_others_only


def score(model: OnnxFindings, data: Path, specification: Specification) -> Outside:
    """Probabilities of every image of which something is known; uncertain entries count as they did in the study.

    Raises
    ------
    BadInput
        None of the findings stands in their table, or no image can be read.
    """
    inventory = take_inventory(data)
    rows, codes = _named(inventory, specification)
    policies = {name: getattr(specification, name) for name in POLICIES}
    read = read_as(codes, policies)
    known = read[read.notna().any(axis=1)].reindex(columns=list(specification.classes))
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
    as_in_study = [f"As in the study: {line}" for line in say_policies(codes, policies)]
    return Outside(judged, refused, [*as_in_study, *_say_missing(known.loc[kept])])


def _say_missing(truth: pd.DataFrame) -> list[str]:
    """Findings that can't be judged there, and of which only one rate can."""
    silent = [str(name) for name in truth if truth[name].isna().all()]
    never, always = one_sided_in(truth.drop(columns=silent))
    kinds = (
        (silent, "Their table says nothing of {}: not judged here."),
        (never, "No image here shows {}: only its specificity can be judged."),
        (always, "Every image here shows {}: only its sensitivity can be judged."),
    )
    return [sentence.format(", ".join(names)) for names, sentence in kinds if names]


def _named(inventory: Inventory, specification: Specification) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of their table, and the codes of those of our findings that it has."""
    found, classes = find_findings(inventory, least=1), specification.classes
    codes = gathered(found.codes, classes) if found else pd.DataFrame()
    if found is None or not len(codes.columns):
        known = ", ".join(map(str, found.codes.columns)) if found else "no table with findings"
        raise BadInput(
            f"None of {', '.join(classes)} stands in {inventory.folder.root}; there is: {known}. See --map THEIRS=OURS."
        )
    if getattr(specification, "others", None):
        codes = codes.drop(index=with_others_only(found.codes, classes))
    return found.rows, codes


def internal(predictions: pd.DataFrame, name: str) -> tuple[pd.Series, float | None]:
    """Each image's score for a finding, and the share that shows it, of those of which it is known."""
    known = predictions[f"label_{name}"].dropna()
    return predictions[f"score_{name}"], float(known.mean()) if len(known) else None
