"""What a detector is fed with: augmented images, or feature maps that a frozen backbone computed once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.tasks.detection import metrics as detection_metrics
from jupyter_clinagent.tasks.detection.box_data import BoxDataModule, Target, as_target

if TYPE_CHECKING:
    from jupyter_clinagent.tasks.detection.module import FindingDetector

MAX_EPOCHS = 60
LEAST_STEPS = 400
"""Few boxed images make short epochs; fewer steps than this leave new heads untrained."""
MAPS_IN_MEMORY = 1 << 30
"""Bytes of feature maps beyond which images get fewer views."""
CHUNK = 32


class BoxImageFeed:
    """Augmented images and all layers."""

    least_seconds, timed = 0.0, True

    def __init__(self, model: FindingDetector, data: BoxDataModule) -> None:
        self.model, self.data = model, data
        model.freeze_plan("all")
        self.rows, self.truth = _judgeable(data)
        self.images, self.judged = data.images("validation")[self.rows], len(self.rows)
        self.steps_per_epoch = data.mixture(0).batches
        self.max_steps = max(LEAST_STEPS, MAX_EPOCHS * self.steps_per_epoch)

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches, the same for the same seed."""
        return self.data.box_loader(seed)

    def value(self, metric: str, first: int | None = None) -> float | None:
        """The metric on validation, or on its first so many images."""
        return detection_metrics.score(metric, self.truth[:first], self.model.predict_images(self.images[:first]))


class MapFeed:
    """Feature maps of a few views of each training image: the frozen backbone says the same about a view each time."""

    least_seconds, timed = 0.0, True

    def __init__(self, model: FindingDetector, data: BoxDataModule) -> None:
        self.model, self.data = model, data
        model.freeze_plan("heads")
        self.train = _Views(model, data)
        rows, self.truth = _judgeable(data)
        self.size, self.judged = data.preprocessing.size, len(rows)
        images = data.images("validation")
        self.maps = [_half(model, images[rows[k : k + CHUNK]]) for k in range(0, len(rows), CHUNK)]
        self.steps_per_epoch = data.mixture(0).batches
        self.max_steps = max(LEAST_STEPS, MAX_EPOCHS * self.steps_per_epoch)

    def loader(self, seed: int) -> DataLoader[Any]:
        """Training batches of feature maps, the same for the same seed."""
        return DataLoader(_MapBatches(self.data, self.train, seed), batch_size=None)

    @torch.inference_mode()
    def value(self, metric: str, first: int | None = None) -> float | None:
        """The metric on validation, or on its first so many images."""
        self.model.eval()
        chunks = self.maps[: None if first is None else -(-first // CHUNK)]
        full = ([level.float().to(self.model.device) for level in chunk] for chunk in chunks)
        found = [boxes for maps in full for boxes in self.model.selected(self.model.decoded(maps), self.size)]
        return detection_metrics.score(metric, self.truth[: len(found)], found)


class _Views:
    """Maps (views, entries, channels, h, w) at half precision and their targets; an entry is an image, or crops of it."""

    def __init__(self, model: FindingDetector, data: BoxDataModule) -> None:
        self.images, self.targets, self.rng = data.images("train"), data.targets("train"), np.random.default_rng(0)
        data.seeded(0)
        self.data, plan = data, data.mixture(0)
        entries = [(row, False) for row in np.union1d(plan.positives, () if plan.crops else plan.negatives).astype(int)]
        entries += [(row, True) for row in plan.negatives] if plan.crops else []
        self.place = {(int(row), crop): k for k, (row, crop) in enumerate(entries)}
        number = _affordable_views(model, data, len(entries))
        views = [[self._view(k, *entry) for entry in entries] for k in range(number)]
        self.boxes: list[list[Target]] = [[as_target(boxes) for _, boxes in view] for view in views]
        self.maps = [_stacked(model, [image for image, _ in view]) for view in views]

    def _view(self, number: int, row: int, crop: bool) -> tuple[np.ndarray, Boxes]:
        """The image itself, then its mirror image where that is plausible, then augmented ones."""
        if number > int("horizontal" in self.data.symmetries):
            return self.data.view(row, self.images, self.targets, crop, self.rng)
        image, boxes = self.data.plain(row, self.images, self.targets, crop, self.rng)
        return (image[:, ::-1], boxes.mirrored(image.shape[1])) if number else (image, boxes)


class _MapBatches(IterableDataset[Any]):
    def __init__(self, data: BoxDataModule, views: _Views, seed: int) -> None:
        self.data, self.views, self.seed = data, views, seed

    def __iter__(self) -> Iterator[tuple[list[torch.Tensor], list[Target]]]:
        rng = np.random.default_rng(self.seed)
        maps, boxes = self.views.maps, self.views.boxes
        for rows, crops in self.data.mixture(self.seed):
            entries = [self.views.place[int(row), bool(crop)] for row, crop in zip(rows, crops, strict=True)]
            drawn = list(zip(rng.integers(0, len(maps), len(rows)), entries, strict=True))
            levels = range(len(maps[0]))
            yield (
                [torch.stack([maps[v][level][e] for v, e in drawn]).float() for level in levels],
                [boxes[v][e] for v, e in drawn],
            )


def _judgeable(data: BoxDataModule) -> tuple[np.ndarray, list[Boxes]]:
    """Validation rows of which it is known where the findings are, and the truth."""
    rows = np.union1d(data.boxed_rows("validation"), data.without_finding("validation")).astype(int)
    targets = data.targets("validation")
    return rows, [targets[row] for row in rows]


def _affordable_views(model: FindingDetector, data: BoxDataModule, entries: int) -> int:
    if data.box_transform is None:
        return 1
    width, height = data.window or data.preprocessing.size
    each = sum(level.nbytes for level in _half(model, np.zeros((1, height, width, 3), np.uint8)))
    return int(np.clip(MAPS_IN_MEMORY // (each * max(entries, 1)), 1, model.views))


def _stacked(model: FindingDetector, images: list[np.ndarray]) -> list[torch.Tensor]:
    chunks = [_half(model, np.stack(images[k : k + CHUNK])) for k in range(0, len(images), CHUNK)]
    return [torch.cat(levels) for levels in zip(*chunks, strict=True)]


@torch.no_grad()
def _half(model: FindingDetector, images: np.ndarray) -> list[torch.Tensor]:
    model.eval()
    return [level.half().cpu() for level in model.maps(torch.from_numpy(np.ascontiguousarray(images)).to(model.device))]
