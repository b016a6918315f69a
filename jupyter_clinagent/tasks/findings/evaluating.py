"""A bundle's model of several findings on another hospital's table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.errors import BadInput, UnreadableImage
from jupyter_clinagent.imaging.reading import read_image
from jupyter_clinagent.study.cohort.seal import CASE
from jupyter_clinagent.study.data.inventory import Inventory, take_inventory
from jupyter_clinagent.study.protocol.elsewhere import cases_there
from jupyter_clinagent.study.protocol.judged import Outside, cases_of
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
    level, gathered = specification.level, cases_there(inventory, rows.loc[known.index], specification.level, known)
    kept, scores, refused = [], [], [f"{file}: {why}" for file, why in gathered.left_out.items()]
    for file in gathered.rows.index:
        try:
            scores.append(model.predict_one(read_image(data / str(file))))
            kept.append(file)
        except UnreadableImage as error:
            refused.append(f"{file}: {error.reason}")
    if not kept:
        raise BadInput(f"None of the {len(known)} images in {data} can be read.")
    truth, names = known.loc[kept].to_numpy(dtype=float), [str(file) for file in kept]
    judged = FindingScores(names, gathered.rows.loc[kept, "group"].to_numpy(), truth, np.array(scores), model.thresholds)
    if not level.by_image:
        judged = judged.of_cases(cases_of(list(gathered.rows.loc[kept, CASE]), level, []))
    as_in_study = [f"As in the study: {line}" for line in say_policies(codes, policies)]
    missing = _say_missing(pd.DataFrame(judged.truth, columns=known.columns), level.name)
    return Outside(judged, refused, [*as_in_study, *gathered.said, *missing])


def _say_missing(truth: pd.DataFrame, judged: str) -> list[str]:
    """Findings that can't be judged there, and of which only one rate can."""
    silent = [str(name) for name in truth if truth[name].isna().all()]
    never, always = one_sided_in(truth.drop(columns=silent))
    kinds = (
        (silent, f"Their table says nothing of {', '.join(silent)}: not judged here."),
        (never, f"No {judged} here shows {', '.join(never)}: only its specificity can be judged."),
        (always, f"Every {judged} here shows {', '.join(always)}: only its sensitivity can be judged."),
    )
    return [sentence for names, sentence in kinds if names]


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
