"""What the training of an outliner is fed with and judged on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch.utils.data import DataLoader

from jupyter_clinagent.tasks.segmentation.data import OutlineDataModule
from jupyter_clinagent.tasks.segmentation.metrics import dice

if TYPE_CHECKING:
    from jupyter_clinagent.tasks.segmentation.module import Outliner

MAX_EPOCHS = 120
LEAST_STEPS = 400
"""Few images make short epochs; fewer steps than this leave a new decoder untrained."""


class OutlineFeed:
    """Varied images with their outlines for training, all images of validation for judging, at the working size."""

    least_seconds, timed = 0.0, True

    def __init__(self, model: Outliner, data: OutlineDataModule) -> None:
        self.model, self.data = model, data
        model.symmetries, model.exclusive = data.symmetries, data.exclusive
        model.freeze_plan()
        self.images, self.truth = data.images("validation"), data.masks("validation").transpose(0, 3, 1, 2).astype(bool)
        self.judged = len(self.images)
        self.steps_per_epoch = max(1, len(data.ids("train")) // data.batch_size)
        self.max_steps = max(LEAST_STEPS, MAX_EPOCHS * self.steps_per_epoch)

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches, the same for the same seed."""
        return self.data.outline_loader(seed)

    def value(self, metric: str, first: int | None = None) -> float | None:
        """Mean Dice on validation at the working size, or on its first so many images; from one view each, to save time."""
        views, self.model.symmetries = self.model.symmetries, ()
        try:
            found = [mask > 0.5 for mask in self.model.predicted(self.images[:first])]
        finally:
            self.model.symmetries = views
        return dice(self.truth[: len(found)], np.asarray(found)) if found else None
