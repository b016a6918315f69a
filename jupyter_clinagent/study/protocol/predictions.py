"""What the opened model says of validation and test, for anybody to recompute the figures.

``predictions.csv`` has one row or more for each image; where several images give one answer,
``predictions_by_case.csv`` has them for each case.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.study.cohort.seal import CASE
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.study.protocol.session import Session

BY_CASE = "predictions_by_case.csv"


def predictions_table(session: Session) -> pd.DataFrame:
    """``image, group, partition`` of each validation and test image, with what the task says of it."""
    opening = session.opening
    parts = [("validation", opening.trained.by_image), ("test", opening.by_image)]
    return pd.concat([_part(session, name, judged) for name, judged in parts], ignore_index=True)


def cases_table(session: Session) -> pd.DataFrame:
    """The same of each case, under ``case`` in place of ``image``."""
    opening = session.opening
    parts = {"validation": opening.trained.validation, "test": opening.test}
    known = {name: pd.DataFrame({"image": j.images, "group": j.groups, "partition": name}) for name, j in parts.items()}
    told = [session.task.showing.predictions(known[name], judged, session.cohort.classes) for name, judged in parts.items()]
    return pd.concat(told, ignore_index=True).rename(columns={"image": "case"})


def case_of_images(session: Session) -> list[str]:
    """The case of each row of :func:`predictions_table`."""
    opening = session.opening
    parts: list[tuple[Partition, Judged]] = [("validation", opening.trained.by_image), ("test", opening.by_image)]
    return [str(case) for name, judged in parts for case in session.rows(name).loc[list(judged.images), CASE]]


def _part(session: Session, name: str, judged: Judged) -> pd.DataFrame:
    images = [session.opening.files.get(image, image) for image in judged.images]
    sealed = session.cohort.seal.contents()
    groups = np.asarray(sealed.loc[judged.images, "group"] if name == "test" else judged.groups)
    known = pd.DataFrame({"image": images, "group": groups, "partition": name})
    return session.task.showing.predictions(known, judged, session.cohort.classes)
