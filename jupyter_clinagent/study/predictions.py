"""``predictions.csv``: what the opened model says of validation and test, for anybody to recompute the figures."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from jupyter_clinagent.study.judged import Predictions
from jupyter_clinagent.tasks.detection.found import FoundBoxes
from jupyter_clinagent.study.session import Session

BOX_COLUMNS = ["image", "group", "partition", "class", "score", "x_min", "y_min", "x_max", "y_max"]


def predictions_table(session: Session) -> pd.DataFrame:
    """Classification: one row for each image, ``image, group, label, partition, score_<class>…``.

    Detection: one row for each box (:data:`BOX_COLUMNS`; pixels of the original image, origin top left); an image without a
    box has one row with an empty box.
    """
    opening = session.opening
    parts = [("validation", opening.trained.validation), ("test", opening.test)]
    return pd.concat([_part(session, name, judged) for name, judged in parts], ignore_index=True)


def _part(session: Session, name: str, judged: Predictions | FoundBoxes) -> pd.DataFrame:
    images = [session.opening.files.get(image, image) for image in judged.images]
    sealed = session.cohort.seal.contents()
    groups = np.asarray(sealed.loc[judged.images, "group"] if name == "test" else judged.groups)
    known = pd.DataFrame({"image": images, "group": groups, "partition": name})
    if isinstance(judged, FoundBoxes):
        return pd.DataFrame(_box_rows(known, judged, session.cohort.classes), columns=BOX_COLUMNS)
    scores = pd.DataFrame(judged.scores, columns=[f"score_{label}" for label in session.cohort.classes])
    known.insert(2, "label", np.array(session.cohort.classes, dtype=object)[judged.truth])
    return pd.concat([known, scores], axis=1)


def _box_rows(known: pd.DataFrame, judged: FoundBoxes, classes: list[str]) -> Iterator[tuple[object, ...]]:
    for row, found in zip(known.itertuples(index=False), judged.found, strict=True):
        for corners, score, kind in zip(found.corners.tolist(), found.scores, found.classes, strict=True):
            yield (*row, classes[kind], round(float(score), 6), *(round(side, 2) for side in corners))
        if not len(found):
            yield (*row, None, None, None, None, None, None)
