"""Images with their findings for Lightning."""

from __future__ import annotations

import numpy as np

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
