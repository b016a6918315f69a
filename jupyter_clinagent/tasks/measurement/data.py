"""Images with their numbers for Lightning."""

from __future__ import annotations

import numpy as np

from jupyter_clinagent.contracts import Partition
from jupyter_clinagent.imaging.dataset import CohortDataModule
from jupyter_clinagent.study.cohort.cohort import Cohort


class MeasurementDataModule(CohortDataModule):
    """Loaders over a cohort with a number for each image. Its :meth:`labels` say in which range that lies.

    Parameters are those of :class:`~jupyter_clinagent.imaging.dataset.CohortDataModule`.
    """

    cohort: Cohort

    @property
    def label_names(self) -> list[str]:
        """What :meth:`labels` count through."""
        return list(self.cohort.facts.details["ranges"])

    def values(self, partition: Partition) -> np.ndarray:
        """The numbers in their unit, float32 (N, 1); of the test part after its opening."""
        return np.array(self.cohort.truth(self.ids(partition)), np.float32).reshape(-1, 1)
