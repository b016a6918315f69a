from __future__ import annotations

import numpy as np

from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.imaging.explanation import heat_inside
from jupyter_clinagent.tasks.detection.explanation import box_heat


def test_the_heat_of_a_box_lies_around_it(wrists, detected):
    model, data = detected
    images = data.images("test")
    found = model.predict_images(images)
    sure = [k for k, boxes in enumerate(found) if len(boxes) and boxes.scores[0] > 0.3]
    heat = box_heat(model, images[sure], [found[k] for k in sure])
    assert heat.shape == images[sure].shape[:3]
    assert heat.min() >= 0
    around = np.zeros(heat.shape, bool)
    for one, k in zip(around, sure, strict=True):
        (left, top, right, bottom), pad = np.rint(found[k].corners[0]).astype(int), 8
        one[max(top - pad, 0) : bottom + pad, max(left - pad, 0) : right + pad] = True
    share, chance = heat_inside(heat, around).mean(), around.mean()
    assert share > 2.5 * chance


def test_nothing_found_has_no_heat(detected):
    model, data = detected
    assert box_heat(model, data.images("test")[:1], [Boxes()]).max() == 0
