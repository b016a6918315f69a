"""The optimiser that every model here is trained with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn


def one_cycle(parts: Sequence[tuple[nn.Module, float]], steps: int, weight_decay: float) -> Any:
    """AdamW with a one-cycle schedule, as Lightning wants it: each part of a model with its own peak rate.

    What takes no gradients is left out.
    """
    groups = [({"params": [p for p in part.parameters() if p.requires_grad]}, rate) for part, rate in parts]
    groups = [(group, rate) for group, rate in groups if group["params"]]
    optimizer = torch.optim.AdamW([{**group, "lr": rate} for group, rate in groups], weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [rate for _, rate in groups], total_steps=max(steps, 2), pct_start=0.2
    )
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
