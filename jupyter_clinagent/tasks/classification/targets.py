"""One class for each image: read from a column or from class folders, grouped, split and sealed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jupyter_clinagent.facts import AuditFinding
from jupyter_clinagent.study.cohort.classed import cohort_of
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.labels import label_images
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.classification import TASK

CAPTION = ""


def load(inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
    """Load, group, split and seal."""
    labelled = corrections.apply(label_images(inventory, wishes.label, wishes.classes, wishes.table, wishes.image))
    return cohort_of(inventory, labelled, wishes, TASK.name)


def audit(cohort: Cohort) -> list[AuditFinding]:
    """Nothing beyond the audit of every cohort."""
    return []


def sheet(cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
    """One row per class."""
    return {name: shown["label"] == name for name in cohort.classes}


def drawn(cohort: Cohort, image: str) -> np.ndarray:
    """The image as it is."""
    return cohort.read(image)
