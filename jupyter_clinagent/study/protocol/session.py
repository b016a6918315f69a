"""What a running study holds in memory: cohort, confirmed specification, ledger, the best experiment so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import pandas as pd

from jupyter_clinagent.contracts import Level, Partition
from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.seal import CASE
from jupyter_clinagent.study.data.inventory import Inventory, take_inventory
from jupyter_clinagent.study.data.telling import Tell, quiet
from jupyter_clinagent.study.protocol.confirmation import Confirmed
from jupyter_clinagent.study.protocol.judged import Judged, JudgedTogether, cases_of
from jupyter_clinagent.study.protocol.ledger import Ledger
from jupyter_clinagent.study.protocol.material import Material
from jupyter_clinagent.study.protocol.record import Record
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.task import Task

if TYPE_CHECKING:
    from jupyter_clinagent.imaging.dataset import CohortDataModule
    from jupyter_clinagent.imaging.model import Model
    from jupyter_clinagent.study.protocol.outcomes import Opening, Trained

T = TypeVar("T")


@dataclass
class Session:
    """The state behind the :class:`~jupyter_clinagent.study.Study` facade."""

    folder: Path
    data: Path
    request: str
    minutes: float
    seed: int
    record: Record
    ledger: Ledger
    inventory_: Inventory | None = None
    cohort_: Cohort | None = None
    confirmed_: Confirmed | None = None
    best: Trained | None = None
    erm: Trained | None = None
    """The best that was trained plainly (empirical risk minimisation), for comparison with models freed from a confounder."""
    opening_: Opening | None = None
    material: Material = field(default_factory=Material)
    models: dict[str, Model] = field(default_factory=dict)
    """Models of this session's experiments, kept or not."""

    @property
    def inventory(self) -> Inventory:
        """What lies in the data folder."""
        return self.look(quiet)

    def look(self, tell: Tell) -> Inventory:
        """What lies in the data folder; ``tell`` hears how far the first look is."""
        if self.inventory_ is None:
            self.inventory_ = take_inventory(self.data, tell)
        return self.inventory_

    @property
    def cohort(self) -> Cohort:
        """The loaded cohort."""
        return _there(self.cohort_, "There is no cohort yet: call study.load_cohort(…) first.")

    @property
    def confirmed(self) -> Confirmed:
        """The confirmed specification."""
        return _there(self.confirmed_, "No specification is confirmed yet: call study.confirm(specification) first.")

    @property
    def opening(self) -> Opening:
        """The opened test set."""
        return _there(self.opening_, "The test set is still sealed: call study.unseal(reason) first.")

    @property
    def metric(self) -> str:
        """The primary metric."""
        return self.confirmed.specification.primary_metric

    @property
    def positives(self) -> list[int]:
        """Index of the positive class, or those of the classes held together; empty where there is none."""
        specification = self.confirmed.specification
        point, named = specification.operating_point, specification.positive_class
        names = point.positives if point else [named] if named else []
        return [self.cohort.classes.index(name) for name in names]

    def identity(self) -> dict[str, str]:
        """Hashes that an experiment depends on besides its own recipe."""
        return {"specification": self.confirmed.specification.hash, "partition": self.cohort.hash}

    @property
    def task(self) -> Task:
        """What the study is about."""
        return registry.find(self.confirmed.specification.task)

    def predict(self, model: Model, data: CohortDataModule, partition: Partition) -> Judged:
        """What a model says of the images of a partition, with their truth; of the test part only after its opening."""
        return self.task.judging.predict(self, model, data, partition)

    @property
    def level(self) -> Level:
        """What gets one answer."""
        return self.confirmed.specification.level

    def cases(self, images: Sequence[str], partition: Partition) -> Cases | None:
        """Which of these images make one case; None where each is judged by itself."""
        if self.level.by_image:
            return None
        ids = list(self.rows(partition).loc[list(images), CASE])
        return cases_of(ids, self.level, self.cohort.classes)

    def at_level(self, judged: Judged, partition: Partition) -> Judged:
        """What is judged, from what a model says of the images of a partition: themselves, or one answer for each case."""
        cases = self.cases(judged.images, partition)
        return judged if cases is None else cast(JudgedTogether, judged).of_cases(cases)

    def rows(self, partition: Partition) -> pd.DataFrame:
        """Class and group by image id."""
        cohort = self.cohort
        shown = cohort.table.set_index("image").rename(columns={"label": "class"})
        return cohort.seal.contents() if partition == "test" else shown

    def finish(self, trained: Trained) -> None:
        """Enter a finished experiment; a kept one becomes the best."""
        entry = trained.entry
        self.ledger.add(entry)
        self.models[entry.name] = trained.model
        data = {"name": entry.name, "recipe": entry.recipe, "metric": entry.metric, "value": entry.value, "kept": entry.kept}
        self.record.add("experiment finished", **data, reason=entry.reason, steps=entry.steps, replayed=entry.replayed)
        if entry.kept:
            self.best = trained
            self.erm = trained if trained.freed_from is None else self.erm


def _there(value: T | None, otherwise: str) -> T:
    if value is None:
        raise ProtocolViolation(otherwise)
    return value
