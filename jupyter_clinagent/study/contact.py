"""Contact sheets: a few labelled images of each class, of training and validation only."""

from __future__ import annotations

import numpy as np

from jupyter_clinagent.imaging import figures
from jupyter_clinagent.study.cohort import Cohort
from jupyter_clinagent.study.session import Shown

A_CLASS = 6


def draw_contact_sheet(cohort: Cohort, seed: int) -> Shown:
    """One row per class, one image per group, drawn at random."""
    shown = cohort.shown().drop_duplicates("group")
    rng = np.random.default_rng(seed)
    picked = {}
    for name in cohort.classes:
        images = shown.loc[shown["label"] == name, "image"].to_numpy()
        picked[name] = [cohort.read(image) for image in rng.permutation(images)[:A_CLASS]]
    sheet = figures.contact_sheet(picked)
    return Shown(
        "contact_sheet", "Training and validation images as they are labelled", figures.alt_text(sheet), figures.png(sheet)
    )
