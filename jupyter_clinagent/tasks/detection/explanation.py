"""What a detector saw in a box: the part of the picture that raised its score."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch

from jupyter_clinagent.imaging.boxes import Boxes, intersection_over_union
from jupyter_clinagent.tasks.detection.module import FindingDetector


def box_heat(model: FindingDetector, images: np.ndarray, boxes: Sequence[Boxes]) -> np.ndarray:
    """Heat map of the best box of each image.

    HiResCAM (Draelos & Carin 2020) of the score of the anchor that became the box: each feature map of the backbone times the
    gradient of the score, position by position, summed over channels and maps. Unlike Grad-CAM's mean gradients it stays
    where the gradient is, and the score of one anchor depends on its surroundings only.

    Parameters
    ----------
    images
        Preprocessed uint8 RGB, shape (N, H, W, 3).
    boxes
        What :meth:`FindingDetector.predict_images` found in them.

    Returns
    -------
    numpy.ndarray
        float32, shape (N, H, W), each map scaled to 0 … 1 by its maximum; all 0 where nothing was found.
    """
    model.eval()
    heat = np.zeros(images.shape[:3], np.float32)
    for k, found in enumerate(boxes):
        if len(found):
            heat[k] = _heat(model, images[k], found[[0]])
    return heat


def _heat(model: FindingDetector, image: np.ndarray, box: Boxes) -> np.ndarray:
    with torch.no_grad():
        maps = model.maps(torch.from_numpy(np.array(image[None])).to(model.device))
    maps = [one.detach().requires_grad_() for one in maps]
    corners, scores = model.decoded(maps)
    anchor = int(np.argmax(intersection_over_union(box.corners, corners[0].detach().cpu().numpy())[0]))
    gradients = torch.autograd.grad(torch.logit(scores[0, anchor, int(box.classes[0])], eps=1e-6), maps)
    parts = [(one * slope).sum(dim=1)[0].detach().cpu().numpy() for one, slope in zip(maps, gradients, strict=True)]
    size = (image.shape[1], image.shape[0])
    heat = np.maximum(sum(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR) for part in parts), 0)
    return np.asarray(heat / max(float(heat.max()), 1e-7), dtype=np.float32)
