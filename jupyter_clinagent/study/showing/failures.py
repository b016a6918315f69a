"""The worst mistakes on the opened test set, picture by picture: what a clinician should look at before believing a figure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.session import Session

MOST = 20
MOST_VIEWS = 4
"""Images of one case that are shown side by side."""
SIDE = 320
"""Longer side of a picture in the report, in pixels."""
TRUTH, FOUND = (86, 180, 233), (230, 159, 0)
"""Colours of true and detected boxes (RGB, from Okabe and Ito's palette)."""


@dataclass(frozen=True)
class Failure:
    """One wrong answer: file in the data folder, what was wrong, and the picture (PNG, not marked as free of patients)."""

    file: str
    said: str
    png: bytes


@dataclass(frozen=True)
class FailureKind:
    """The worst mistakes of one kind, at most :data:`MOST`, of ``total``."""

    title: str
    noun: str
    total: int
    worst: list[Failure]


def worst_failures(session: Session) -> list[FailureKind]:
    """Misses and false alarms, the worst first; kinds without any are left out."""
    return [kind for kind in session.task.showing.failures(session) if kind.total]


def failure(opening: Opening, row: int, said: str) -> Failure:
    """What was judged in a row of the test predictions, with its picture, or those of all its images side by side."""
    pixels = opening.trained.data.images("test")
    side_by_side = np.hstack([np.asarray(pixels[image]) for image in opening.images(row)[:MOST_VIEWS]])
    return Failure(opening.named(row), said, picture(side_by_side))


# ------------------------------------------------------------------ pictures
def picture(image: np.ndarray, truth: Boxes | None = None, found: Boxes | None = None) -> bytes:
    """A picture (uint8 RGB) with its longer side at :data:`SIDE`; true boxes thick, detections thin."""
    height, width = image.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    drawn = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    for boxes, colour, thickness in ((truth, TRUTH, 3), (found, FOUND, 1)):
        for corners in boxes.corners * scale if boxes is not None else ():
            left, top, right, bottom = (round(float(edge)) for edge in corners)
            cv2.rectangle(drawn, (left, top), (right, bottom), colour, thickness)
    return cv2.imencode(".png", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))[1].tobytes()
