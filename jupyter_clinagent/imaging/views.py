"""What a classifier sees of a picture: several views at prediction, and in training pairs blended with each other."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F

CLOSER = 0.07
"""Share of width and height that a closer look leaves out on each side."""
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def views_of(images: torch.Tensor, symmetries: tuple[str, ...], closer: bool = False) -> list[torch.Tensor]:
    """Images (N, H, W, 3) and their mirror images along each of ``symmetries``, where ``closer`` magnified as well."""
    views = [images, middle(images)] if closer else [images]
    for symmetry in symmetries:
        views += [view.flip(dims=(2 if symmetry == "horizontal" else 1,)) for view in views]
    return views


def middle(images: torch.Tensor) -> torch.Tensor:
    """The middle of images (N, H, W, 3), magnified to their size; float."""
    height, width = int(images.shape[1]), int(images.shape[2])
    down, right = round(CLOSER * height), round(CLOSER * width)
    cut = images[:, down : height - down, right : width - right].permute(0, 3, 1, 2).float()
    return F.interpolate(cut, (height, width), mode="bilinear", align_corners=False).permute(0, 2, 3, 1)


def blended(
    images: torch.Tensor, labels: torch.Tensor, alpha: float, model: Callable[[torch.Tensor], torch.Tensor], loss: Loss
) -> torch.Tensor:
    """Mixup (Zhang et al. 2018): the loss of images (N, H, W, 3) blended with each other; both labels count by their shares.

    The share is drawn from Beta(alpha, alpha) by torch's own generator, so that a seeded training replays.
    """
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    partner = torch.randperm(len(images)).to(images.device)
    logits = model(torch.lerp(images[partner], images, share))
    return share * loss(logits, labels) + (1 - share) * loss(logits, labels[partner])
