"""Structures that one mask of numbers holds never overlap; those of several masks may."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from jupyter_clinagent.imaging.augment import outlines
from jupyter_clinagent.tasks.segmentation import saving
from jupyter_clinagent.tasks.segmentation.data import OutlineDataModule
from jupyter_clinagent.tasks.segmentation.feeds import OutlineFeed
from jupyter_clinagent.tasks.segmentation.inference import INSIDE, load
from jupyter_clinagent.tasks.segmentation.metrics import dice
from jupyter_clinagent.tasks.segmentation.module import Outliner, dice_loss
from tests.tasks.segmentation import test_reading as reading

SIDE = 64


def eyes(folder: Path, number: int = 30) -> Path:
    """A bright disc (1) with a dark core (2) somewhere on grey noise; a mask of numbers for both."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    (folder / "masks" / "legend.txt").write_text("1 rim\n2 core\n", encoding="utf-8")
    for k in range(number):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        centre = tuple(int(value) for value in rng.integers(24, 40, 2))
        cv2.circle(mask, centre, int(rng.integers(14, 20)), 1, -1)
        cv2.circle(mask, centre, int(rng.integers(6, 10)), 2, -1)
        grey = np.array([110, 220, 20])[mask] + rng.normal(0, 8, mask.shape)
        cv2.imwrite(str(folder / "images" / f"eye{k:02d}.png"), np.clip(grey, 0, 255).astype(np.uint8))
        cv2.imwrite(str(folder / "masks" / f"eye{k:02d}.png"), mask)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outliner, OutlineDataModule]:
    size = (SIDE, SIDE)
    cohort = reading.load(eyes(tmp_path_factory.mktemp("eyes")))
    data, model = OutlineDataModule(cohort, size, outlines(size), batch_size=8), Outliner(cohort.classes)
    feed = OutlineFeed(model, data)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    model.train()
    for _, batch in zip(range(60), feed.loader(0), strict=False):
        optimizer.zero_grad()
        model.training_step(batch, 0).backward()
        optimizer.step()
    return model.eval(), data


def test_both_structures_are_learnt_and_never_overlap(trained: tuple[Outliner, OutlineDataModule]) -> None:
    model, data = trained
    assert (model.classes, model.exclusive) == (["rim", "core"], True)
    found = model.predict_images(data.images("validation"))
    assert found.sum(axis=1).max() <= 1 + 1e-5
    inside = found >= INSIDE
    assert not inside.all(axis=1).any()
    truth = data.masks("validation").transpose(0, 3, 1, 2).astype(bool)
    for number in range(2):
        assert (dice(truth[:, [number]], inside[:, [number]]) or 0) > 0.8


def test_saved_and_exported_models_are_exclusive_too(trained: tuple[Outliner, OutlineDataModule], tmp_path: Path) -> None:
    model, data = trained
    again, onnx = saving.load(saving.save(model, data, tmp_path / "model")), load(tmp_path / "model")
    pixels = np.array(data.images("validation")[0])
    (ours,) = model.predict_images(pixels[None])
    assert again.exclusive
    assert np.abs(again.predict_images(pixels[None])[0] - ours).max() < 1e-6
    assert np.abs(onnx.run(pixels, ["inside"])[0] - ours).max() < 1e-4
    wide = cv2.resize(pixels, (100, 80))
    (masks,) = onnx.predict([wide])
    assert masks.any(axis=(1, 2)).all()
    assert not masks.all(axis=0).any()


def test_structures_with_masks_of_their_own_may_overlap(tmp_path: Path) -> None:
    names = reading.outlined(tmp_path, mask="masks/lung/{}.png")
    for k, name in enumerate(names):
        reading.write_mask(tmp_path / "masks" / "nodule" / f"{name}.png", reading.disc(k + 2))
    facts = reading.load(tmp_path).facts
    assert facts.classes == ["lung", "nodule"]
    assert not facts.details["exclusive"]


def test_one_structure_of_several_is_learnt_as_any_single_one(tmp_path: Path) -> None:
    assert not reading.load(eyes(tmp_path), classes={"core": ["core"]}).facts.details["exclusive"]


def test_the_loss_of_exclusive_structures_is_softmax_cross_entropy_and_dice() -> None:
    model = Outliner(["a", "b"]).eval()
    model.exclusive = True
    images = torch.randint(0, 255, (1, 64, 64, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    inside = torch.zeros(1, 2, 64, 64)
    inside[:, 0, :20], inside[:, 1, 30:] = 1, 1
    with torch.no_grad():
        logits, loss = model(images).double(), model.training_step((images, inside), 0)
    powers = torch.cat([torch.ones_like(logits[:, :1]), logits.exp()], dim=1)
    probability = powers / powers.sum(dim=1, keepdim=True)
    number = inside[:, 0] + 2 * inside[:, 1]
    entropy = -probability.gather(1, number[:, None].long()).log().mean()
    assert loss.item() == pytest.approx((entropy + dice_loss(probability[:, 1:], inside)).item(), abs=1e-4)
