"""Outlines of the opened test set: the worst and the best, how sure the model is where, and whether that was learnt."""

from __future__ import annotations

from typing import Any

import numpy as np

from jupyter_clinagent.imaging import figures as drawing
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.segmentation import figures
from jupyter_clinagent.tasks.segmentation.inference import INSIDE
from jupyter_clinagent.tasks.segmentation.outlined import Outlined

MOST = 5


def order(test: Outlined) -> dict[str, list[int]]:
    """Rows of the test set: outlines that fit worst and best, and images in which something was outlined that isn't there."""
    dice = np.where(np.isnan(test.dice), np.inf, test.dice).min(axis=1)
    shown = [int(k) for k in np.argsort(dice, kind="stable") if np.isfinite(dice[k])]
    alarms = [k for k in np.argsort(-test.scores.max(axis=1), kind="stable") if not test.labels[k] and _found(test, int(k))]
    return {"worst": shown, "best": shown[::-1], "false alarms": [int(k) for k in alarms]}


def _found(test: Outlined, row: int) -> bool:
    return any(one.found for one in test.measured[row])


def caption(test: Outlined, row: int) -> str:
    """Dice of an image, or that it shows nothing."""
    values = test.dice[row][~np.isnan(test.dice[row])]
    return f"Dice {values.mean():.2f}" if len(values) else "shows nothing to outline"


def picture(opening: Opening, row: int) -> np.ndarray:
    """A test image at the working size with its outlines, uint8 RGB."""
    data: Any = opening.trained.data
    image = np.array(data.images("test")[row])
    found = opening.trained.model.predict_images(image[None])[0] >= INSIDE
    return figures.with_outlines(image, data.masks("test")[row].transpose(2, 0, 1).astype(bool), found)


def draw(session: Session, opening: Opening, most: int) -> tuple[list[Shown], float]:
    """Galleries, and the mean correlation of the probability maps with those of a weight-randomised model."""
    from jupyter_clinagent.imaging.explanation import mean_correlation, shuffled

    test = opening.test
    assert isinstance(test, Outlined)
    rows, number = order(test), min(most, MOST)
    titles = {"worst": "worst outlines", "best": "best outlines", "false alarms": "outlined where nothing is"}
    shown = {
        titles[kind]: [(picture(opening, row), caption(test, row)) for row in chosen[:number]]
        for kind, chosen in rows.items()
        if chosen
    }
    hits = np.array(rows["best"][:number] or rows["false alarms"][:number] or [0])
    pixels = np.asarray(opening.trained.data.images("test")[hits])
    model: Any = opening.trained.model
    heat = model.predict_images(pixels).max(axis=1)
    correlation = mean_correlation(heat, shuffled(model, session.seed).predict_images(pixels).max(axis=1))
    drawn = {
        "outlines": (figures.gallery(shown, number), "The worst and the best outlines of the test set"),
        "heat_maps": (
            figures.heat_gallery(list(pixels), list(heat), [caption(test, int(k)) for k in hits]),
            "How sure the model is of each pixel",
        ),
    }
    return [Shown(name, title, drawing.alt_text(f), drawing.png(f)) for name, (f, title) in drawn.items()], float(correlation)
