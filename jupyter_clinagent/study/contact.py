"""Contact sheets: a few labelled images of each class, with their boxes, of training and validation only."""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import FINDING, NO_FINDING
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.study.boxes.found import CORNERS
from jupyter_clinagent.study.cohort import Cohort
from jupyter_clinagent.study.session import Shown

A_CLASS = 6
LINE = 90
"""The longer side of an image, in widths of the line around a box."""
COLOUR = (240, 228, 66)
"""Yellow of Okabe and Ito's palette, RGB."""


def draw_contact_sheet(cohort: Cohort, seed: int) -> Shown:
    """One row per class (for detection: with a finding, without, and not boxed), one image per group, drawn at random."""
    shown = cohort.shown().drop_duplicates(["group", "label"])  # a patient may have lesions of several classes
    rng = np.random.default_rng(seed)
    picked = {}
    for name, inside in _rows(cohort, shown).items():
        images = shown.loc[inside, "image"].to_numpy(copy=True)
        picked[name] = [_with_boxes(cohort, image) for image in rng.permutation(images)[:A_CLASS]]
    sheet = figures.contact_sheet(picked)
    boxes = ", with their boxes" if cohort.facts.task == "detection" else ""
    title = f"Training and validation images as they are labelled{boxes}"
    return Shown("contact_sheet", title, figures.alt_text(sheet), figures.png(sheet))


def _rows(cohort: Cohort, shown: pd.DataFrame) -> dict[str, pd.Series]:
    if cohort.facts.task == "classification":
        return {name: shown["label"] == name for name in cohort.classes}
    finding, boxed = shown["label"] == FINDING, shown["boxed"].astype(bool)
    rows = {FINDING: finding & boxed, NO_FINDING: ~finding, f"{FINDING}, not boxed": finding & ~boxed}
    return {name: inside for name, inside in rows.items() if inside.any()}


def _with_boxes(cohort: Cohort, image: str) -> np.ndarray:
    """The pixels, with a line around each box that stays visible when the picture is shown small."""
    pixels = cohort.read(image)
    boxes = cohort.boxes
    corners = boxes.loc[boxes["image"] == image, CORNERS].to_numpy(dtype=float).round().astype(int)
    width = max(1, round(max(pixels.shape[:2]) / LINE))
    pixels = np.ascontiguousarray(pixels)
    for x_min, y_min, x_max, y_max in corners.tolist():
        cv2.rectangle(pixels, (x_min, y_min), (x_max - 1, y_max - 1), COLOUR, width)
    return pixels
