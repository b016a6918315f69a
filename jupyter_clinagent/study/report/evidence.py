"""Everything that the report says, gathered in one place before a word of it is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from jupyter_clinagent.contracts import Approval, Estimate, Specification
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.study.data.dates import header_years
from jupyter_clinagent.study.protocol.evaluation import SMALL
from jupyter_clinagent.study.protocol.ledger import Entry
from jupyter_clinagent.study.protocol.outcomes import Opening
from jupyter_clinagent.study.protocol.record import confirmed_in, verify_record
from jupyter_clinagent.study.protocol.robustness import robustness_table
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.failures import FailureKind, worst_failures
from jupyter_clinagent.tasks.protocol import Reporting

DECISION_THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Evidence:
    """The finished study, read only.

    Attributes
    ----------
    demographics
        Age and sex by partition, with standardised differences between training and test.
    decision
        Net benefit at :data:`DECISION_THRESHOLDS`; None without a positive class, and where scores are no probabilities.
    robustness
        See :func:`~jupyter_clinagent.study.protocol.robustness.robustness_table`.
    failures
        The worst mistakes on the test set by kind.
    header_years
        Year of each image whose DICOM header tells it.
    approved
        By whom the specification was approved, as it stands in the record.
    slope
        Calibration slope of the positive class; None where it can't be estimated.
    """

    session: Session
    opening: Opening
    specification: Specification
    experiments: list[Entry]
    changed: list[str]
    demographics: pd.DataFrame
    decision: pd.DataFrame | None
    robustness: pd.DataFrame
    failures: list[FailureKind]
    header_years: list[int]
    slope: float | None
    majority: float
    entries: int
    approved: Approval
    confirmed_first: bool

    @property
    def words(self) -> Reporting:
        """The task's words."""
        return self.session.task.reporting

    @property
    def judged(self) -> str:
        """What the figures count: images, or patients, lesions, …"""
        return self.specification.level.plural

    @property
    def primary(self) -> Estimate:
        """The headline figure on the test set."""
        return self.opening.facts.test[self.opening.facts.primary_metric]


def gather(session: Session, changed: list[str]) -> Evidence:
    """Collect the evidence; verifies the record on the way."""
    entries = verify_record(session.record.path)
    kinds = [entry["kind"] for entry in entries]
    opening = session.opening
    counts = np.bincount(opening.test.labels)
    return Evidence(
        session=session,
        opening=opening,
        specification=session.confirmed.specification,
        experiments=session.ledger.all,
        changed=changed,
        demographics=_demographics(session),
        decision=net_benefits(session, np.array(DECISION_THRESHOLDS)),
        failures=worst_failures(session),
        header_years=header_years(session.inventory.folder.path(file) for file in session.cohort.partition_of_files()),
        robustness=robustness_table(session.task, opening.image_by_image(), session.metric, session.positives, session.seed),
        slope=_slope(session),
        majority=float(counts.max() / counts.sum()),
        entries=len(entries),
        approved=confirmed_in(entries)[-1].get("approved", ""),
        confirmed_first=kinds.index("specification confirmed") < kinds.index("experiment started"),
    )


def _slope(session: Session) -> float | None:
    if not session.positives or not session.task.reporting.PROBABILITIES:
        return None
    return metrics.calibration_slope(*session.opening.test.binary(*session.positives))


def net_benefits(session: Session, thresholds: np.ndarray) -> pd.DataFrame | None:
    """Net benefit of the model, of acting on everybody and on nobody, at threshold probabilities (k,); None as above."""
    if not session.positives or not session.task.reporting.PROBABILITIES:
        return None
    hit, score = session.opening.test.binary(*session.positives)
    model = metrics.net_benefit(hit, score, thresholds)
    everybody = metrics.net_benefit(hit, np.ones(len(hit)), thresholds)
    return pd.DataFrame({"threshold": thresholds, "model": model, "everybody": everybody, "nobody": 0.0})


def _demographics(session: Session) -> pd.DataFrame:
    """One row for each age and sex column: its summary by partition and the standardised mean difference."""
    sealed = session.cohort.seal.contents()
    table = session.cohort.table.set_index("image")
    known = pd.concat([session.cohort.metadata, sealed[[c for c in session.cohort.metadata.columns if c in sealed.columns]]])
    partition = table["partition"].reindex(known.index)
    rows = []
    for column, role in _demographic_columns(session):
        if column in known.columns:
            rows.append(_by_partition(column, role, known[column], partition))
    return pd.DataFrame(rows, columns=["column", "train", "validation", "test", "difference"])


def _demographic_columns(session: Session) -> list[tuple[str, str]]:
    columns = [c for table in session.inventory.tables for c in table.columns if c.role in ("age", "sex")]
    return list({c.name: (c.name, c.role) for c in columns}.values())


def _by_partition(column: str, role: str, cells: pd.Series, partition: pd.Series) -> tuple[str, str, str, str, float]:
    values = pd.to_numeric(cells, errors="coerce") if role == "age" else _is_most_frequent(cells)
    parts = {name: values[(partition == name).to_numpy()] for name in ("train", "validation", "test")}
    shown = {name: _summary(part, role, cells) for name, part in parts.items()}
    spread = np.sqrt((parts["train"].var() + parts["test"].var()) / 2)
    difference = float(abs(parts["train"].mean() - parts["test"].mean()) / spread) if spread > 0 else 0.0
    return column, shown["train"], shown["validation"], shown["test"], difference


def _is_most_frequent(cells: pd.Series) -> pd.Series:
    return (cells == cells.mode().iloc[0]).where(cells.notna()).astype(float)


def _summary(part: pd.Series, role: str, cells: pd.Series) -> str:
    if part.notna().sum() < SMALL:
        return "too few"
    if role == "age":
        return f"mean {part.mean():.1f} (SD {part.std():.1f}), {int(part.isna().sum())} missing"
    return f"{part.mean():.0%} {cells.mode().iloc[0]}, {int(part.isna().sum())} missing"
