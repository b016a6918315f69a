"""The worst mistakes on the opened test set, picture by picture: what a clinician should look at before believing a figure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection.metrics import examples
from jupyter_clinagent.tasks.classification.galleries import choose_rows
from jupyter_clinagent.tasks.detection.galleries import in_model_pixels, shown_threshold
from jupyter_clinagent.tasks.detection.found import FoundBoxes
from jupyter_clinagent.study.opening import Opening
from jupyter_clinagent.study.session import Session

MOST = 20
_SCORES = 4
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
    opening = session.opening
    kinds = _of_detector(opening) if session.detects else _of_classifier(session, opening)
    return [kind for kind in kinds if kind.total]


# ------------------------------------------------------------------ classification
def _of_classifier(session: Session, opening: Opening) -> list[FailureKind]:
    test, classes = opening.scored, session.cohort.classes
    pixels = opening.trained.data.images("test")
    chosen = choose_rows(test, classes, session.positives, opening.threshold, len(test.images))
    kinds = []
    for pick in (pick for pick in chosen if not pick.title.startswith("Surest hits")):
        worst = [
            Failure(
                opening.files[test.images[row]],
                f"is {classes[test.truth[row]]}; score for {classes[about]} {test.scores[row, about]:.2f}",
                picture(np.asarray(pixels[row])),
            )
            for row, about in zip(pick.rows[:MOST], pick.about[:MOST], strict=True)
        ]
        kinds.append(FailureKind(pick.title, _noun(pick.title, session.positives), len(pick.rows), worst))
    return kinds


def _noun(title: str, positives: list[int]) -> str:
    if not positives:
        return "wrong calls"
    return "false alarms" if "false alarms" in title else "misses"


# ------------------------------------------------------------------ detection
def _of_detector(opening: Opening) -> list[FailureKind]:
    test, validation, data = opening.boxed, opening.trained.validation, opening.trained.data
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
