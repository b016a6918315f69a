"""The U-Net: shapes, what its loss asks for, and that it starts the same everywhere."""

import numpy as np
import pytest
import torch

from jupyter_clinagent.tasks.segmentation.module import Outliner


@pytest.fixture(scope="module")
def model() -> Outliner:
    return Outliner(["polyp", "instrument"])


def test_every_pixel_has_a_probability_for_each_structure(model: Outliner) -> None:
    images = np.random.default_rng(0).integers(0, 255, (2, 64, 96, 3), dtype=np.uint8)
    found = model.predict_images(images)
    assert found.shape == (2, 2, 64, 96)
    assert (found >= 0).all()
    assert (found <= 1).all()


def test_a_decoder_alone_leaves_the_backbone_as_it_is() -> None:
    model = Outliner(["polyp"], trainable="decoder")
    before = {name: value.clone() for name, value in model.backbone.state_dict().items()}
    images = torch.randint(0, 255, (2, 64, 64, 3), dtype=torch.uint8)
    masks = torch.zeros(2, 1, 64, 64)
    masks[:, :, 16:48, 16:48] = 1
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    model.train()
    model.training_step((images, masks), 0).backward()
    optimizer.step()
    assert all(torch.equal(before[name], value) for name, value in model.backbone.state_dict().items())


def test_two_models_start_alike() -> None:
    first, second = (Outliner(["polyp"]).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_an_unknown_way_to_train_is_refused() -> None:
    with pytest.raises(ValueError, match="trainable must be one of decoder, all"):
        Outliner(["polyp"], trainable="everything")  # type: ignore[arg-type]
