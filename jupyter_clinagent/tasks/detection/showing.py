"""What a detector's study shows: FROC curve, boxes and where their scores come from, the worst mistakes, its predictions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.failures import MOST, Failure, FailureKind, picture
from jupyter_clinagent.study.showing.markup import HEADS, ShownTable
from jupyter_clinagent.tasks.detection import figures as plots
from jupyter_clinagent.tasks.detection.by_class import tables
from jupyter_clinagent.tasks.detection.found import FoundBoxes
from jupyter_clinagent.tasks.detection.galleries import draw as galleries
from jupyter_clinagent.tasks.detection.galleries import in_model_pixels, shown_threshold
from jupyter_clinagent.tasks.detection.metrics import examples

__all__ = ["cohort", "failures", "figures", "galleries", "predictions", "tables"]

_SCORES = 4
BOX_COLUMNS = ["image", "group", "partition", "class", "score", "x_min", "y_min", "x_max", "y_max"]


def cohort(facts: CohortFacts) -> Iterator[ShownTable | str]:
    """Boxes by class and partition, and what was done to them."""
    rows = [(name, *(counts[part] for part in PARTITIONS)) for name, counts in facts.boxes.items()]
    yield ShownTable(["Class", *HEADS], rows, "Boxes")
    if facts.unboxed:
        yield f"{facts.unboxed} images show a finding that nobody has boxed; they are only trained on."
    listed = [("repaired", why, count) for why, count in facts.repaired_boxes.items()]
    listed += [("not used", why, count) for why, count in facts.refused_boxes.items()]
    if listed:
        yield ShownTable(["Boxes", "Because", "Count"], listed)


def figures(session: Session) -> dict[str, Figure]:
    """The FROC curve."""
    test = session.opening.test
    assert isinstance(test, FoundBoxes)
    return {"froc": plots.froc(test.truth, test.found)}


def failures(session: Session) -> list[FailureKind]:
    """Images with a missed finding, and with a false alarm."""
    opening = session.opening
    test, validation, data = opening.test, opening.trained.validation, opening.trained.data
    assert isinstance(test, FoundBoxes)
    assert isinstance(validation, FoundBoxes)
    threshold = shown_threshold(validation)
    pixels, truth, found = in_model_pixels(data, test, threshold)
    rows = examples(test.truth, test.found, threshold, number=len(test.images))
    titles = {"misses": "Images with a missed finding", "false alarms": "Images with a false alarm"}
    return [
        FailureKind(
            f"{title} (detections with a score of {threshold:.2f} or more)",
            f"images with {noun}",
            len(rows[noun]),
            [
                Failure(
                    opening.files[test.images[row]],
                    _boxes_said(truth[row], found[row]),
                    picture(np.asarray(pixels[row]), truth[row], found[row]),
                )
                for row in rows[noun][:MOST]
            ],
        )
        for noun, title in titles.items()
    ]


def _boxes_said(truth: Boxes, found: Boxes) -> str:
    scores = [f"{score:.2f}" for score in found.scores]
    more = f" and {len(scores) - _SCORES} more" if len(scores) > _SCORES else ""
    return f"true boxes: {len(truth)}; scores of the detections: {', '.join(scores[:_SCORES]) or 'none'}{more}"


def predictions(known: pd.DataFrame, judged: FoundBoxes, classes: list[str]) -> pd.DataFrame:
    """One row for each box (:data:`BOX_COLUMNS`; pixels of the original image, origin top left), or an empty one."""
    return pd.DataFrame(_box_rows(known, judged, classes), columns=BOX_COLUMNS)


def _box_rows(known: pd.DataFrame, judged: FoundBoxes, classes: list[str]) -> Iterator[tuple[object, ...]]:
    for row, found in zip(known.itertuples(index=False), judged.found, strict=True):
        for corners, score, kind in zip(found.corners.tolist(), found.scores, found.classes, strict=True):
            yield (*row, classes[kind], round(float(score), 6), *(round(side, 2) for side in corners))
        if not len(found):
            yield (*row, None, None, None, None, None, None)
