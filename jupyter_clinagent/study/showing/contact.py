"""Contact sheets: a few labelled images of each class, with their truth drawn, of training and validation only."""

from __future__ import annotations

import numpy as np

from jupyter_clinagent.imaging import figures
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.tasks import registry

A_CLASS = 6


def draw_contact_sheet(cohort: Cohort, seed: int) -> Shown:
    """One row per class (or as the task divides its images), one image per group, drawn at random."""
    targets = registry.find(cohort.facts.task).targets
    shown = cohort.shown().drop_duplicates(["group", "label"])  # a patient may have lesions of several classes
    rng = np.random.default_rng(seed)
    picked = {}
    for name, inside in targets.sheet(cohort, shown).items():
        images = shown.loc[inside, "image"].to_numpy(copy=True)
        picked[name] = [targets.drawn(cohort, image) for image in rng.permutation(images)[:A_CLASS]]
    sheet = figures.contact_sheet(picked)
    title = f"Training and validation images as they are labelled{targets.CAPTION}"
    return Shown("contact_sheet", title, figures.alt_text(sheet), figures.png(sheet))
