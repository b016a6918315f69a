"""What moves a measured number away from the mean of the training part."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import torch

from jupyter_clinagent.imaging.explanation import grad_cam
from jupyter_clinagent.tasks.measurement.module import Measurer


def maps_of(model: Measurer, images: np.ndarray) -> np.ndarray:
    """Heat maps (N, H, W), 0 to 1, of preprocessed uint8 images.

    A number is the training mean plus what the feature maps add and take away. The map is Grad-CAM of the number, or where the
    number is smaller than the mean, of its negative: a map of what is added would be empty there.
    """
    small = model.predict_images(images)[:, 0] < float(model.centre)
    return np.where(small[:, None, None], grad_cam(_negative(model), images, 0), grad_cam(model, images, 0))


@torch.no_grad()
def _negative(model: Measurer) -> Measurer:
    """The same network, whose output grows where the model's falls."""
    turned = deepcopy(model)
    turned.head.weight.neg_()
    turned.head.bias.neg_()
    return turned
