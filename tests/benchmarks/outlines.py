"""Outlines of real polyps beside a plain U-Net of the same encoder and a threshold that learns next to nothing.

::

    python -m tests.benchmarks.outlines [--minutes M] [--seed S] [--threads T] [--size W H] [--data FOLDER] [--in-our-training]

On one split, in the same minutes and on the same working size: the outliner as the playbook trains it (decoder, then every
layer), a plain script on ``segmentation_models_pytorch`` (its U-Net on the same ImageNet weights, its Dice loss, Adam, flips, the
best epoch by validation; the package is only needed here), and Otsu's threshold (1979) of whichever channel and side outlines
the training images best. With ``--in-our-training`` the U-Net of that package in our training, too: the same augmentation, loss,
schedule and averaging over flips, so that only the network differs. Figures are of the test part at the images' own size; exits
with 1 where the outliner is clearly worse than any. Nothing else should run on the machine meanwhile: what is compared is what
is learnt in the same time.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import timm
import torch
from torch import nn

from jupyter_clinagent.imaging import augment, training
from jupyter_clinagent.imaging.backbones import _fitting, _state, _wheel_weights
from jupyter_clinagent.imaging.schedule import one_cycle
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.tasks.segmentation.data import OutlineDataModule
from jupyter_clinagent.tasks.segmentation.inference import INSIDE
from jupyter_clinagent.tasks.segmentation.judging import outlines_of
from jupyter_clinagent.tasks.segmentation.metrics import dice, measure
from jupyter_clinagent.tasks.segmentation.module import BACKBONE_RATE, Outliner
from jupyter_clinagent.tasks.segmentation.outlined import Outlined
from jupyter_clinagent.tasks.segmentation.truth import true_masks

POLYPS = Path(os.environ.get("CLINAGENT_DATA", "../shared/data")) / "polyps"
DECODER = 0.2
"""Share of the time in which the decoder learns alone, as the playbook plans it."""
SCRIPT_RATE = 1e-3
"""Adam's usual learning rate."""
CHANNELS = ("red", "green", "blue", "hue", "saturation", "value")


class PlainUNet(Outliner):
    """The U-Net of ``segmentation_models_pytorch``, as it comes, on the same weights."""

    def __init__(self, classes: list[str]) -> None:
        import segmentation_models_pytorch as smp

        super().__init__(classes)
        torch.manual_seed(0)
        plain = smp.Unet("tu-tf_efficientnet_lite0", encoder_weights=None, classes=len(classes))
        full = timm.create_model("tf_efficientnet_lite0", pretrained=False)
        weights = _fitting(_state(_wheel_weights("efficientnet_lite0")), full.state_dict(), by_order=True)
        absent = plain.encoder.model.load_state_dict(weights, strict=False).missing_keys
        assert not absent, absent
        self.backbone, self.decoder, self.top = plain.encoder, plain.decoder, plain.segmentation_head
        self.to(memory_format=torch.channels_last)

    @property
    def recipe(self) -> dict[str, Any]:
        return {"outliner": "segmentation_models_pytorch"}

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = (images.to(self.mean.dtype).permute(0, 3, 1, 2) - self.mean) / self.std
        logits: torch.Tensor = self.top(self.decoder(self.backbone(x.contiguous(memory_format=torch.channels_last))))
        return logits

    def configure_optimizers(self) -> Any:
        fresh = nn.ModuleList([self.decoder, self.top])
        parts = [(fresh, self.learning_rate), (self.backbone, BACKBONE_RATE * self.learning_rate)]
        return one_cycle(parts, self.total_steps, self.weight_decay)


# ------------------------------------------------------------------ training and judging
def trained(model: Outliner, data: OutlineDataModule, minutes: float, seed: int) -> Outliner:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = training.fit(model, data, seconds=60 * minutes, checkpoint_dir=folder, metric="dice", seed=seed)
    print(f"    {time.monotonic() - began:.0f} s, {result.steps} steps, validation {result.best_value:.3f}", flush=True)
    return model


def ours(data: OutlineDataModule, classes: list[str], minutes: float, seed: int) -> Outliner:
    first = trained(Outliner(classes, trainable="decoder"), data, DECODER * minutes, seed)
    return trained(Outliner(classes, trainable="all", start=first), data, (1 - DECODER) * minutes, seed)


