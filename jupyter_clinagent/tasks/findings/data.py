"""Images with their findings for Lightning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from jupyter_clinagent.contracts import FINDING, NO_FINDING, Partition
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.tasks.findings.enough import counted


class FindingsDataModule(CohortDataModule):
    """Loaders over a cohort with several findings. Its :meth:`labels` say whether an image shows any.

    Parameters are those of :class:`~jupyter_clinagent.imaging.dataset.CohortDataModule`.
    """

    cohort: Cohort

    @property
    def label_names(self) -> list[str]:
        """What :meth:`labels` count through."""
        return [NO_FINDING, FINDING]

    def findings(self, partition: Partition) -> np.ndarray:
        """1, 0 or NaN where it is not known: float32 (N, findings); of the test part after its opening."""
        truth = self.cohort.truth(self.ids(partition))
        values = [[np.nan if one[name] is None else one[name] for name in self.cohort.classes] for one in truth]
        return np.array(values, np.float32).reshape(len(truth), len(self.cohort.classes))

    def counted(self, partition: Partition) -> np.ndarray:
        """Findings (findings,), bool, over which a mean on this partition is taken."""
        group = self.cohort.table.set_index("image")["group"]
        return counted(self.findings(partition), group.loc[self.ids(partition)].to_numpy(dtype=object))

    def findings_loader(self, seed: int) -> DataLoader[Any]:
        """Endless training batches of images (N, H, W, 3), uint8, and findings (N, findings), the same for a seed."""
        self.seeded(seed)
        return DataLoader(_Batches(self, seed), batch_size=None)


class _Batches(IterableDataset[Any]):
    def __init__(self, data: FindingsDataModule, seed: int) -> None:
        self.data, self.seed = data, seed

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        images, findings, ids = self.data.images("train"), self.data.findings("train"), self.data.ids("train")
        for rows in shuffled_rows(len(images), self.data.batch_size, self.seed):
            pixels = np.stack([self._variant(np.array(images[row]), ids[row]) for row in rows])
            yield torch.from_numpy(pixels), torch.from_numpy(findings[rows])

    def _variant(self, image: np.ndarray, name: str) -> np.ndarray:
        transform = self.data.train_transform
        return np.ascontiguousarray(transform(image, name)) if transform else image


def shuffled_rows(number: int, batch: int, seed: int) -> Iterator[list[int]]:
    """Endless batches of row numbers, each row once before any comes again."""
    rng, order = np.random.default_rng(seed), list[int]()
    while True:
        while len(order) < batch:
            order += rng.permutation(number).tolist()
        rows, order = order[:batch], order[batch:]
        yield rows
