"""The optimiser that every model here is trained with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

Parts = Sequence[tuple[nn.Module, float]]
"""Parts of a model, each with its own rate; what takes no gradients is left out."""
WARM_UP = 0.07
"""Share of the steps in which a level rate is reached."""


def one_cycle(parts: Parts, steps: int, weight_decay: float) -> Any:
    """AdamW with a one-cycle schedule, as Lightning wants it; the rates are its peaks."""
    optimizer = _adamw(parts, weight_decay)
    peaks = [group["lr"] for group in optimizer.param_groups]
    return _by_step(optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, peaks, total_steps=max(steps, 2), pct_start=0.2))


def level(parts: Parts, steps: int, weight_decay: float) -> Any:
    """AdamW whose rates rise for a moment and then stay, for a mean of the weights."""
    optimizer, rise = _adamw(parts, weight_decay), max(1.0, WARM_UP * steps)
    return _by_step(optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / rise)))


def _adamw(parts: Parts, weight_decay: float) -> torch.optim.AdamW:
    groups = [{"params": [p for p in part.parameters() if p.requires_grad], "lr": rate} for part, rate in parts]
    return torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=weight_decay)


def _by_step(optimizer: torch.optim.Optimizer, schedule: Any) -> dict[str, Any]:
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
