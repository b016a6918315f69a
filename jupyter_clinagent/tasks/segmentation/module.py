"""The model: a U-Net (Ronneberger et al. 2015) whose way down is a backbone with ImageNet weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import lightning as L
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from jupyter_clinagent.imaging.backbones import DEFAULT, load_backbone
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.imaging.schedule import one_cycle
from jupyter_clinagent.imaging.stages import Stage
from jupyter_clinagent.tasks.segmentation.data import OutlineDataModule
from jupyter_clinagent.tasks.segmentation.feeds import OutlineFeed

Trainable = Literal["decoder", "all"]
PEAK_RATES: dict[str, float] = {"decoder": 3e-3, "all": 2e-3}
BACKBONE_RATE = 0.3
"""The pretrained backbone learns slower by this factor."""
WIDTHS = (96, 64, 48, 32)
"""Channels of the decoder from a sixteenth of the image's size to a half."""
SMOOTH = 1.0
"""Added to both sides of the Dice loss, so that empty outlines have one."""


class Outliner(L.LightningModule):
    """Outlines of structures in uint8 RGB images (N, H, W, 3), H and W multiples of 32.

    Parameters
    ----------
    classes
        Structures, in the order of the outputs; a pixel may belong to several unless :attr:`exclusive` says otherwise.
    backbone
        See :func:`~jupyter_clinagent.imaging.backbones.load_backbone`.
    trainable
        ``decoder``: the backbone keeps what it knows; ``all``: every layer learns.
    learning_rate
        Peak of the one-cycle schedule; by default :data:`PEAK_RATES`.
    weight_decay
        Regularisation.
    weights_file
        Local weights for another backbone than the default.
    start
        Go on from this trained model.
    """

    mean: torch.Tensor
    std: torch.Tensor

    def __init__(
        self,
        classes: Sequence[str],
        backbone: str = DEFAULT,
        trainable: Trainable = "all",
        *,
        learning_rate: float | None = None,
        weight_decay: float = 0.01,
        weights_file: str | Path | None = None,
        start: Outliner | None = None,
    ) -> None:
        super().__init__()
        if trainable not in PEAK_RATES:
            raise ValueError(f"trainable must be one of {', '.join(PEAK_RATES)}, not {trainable!r}")
        self.classes, self.backbone_name, self.trainable = list(classes), backbone, trainable
        self.learning_rate, self.weight_decay, self.total_steps = learning_rate or PEAK_RATES[trainable], weight_decay, 1
        self.symmetries: tuple[str, ...] = ()
        self.exclusive = False
        self.backbone = load_backbone(backbone, weights_file)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # the same start on every machine
            self.decoder = _Decoder(_channels(self), len(self.classes))
        self.register_buffer("mean", torch.tensor(self.backbone.mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(self.backbone.std).view(1, 3, 1, 1))
        self.start_recipe = start.recipe if start else None
        if start:
            self.load_state_dict(start.state_dict())
        self.to(memory_format=torch.channels_last)
        self.freeze_plan()

    @property
    def recipe(self) -> dict[str, Any]:
        """Everything that decides how the model is trained, as plain data."""
        return {
            "outliner": "u-net",
            "backbone": self.backbone_name,
            "backbone_sha256": self.backbone.sha256,
            "classes": self.classes,
            "trainable": self.trainable,
            "learning_rate": self.learning_rate,
            "weight_decay": self.weight_decay,
            "start": self.start_recipe,
        }

    # -------------------------------------------------------------- the network
    def maps(self, images: torch.Tensor) -> list[torch.Tensor]:
        """The backbone's feature maps from a half of the image's size to a thirty-second."""
        x = images.to(self.mean.dtype).permute(0, 3, 1, 2)
        return pyramid(self.backbone, ((x - self.mean) / self.std).contiguous(memory_format=torch.channels_last))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Logits (N, structures, H, W) of images (N, H, W, 3)."""
        logits: torch.Tensor = self.decoder(self.maps(images))
        return F.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)

    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Of each pixel and structure (N, structures, H, W), averaged over the :attr:`symmetries` of the pictures."""
        found = self.squashed(self(images))
        if "horizontal" in self.symmetries:
            found = (found + self.squashed(self(images.flip(2))).flip(3)) / 2
        return found

    def squashed(self, logits: torch.Tensor) -> torch.Tensor:
        """Probabilities of logits; of exclusive structures and what lies outside they sum to one, so two never reach half."""
        return with_outside(logits).softmax(dim=1)[:, 1:] if self.exclusive else logits.sigmoid()

    # -------------------------------------------------------------- training
    def stages(self, data: CohortDataModule) -> list[Stage]:
        """One."""
        if not isinstance(data, OutlineDataModule):
            raise ValueError("outlines are learnt from outlines: give an OutlineDataModule")
        return [Stage(self.trainable, partial(OutlineFeed, self, data))]

    def training_step(self, batch: tuple[torch.Tensor, torch.Tensor], _index: int) -> torch.Tensor:
        """Cross-entropy of the pixels and soft Dice of each structure in the batch (Milletari et al. 2016), in equal parts."""
        images, inside = batch
        logits = self(images)
        if self.exclusive:
            truth = torch.cat([1 - inside.sum(dim=1, keepdim=True), inside], dim=1)
            entropy = F.cross_entropy(with_outside(logits), truth)
        else:
            entropy = F.binary_cross_entropy_with_logits(logits, inside)
        return entropy + dice_loss(self.squashed(logits), inside)

    def train(self, mode: bool = True) -> Outliner:
        """Training mode for what is trained; a frozen backbone keeps its batch statistics, too."""
        super().train(mode)
        if self.trainable == "decoder":
            self.backbone.eval()
        return self

    def configure_optimizers(self) -> Any:
        """AdamW with a one-cycle schedule over :attr:`total_steps`."""
        parts = [(self.decoder, self.learning_rate), (self.backbone, BACKBONE_RATE * self.learning_rate)]
        return one_cycle(parts, self.total_steps, self.weight_decay)

    def freeze_plan(self) -> None:
        """Let only what :attr:`trainable` names take gradients."""
        self.requires_grad_(True)
        self.backbone.requires_grad_(self.trainable == "all")

    # -------------------------------------------------------------- prediction
    @torch.inference_mode()
    def predicted(self, images: np.ndarray, batch_size: int = 16) -> Iterator[np.ndarray]:
        """Probabilities (structures, H, W), float32, of one preprocessed uint8 image (H, W, 3) after the other."""
        self.eval()
        for k in range(0, len(images), batch_size):
            batch = torch.from_numpy(np.array(images[k : k + batch_size])).to(self.device)
            yield from self.probabilities(batch).float().cpu().numpy()

    def predict_images(self, images: np.ndarray) -> np.ndarray:
        """Probabilities (N, structures, H, W), float32, of preprocessed uint8 images (N, H, W, 3)."""
        shape = (0, len(self.classes), images.shape[1], images.shape[2])
        return np.stack(list(self.predicted(images))) if len(images) else np.empty(shape, np.float32)


def with_outside(logits: torch.Tensor) -> torch.Tensor:
    """Logits (N, structures, H, W) with that of lying outside all of them before, which is always 0."""
    return torch.cat([torch.zeros_like(logits[:, :1]), logits], dim=1)


def dice_loss(probability: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
    """One minus the soft Dice, mean over the structures; both (N, structures, H, W)."""
    both = (probability * inside).sum(dim=(0, 2, 3))
    each = probability.sum(dim=(0, 2, 3)) + inside.sum(dim=(0, 2, 3))
    return 1 - ((2 * both + SMOOTH) / (each + SMOOTH)).mean()


def pyramid(backbone: Any, x: torch.Tensor) -> list[torch.Tensor]:
    """The last feature map of each size, from a half of the image's to a thirty-second."""
    layers = [*backbone.first, *backbone.second]
    stages = [k for k, layer in enumerate(layers) if isinstance(layer, nn.Sequential)]
    by_height: dict[int, torch.Tensor] = {}
    for layer in layers[: stages[-1] + 1]:
        x = layer(x)
        by_height[int(x.shape[2])] = x
    return list(by_height.values())[-5:]


@torch.no_grad()
def _channels(model: Outliner) -> list[int]:
    model.backbone.eval()
    return [features.shape[1] for features in pyramid(model.backbone, torch.zeros(1, 3, 64, 64))]


class _Decoder(nn.Module):
    """From the smallest map up: enlarge, join the backbone's map of that size, two convolutions."""

    def __init__(self, channels: Sequence[int], classes: int) -> None:
        super().__init__()
        below, ups = channels[-1], []
        for beside, width in zip(reversed(channels[:-1]), WIDTHS, strict=False):
            ups.append(nn.Sequential(_convolution(below + beside, width), _convolution(width, width)))
            below = width
        self.ups, self.head = nn.ModuleList(ups), nn.Conv2d(below, classes, 1)

    def forward(self, maps: list[torch.Tensor]) -> torch.Tensor:
        x = maps[-1]
        for up, beside in zip(self.ups, reversed(maps[:-1]), strict=True):
            x = up(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), beside], dim=1))
        logits: torch.Tensor = self.head(x)
        return logits


def _convolution(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True))
