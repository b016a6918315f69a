"""What a finished experiment and the opening of the test set leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.study.protocol.ledger import Entry

if TYPE_CHECKING:  # with them comes torch, for which a cohort that is only shown need not wait
    from jupyter_clinagent.imaging.dataset import CohortDataModule
    from jupyter_clinagent.imaging.model import Model


@dataclass(frozen=True)
class Trained:
    """An experiment that ran to its end: its line in the ledger, model, data and validation predictions."""

    entry: Entry
    model: Model
    data: CohortDataModule
    validation: Judged

    @property
    def freed_from(self) -> str | None:
        """The confounder that its training worked against."""
        return self.data.debiased


@dataclass(frozen=True)
class Opening:
    """Everything that was learnt at an opening.

    Attributes
    ----------
    files
        Path in the data folder by test image id.
    subgroups
        See :func:`~jupyter_clinagent.study.protocol.evaluation.subgroup_table`.
    """

    facts: EvaluationFacts
    trained: Trained
    test: Judged
    threshold: float | None
    files: dict[str, str]
    subgroups: pd.DataFrame
    reason: str
    models: int
    """How many different models have seen the test set so far, this one included."""
