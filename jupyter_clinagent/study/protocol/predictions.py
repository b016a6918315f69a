"""``predictions.csv``: what the opened model says of validation and test, for anybody to recompute the figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.study.protocol.session import Session


def predictions_table(session: Session) -> pd.DataFrame:
    """``image, group, partition`` of each judged image, with what the task says of it."""
    opening = session.opening
    parts = [("validation", opening.trained.validation), ("test", opening.test)]
    return pd.concat([_part(session, name, judged) for name, judged in parts], ignore_index=True)


def _part(session: Session, name: str, judged: Judged) -> pd.DataFrame:
    images = [session.opening.files.get(image, image) for image in judged.images]
    sealed = session.cohort.seal.contents()
    groups = np.asarray(sealed.loc[judged.images, "group"] if name == "test" else judged.groups)
    known = pd.DataFrame({"image": images, "group": groups, "partition": name})
    return session.task.showing.predictions(known, judged, session.cohort.classes)
