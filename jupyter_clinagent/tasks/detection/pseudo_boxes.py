"""Boxes for images of which only the label is known: a teacher's best guess, ranked by where the classifier looks.

The order of things: a classifier learns from all labels; a teacher (a detector on the classifier's backbone) from the few
boxes and all negatives; each unboxed positive gets one pseudo-box, negatives get none; a student learns from both.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import FINDING
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.imaging.classifier import ImageClassifier
from jupyter_clinagent.imaging.explanation import grad_cam
from jupyter_clinagent.tasks.detection.box_data import BoxDataModule
from jupyter_clinagent.tasks.detection.module import FindingDetector

COLUMNS = ["image", "class", "x_min", "y_min", "x_max", "y_max", "score"]
SCORE_ALONE = 0.1
"""What a box without any heat in it keeps of its score: the map is coarse and may miss by a little."""


def unboxed_positives(data: BoxDataModule) -> np.ndarray:
    """Rows of the training images that have a finding, but no box."""
    positive = data.labels("train") == data.label_names.index(FINDING)
    boxed = set(data.cohort.boxes["image"])
    return np.array([k for k, image in enumerate(data.ids("train")) if positive[k] and image not in boxed], dtype=np.int64)


def rank_pseudo_boxes(teacher: FindingDetector, classifier: ImageClassifier | None, data: BoxDataModule) -> pd.DataFrame:
    """One pseudo-box for each training image that has a finding, but no box.

    Of the teacher's boxes the one with the highest product of its score and the mean heat inside it is taken; heat is the
    class activation map of the classifier. Without a classifier the teacher's surest box is taken.

    Parameters
    ----------
    teacher
        Trained on the images with boxes.
    classifier
        Trained on the labels of all images, such as :attr:`FindingDetector.classifier` of the teacher; None where hardly any
        image is without a finding, so that labels don't teach where findings are.

    Returns
    -------
    pandas.DataFrame
        ``image, class, x_min, y_min, x_max, y_max, score`` in original pixels, for :class:`BoxDataModule`; an image in
        which the teacher sees nothing has no row.
    """
    rows = unboxed_positives(data)
    images, scales, ids = data.images("train")[rows], data.scales("train")[rows], np.array(data.ids("train"))[rows]
    proposed = teacher.predict_images(images)
    if classifier is None:
        best = [boxes[:1] for boxes in proposed]  # the highest score comes first
    else:
        heat = grad_cam(classifier, images, classifier.classes.index(FINDING))
        best = [_best(boxes, one) for boxes, one in zip(proposed, heat, strict=True)]
    found = []
    for image, scale, box in zip(ids, scales, best, strict=True):
        if len(box):
            corners = data.preprocessing.to_original(box.corners, *scale)[0]
            found.append([image, teacher.classes[int(box.classes[0])], *corners.round(2), round(float(box.scores[0]), 4)])
    return pd.DataFrame(found, columns=COLUMNS)


def _best(boxes: Boxes, heat: np.ndarray) -> Boxes:
    ranks = [score * (SCORE_ALONE + _inside(corners, heat)) for corners, score in zip(boxes.corners, boxes.scores, strict=True)]
    return boxes[[int(np.argmax(ranks))]] if ranks else boxes


def _inside(corners: np.ndarray, heat: np.ndarray) -> float:
    """Mean heat in a box, 0 … 1."""
    left, top, right, bottom = np.rint(corners).astype(int)
    part = heat[top : max(bottom, top + 1), left : max(right, left + 1)]
    return float(part.mean()) if part.size else 0.0