def plain_script(data: OutlineDataModule, classes: list[str], minutes: float, seed: int) -> Outliner:
    """What the examples of ``segmentation_models_pytorch`` do: its Dice loss, Adam, flips; the best epoch by validation."""
    from segmentation_models_pytorch.losses import DiceLoss

    torch.manual_seed(seed)
    model, loss_of = PlainUNet(classes), DiceLoss("multilabel", from_logits=True)
    images, masks, rng = data.images("train"), data.masks("train"), np.random.default_rng(seed)
    known = data.masks("validation").transpose(0, 3, 1, 2).astype(bool)
    optimizer = torch.optim.Adam(model.parameters(), lr=SCRIPT_RATE)
    deadline, best, weights, epochs = time.monotonic() + 60 * minutes, -1.0, model.state_dict(), 0
    while time.monotonic() < deadline:
        model.train()
        order = rng.permutation(len(images))
        for rows in np.array_split(order, max(len(order) // data.batch_size, 1)):
            if time.monotonic() >= deadline:
                break
            batch, inside = np.stack([images[row] for row in rows]), masks[rows].transpose(0, 3, 1, 2)
            if rng.random() < 0.5:
                batch, inside = batch[:, :, ::-1], inside[..., ::-1]
            loss = loss_of(model(torch.from_numpy(batch.copy())), torch.from_numpy(inside.astype(np.float32)))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        epochs += 1
        value = dice(known, model.predict_images(np.stack(list(data.images("validation")))) >= INSIDE) or 0.0
        if value > best:
            best, weights = value, copy.deepcopy(model.state_dict())
    model.load_state_dict(weights)
    print(f"    {60 * minutes:.0f} s, {epochs} epochs, validation {best:.3f}", flush=True)
    return model


def judged(cohort: Cohort, found: Iterable[tuple[str, tuple[int, int], np.ndarray]]) -> Outlined:
    groups = cohort.table.set_index("image")["group"]
    images, measured, scores = [], [], []
    for image, size, probability in found:
        (truth,) = true_masks(cohort, [image], [size])
        images.append(image)
        measured.append([measure(t, f >= INSIDE) for t, f in zip(truth, probability, strict=True)])
        scores.append([float(one.max()) for one in probability])
    return Outlined(images, groups.loc[images].to_numpy(dtype=object), measured, np.array(scores))


# ------------------------------------------------------------------ Otsu
def channels(image: np.ndarray) -> np.ndarray:
    """:data:`CHANNELS` of uint8 RGB (H, W, 3)."""
    return np.concatenate([image, cv2.cvtColor(image, cv2.COLOR_RGB2HSV)], axis=2)


def above_otsu(channel: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.threshold(channel, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], dtype=bool)


def best_channel(data: OutlineDataModule) -> tuple[int, bool]:
    """Channel and side that outline the training images best."""
    truth = data.masks("train").transpose(0, 3, 1, 2).any(axis=1, keepdims=True)
    stacks = [channels(np.array(image)) for image in data.images("train")]
    found = {}
    for channel in range(len(CHANNELS)):
        inside = np.stack([above_otsu(stack[..., channel]) for stack in stacks])[:, None]
        found |= {(channel, side): dice(truth, inside == side) or 0.0 for side in (True, False)}
    return max(found, key=lambda key: found[key])


def by_otsu(cohort: Cohort, data: OutlineDataModule, channel: int, side: bool) -> Outlined:
    def masks() -> Iterable[tuple[str, tuple[int, int], np.ndarray]]:
        for image in data.ids("test"):
            pixels = cohort.read(image)
            inside = above_otsu(channels(pixels)[..., channel]) == side
            yield image, pixels.shape[:2], inside[None].astype(np.float32)

    return judged(cohort, masks())


# ------------------------------------------------------------------ the promise
def report(name: str, found: Outlined) -> Outlined:
    figures = found.estimates(["polyp"], [0], None, 0)
    told = [f"{key} {e.value:.3f} [{e.low:.3f}, {e.high:.3f}]" for key, e in figures.items() if e.value is not None]
    print(f"  {name}: {', '.join(told)}", flush=True)
    return found


def kept(name: str, own: Outlined, other: Outlined) -> bool:
    gain = own.gain_over(other, "dice", 1000, 0)
    print(f"  Dice over {name}: {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]", flush=True)
    return (gain.high or 0.0) >= 0


def compare(folder: Path, size: tuple[int, int], minutes: float, seed: int, in_our_training: bool) -> bool:
    cohort = load_cohort(take_inventory(folder), Wishes(task="segmentation", seed=seed))
    cohort.seal.open()  # a benchmark is no study: nothing was chosen on these images
    data = OutlineDataModule(cohort, size=size, train_transform=augment.outlines(size))
    counts = cohort.table["partition"].value_counts()
    print(
        f"{counts.to_dict()}, {size[0]} x {size[1]} pixels, {minutes} minutes each, {torch.get_num_threads()} threads", flush=True
    )
    arms = {"plain script": plain_script(data, cohort.classes, minutes, seed)}
    if in_our_training:
        arms["U-Net of that package in our training"] = trained(PlainUNet(cohort.classes), data, minutes, seed)
    own = report("outliner", judged(cohort, outlines_of(ours(data, cohort.classes, minutes, seed), data, "test")))
    others = {name: report(name, judged(cohort, outlines_of(model, data, "test"))) for name, model in arms.items()}
    channel, side = best_channel(data)
    otsu = f"Otsu, {CHANNELS[channel]} {'above' if side else 'below'}"
    others[otsu] = report(otsu, by_otsu(cohort, data, channel, side))
    gains = [kept(name, own, other) for name, other in others.items()]
    return all(gains)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--size", type=int, nargs=2, default=(192, 160))
    parser.add_argument("--data", type=Path, default=POLYPS)
    parser.add_argument("--in-our-training", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    return 0 if compare(asked.data, (asked.size[0], asked.size[1]), asked.minutes, asked.seed, asked.in_our_training) else 1


if __name__ == "__main__":
    sys.exit(main())
