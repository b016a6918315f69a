from __future__ import annotations

import numpy as np
import pytest
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from jupyter_clinagent.imaging import explanation
from jupyter_clinagent.imaging.classifier import ImageClassifier


class FromNormalised(torch.nn.Module):
    """The classifier from normalised images on, as the grad-cam package wants it."""

    def __init__(self, model: ImageClassifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model.head(self.model.embed_normalised(x))


@pytest.mark.parametrize("index", [0, 1])
def test_our_maps_are_those_of_the_grad_cam_package(trained, index):
    model, data = trained
    images = data.images("validation")[:12]
    ours = explanation.grad_cam(model, images, index)
    model.requires_grad_(True)
    theirs = GradCAM(FromNormalised(model), [model.backbone.second])(
        model.normalised(torch.from_numpy(images)), [ClassifierOutputTarget(index)] * len(images)
    )
    model.freeze_plan()
    lit = theirs.max(axis=(1, 2)) > 0
    assert lit.any()
    assert np.array_equal(lit, ours.max(axis=(1, 2)) > 0)
    assert all(np.corrcoef(a.ravel(), b.ravel())[0, 1] >= 0.999 for a, b in zip(ours[lit], theirs[lit], strict=True))


def test_maps_have_the_size_of_the_images_and_lie_between_zero_and_one(trained):
    model, data = trained
    images = data.images("validation")
    maps = explanation.grad_cam(model, images)
    assert maps.shape == images.shape[:3]
    assert maps.min() >= 0
    assert maps.max() == pytest.approx(1)
    assert explanation.grad_cam(model, images[:0]).shape == (0, 64, 64)


def test_each_image_may_have_its_own_class(trained):
    model, data = trained
    images = data.images("validation")[:4]
    mixed = explanation.grad_cam(model, images, [0, 1, 0, 1])
    assert np.allclose(mixed[1], explanation.grad_cam(model, images, 1)[1], atol=1e-5)


def test_shuffled_weights_give_other_maps(trained):
    model, data = trained
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert explanation.randomisation_correlation(model, data.images("validation")) < 0.5
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_the_share_of_heat_inside_a_finding():
    maps, masks = np.zeros((3, 4, 4), np.float32), np.zeros((3, 4, 4), bool)
    masks[:, :2] = True
    maps[0, :2], maps[1] = 1, 1
    inside = explanation.heat_inside(maps, masks)
    assert inside[:2] == pytest.approx([1, 0.5])
    assert np.isnan(inside[2])
