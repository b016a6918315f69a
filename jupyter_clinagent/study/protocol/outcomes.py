"""What a finished experiment and the opening of the test set leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.study.protocol.judged import Judged
from jupyter_clinagent.study.protocol.ledger import Entry

if TYPE_CHECKING:  # with them comes torch, for which a cohort that is only shown need not wait
    from jupyter_clinagent.imaging.dataset import CohortDataModule
    from jupyter_clinagent.imaging.model import Model


@dataclass(frozen=True)
class Trained:
    """An experiment that ran to its end: its line in the ledger, model, data and validation predictions.

    Attributes
    ----------
    validation
        What it is judged by.
    by_image
        What the model says of each validation image; the same where each image is judged by itself.
    """

    entry: Entry
    model: Model
    data: CohortDataModule
    validation: Judged
    by_image: Judged

    @property
    def freed_from(self) -> str | None:
        """The confounder that its training worked against."""
        return self.data.debiased


@dataclass(frozen=True)
class Opening:
    """Everything that was learnt at an opening.

    Attributes
    ----------
    test
        What the figures are of.
    by_image
        What the model says of each test image; the same where each image is judged by itself.
    cases
        Which images make one case; None where each is judged by itself.
    files
        Path in the data folder by test image id.
    subgroups
        See :func:`~jupyter_clinagent.study.protocol.evaluation.subgroup_table`.
    """

    facts: EvaluationFacts
    trained: Trained
    test: Judged
    by_image: Judged
    cases: Cases | None
    threshold: float | None
    files: dict[str, str]
    subgroups: pd.DataFrame
    reason: str
    models: int
    """How many different models have seen the test set so far, this one included."""

    def image_by_image(self) -> Opening:
        """The same with each image judged by itself."""
        return replace(self, test=self.by_image, cases=None)

    def images(self, row: int) -> np.ndarray:
        """The test images, by number, of what was judged in a row of :attr:`test`."""
        return np.array([row]) if self.cases is None else self.cases.rows(row)

    def pictured(self, rows: Sequence[int] | np.ndarray, said: Sequence[str]) -> tuple[np.ndarray, list[str]]:
        """The test images of rows of :attr:`test`, and for each what is said of its row, numbered where there are several."""
        numbers, captions = list[int](), list[str]()
        for row, words in zip_longest(rows, said, fillvalue=""):
            images = self.images(int(row))
            numbers += [int(image) for image in images]
            captions += [f"{words} ({k} of {len(images)})" if len(images) > 1 else words for k in range(1, len(images) + 1)]
        return np.array(numbers, dtype=np.int64), captions

    def named(self, row: int) -> str:
        """What was judged in a row of :attr:`test`: its file in the data folder, or the case with its files."""
        name = self.test.images[row]
        if self.cases is None:
            return self.files[name]
        return f"{name}: {', '.join(self.files[self.by_image.images[image]] for image in self.images(row))}"
