"""Boxes on the opened test set: hits, misses and false alarms, where the scores come from, and whether that was learnt."""

from __future__ import annotations

from typing import Any

import numpy as np

from jupyter_clinagent.imaging import figures
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.study.protocol.material import Shown
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.tasks.detection import figures as box_figures
from jupyter_clinagent.tasks.detection.found import FoundBoxes
from jupyter_clinagent.tasks.detection.metrics import examples, matched

ALARMS = 0.5
"""False positives an image that the galleries' threshold allows on validation."""


def shown_threshold(validation: FoundBoxes) -> float:
    """The score from which detections are drawn: that of :data:`ALARMS` false positives an image on validation."""
    pairs = matched(validation.truth, validation.found)
    allowed = np.cumsum(~pairs.hit[0]) <= ALARMS * len(validation.truth)
    return float(pairs.score[allowed][-1]) if allowed.any() else 1.0


def draw(session: Session, opening: Opening, most: int) -> tuple[list[Shown], float]:
    """Galleries, and the mean correlation of the heat maps with those of a weight-randomised detector."""
    from jupyter_clinagent.imaging.explanation import mean_correlation, shuffled
    from jupyter_clinagent.tasks.detection.explanation import box_heat
    from jupyter_clinagent.tasks.detection.module import FindingDetector

    test, trained = opening.test, opening.trained
    model, data, validation = trained.model, trained.data, trained.validation
    assert isinstance(test, FoundBoxes)
    assert isinstance(validation, FoundBoxes)
    assert isinstance(model, FindingDetector)
    threshold = shown_threshold(validation)
    rows = examples(test.truth, test.found, threshold, number=min(most, 6))
    pixels, truth, found = in_model_pixels(data, test, threshold)
    hits = np.array(rows["hits"] or rows["false alarms"] or rows["misses"])
    images, boxes = np.asarray(pixels[hits]), [found[k] for k in hits]
    heat = box_heat(model, images, boxes)
    correlation = mean_correlation(heat, box_heat(shuffled(model, session.seed), images, boxes))
    drawn = {
        "boxes": box_figures.box_gallery(rows, pixels, truth, found),
        "heat_maps": box_figures.heat_gallery(images, boxes, heat),
    }
    titles = {
        "boxes": f"Hits, misses and false alarms; detections with a score of {threshold:.2f} or more",
        "heat_maps": "Where the scores of the surest detections come from",
    }
    return [Shown(name, titles[name], figures.alt_text(f), figures.png(f)) for name, f in drawn.items()], correlation


def in_model_pixels(data: Any, test: FoundBoxes, threshold: float) -> tuple[np.ndarray, list[Boxes], list[Boxes]]:
    """Images of the test set as the model sees them, with true and detected boxes in their pixels."""
    place, scales = data.preprocessing.to_model, data.scales("test")
    truth = [boxes.moved(place(boxes.corners, *scale)) for boxes, scale in zip(test.truth, scales, strict=True)]
    kept = [boxes[boxes.scores >= threshold] for boxes in test.found]
    return data.images("test"), truth, [b.moved(place(b.corners, *scale)) for b, scale in zip(kept, scales, strict=True)]
