"""Tips become zones; from there a classifier's cohort."""

from __future__ import annotations

from clinagent_zone import TASK
from clinagent_zone.specification import COLUMN, ZONES
from clinagent_zone.tips import find_tips
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.study.cohort.classed import cohort_of
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.labels import Labelled
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.tasks.classification.targets import audit, drawn, sheet

__all__ = ["CAPTION", "audit", "drawn", "load", "sheet"]
CAPTION = ", by zone"


def load(inventory: Inventory, wishes: Wishes, corrections: Corrections) -> Cohort:
    """Load, group, split and seal."""
    rows = find_tips(inventory)
    if rows is None:
        raise LabelsDoNotMatch(f"No table has a column “{COLUMN}”.")
    untold = {image: "no height" for image in inventory.images if image not in rows.index}
    labelled = Labelled(rows, COLUMN, {zone: [zone] for zone in ZONES}, untold, 0, 0)
    return cohort_of(inventory, corrections.apply(labelled), wishes, TASK.name)
