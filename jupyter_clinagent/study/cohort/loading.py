"""Load -> group -> split -> seal, in one call, so that nothing can be learnt in between."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from jupyter_clinagent.contracts import OUTSIDE
from jupyter_clinagent.errors import BadInput, TooFewImages
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.inclusion import images_outside
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.fingerprint import digest, fingerprint_of, save_fingerprint
from jupyter_clinagent.study.data.inventory import Inventory
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks import registry

FEWEST_IMAGES = 10


def load_cohort(inventory: Inventory, wishes: Wishes, corrections: Corrections | None = None) -> Cohort:
    """Load, group, split and seal, as the task does it.

    Raises
    ------
    BadInput
        Anything about the data that has to change first, in one line that says what to do.
    """
    if len(inventory.images) < FEWEST_IMAGES:
        raise TooFewImages(
            f"Only {len(inventory.images)} images in {inventory.folder.root}: too few to build and judge a model; add more."
        )
    task = registry.find(wishes.task) if wishes.task else registry.usual()
    if not wishes.level.by_image and not task.levels:
        raise BadInput(f"In a {task.name} each image is judged by itself: leave out level=.")
    outside = images_outside(inventory, wishes.only)
    cohort = task.targets.load(inventory, wishes, (corrections or Corrections.none()).without(outside))
    cohort.facts = cohort.facts.model_copy(update={"only": dict(wishes.only)})
    return cohort


def note_data(session: Session, cohort: Cohort) -> None:
    """Put the fingerprint of the data and what was left out into the study folder, and the sealed partition on record."""
    found = session.inventory.boxes
    annotations = [*(found.files if found else ()), *cohort.annotations]
    fingerprint = fingerprint_of(session.inventory.folder, cohort.looks.readings, annotations)
    save_fingerprint(fingerprint, session.folder / "data_fingerprint.json")
    left_out = sorted((file, reason) for file, reason in cohort.left_out.items() if reason != OUTSIDE)
    pd.DataFrame(left_out, columns=["image", "reason"]).to_csv(session.folder / "left_out.csv", index=False)
    _note_groups(cohort, session.folder / "groups.csv")
    if len(cohort.boxes_touched):
        cohort.boxes_touched.to_csv(session.folder / "boxes_touched.csv", index=False)
    session.record.add("cohort sealed", partition=cohort.hash, data=digest(fingerprint), counts=cohort.facts.counts)


def _note_groups(cohort: Cohort, path: Path) -> None:
    """For an export, which replaces every id; those of test images come with the predictions, after the opening.

    Ids of an earlier loading stay: its cells may show groups that a correction has taken out since.
    """
    shown = cohort.shown()[["image", "group"]].astype(str)
    earlier = [pd.read_csv(path, dtype=str, keep_default_na=False)] if path.exists() else []
    pd.concat([*earlier, shown]).drop_duplicates().to_csv(path, index=False)
