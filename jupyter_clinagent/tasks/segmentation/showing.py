"""What a segmentation shows: images by structure, the spread of the Dice, outlines, the worst cases, its predictions."""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jupyter_clinagent.facts import CohortFacts, EvaluationFacts
from jupyter_clinagent.imaging.spacing import AT_DETECTOR
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.failures import MOST, SIDE, Failure, FailureKind
from jupyter_clinagent.study.showing.markup import HEADS, ShownTable
from jupyter_clinagent.study.showing.tables import figures_table
from jupyter_clinagent.tasks.segmentation import figures as plots
from jupyter_clinagent.tasks.segmentation.galleries import caption, order, picture
from jupyter_clinagent.tasks.segmentation.galleries import draw as galleries
from jupyter_clinagent.tasks.segmentation.outlined import Outlined

__all__ = ["cohort", "failures", "figures", "galleries", "predictions", "tables"]

POOR = 0.7
"""Outlines with a lower Dice are shown among the worst cases."""


def cohort(facts: CohortFacts) -> list[ShownTable | str]:
    """Images that show each structure."""
    rows = [(name, *(parts[part] for part in PARTITIONS)) for name, parts in facts.details["structures"].items()]
    return [ShownTable(["Class", *HEADS], rows, "Images that show a structure")]


def tables(session: Session, facts: EvaluationFacts) -> list[ShownTable | str]:
    """Every figure in one table, and where millimetres were measured."""
    note = [f"Millimetres are {AT_DETECTOR}."] if session.cohort.facts.details.get("at_detector") else []
    return [figures_table(facts, facts.test), *note]


def figures(session: Session) -> dict[str, Figure]:
    """How the Dice is spread."""
    test = session.opening.test
    assert isinstance(test, Outlined)
    return {"dice": plots.spread(test.dice, session.cohort.classes)}


def failures(session: Session) -> list[FailureKind]:
    """Poor outlines, the worst first, and outlines where nothing is."""
    opening = session.opening
    test = opening.test
    assert isinstance(test, Outlined)
    rows = order(test)
    poor = [row for row in rows["worst"] if np.nanmin(test.dice[row]) < POOR]
    kinds = (
        (f"Outlines with a Dice below {POOR}", "poor outlines", poor),
        ("Outlined where nothing is", "false alarms", rows["false alarms"]),
    )
    return [
        FailureKind(
            title,
            noun,
            len(chosen),
            [Failure(opening.files[test.images[row]], caption(test, row), _png(picture(opening, row))) for row in chosen[:MOST]],
        )
        for title, noun, chosen in kinds
    ]


def _png(image: np.ndarray) -> bytes:
    scale = max(SIDE / max(image.shape[:2]), 1 / min(image.shape[:2]))  # a strip keeps a pixel of its shorter side
    drawn = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return cv2.imencode(".png", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))[1].tobytes()


def predictions(known: pd.DataFrame, judged: Outlined, classes: list[str]) -> pd.DataFrame:
    """One row for each image and structure: areas in pixels of the original image (and mm²), Dice, the highest probability."""
    rows = []
    for place, (row, image) in enumerate(zip(known.itertuples(index=False), judged.measured, strict=True)):
        for number, name in enumerate(classes):
            dice, one = judged.dice[place, number], image[number]
            score = round(float(judged.scores[place, number]), 6)
            areas = [one.square_millimetres(area) for area in (one.true, one.found)]
            rows.append((*row, name, one.true, one.found, None if np.isnan(dice) else round(float(dice), 6), score, *areas))
    physical = ["true_area_mm2", "area_mm2"]
    table = pd.DataFrame(rows, columns=[*known.columns, "structure", "true_area", "area", "dice", "score", *physical])
    return table if judged.in_millimetres else table.drop(columns=physical)
