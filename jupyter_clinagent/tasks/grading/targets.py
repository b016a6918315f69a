"""One grade for each image: read from a column or from folders, grouped, split and sealed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import AuditFinding
from jupyter_clinagent.study.cohort.classed import cohort_of
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.labels import Labelled, label_images
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.grading import TASK
from jupyter_clinagent.tasks.grading.scale import LEAST, scale_of

CAPTION = ", with their grades"


def load(inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
    """Load, group, split and seal; the grades are ``wishes.classes`` in this order, or what the column's values say.

    Raises
    ------
    LabelsDoNotMatch
        The column holds no ordered scale, or too few grades are named.
    """
    labelled = label_images(inventory, wishes.label, wishes.classes, wishes.table, wishes.image)
    if wishes.classes is None:
        grades = _grades(labelled)
        labelled = label_images(inventory, labelled.column, grades, wishes.table, wishes.image)
    if len(labelled.classes) < LEAST:
        raise LabelsDoNotMatch(f"Grading takes {LEAST} grades or more; to tell two apart, leave out task=.")
    return cohort_of(inventory, corrections.apply(labelled), wishes, TASK.name)


def _grades(labelled: Labelled) -> Mapping[str, list[str]]:
    counts = {str(value): int(count) for value, count in labelled.rows["class"].value_counts().items()}
    scale = scale_of(labelled.column, counts)
    if scale is None:
        values = ", ".join(list(counts)[:8])
        raise LabelsDoNotMatch(
            f"The values of “{labelled.column}” are no ordered scale that I can read ({values}): give classes=."
        )
    return scale.grades


def audit(cohort: Cohort) -> list[AuditFinding]:
    """Nothing beyond the audit of every cohort."""
    return []


def sheet(cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
    """One row per grade, ascending."""
    return {name: shown["label"] == name for name in cohort.classes}


def drawn(cohort: Cohort, image: str) -> np.ndarray:
    """The image as it is."""
    return cohort.read(image)
