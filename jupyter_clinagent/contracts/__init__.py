"""Plain data and protocols shared by the three import worlds (kernel, agent, Jupyter).

Nothing here imports torch, LangChain or Jupyter. What a cell tells the agent stands in :mod:`~jupyter_clinagent.facts`.
"""

from jupyter_clinagent.contracts.allocation import Allocation, Gathered, LeftOut
from jupyter_clinagent.contracts.clinician import (
    Approval,
    Approver,
    Card,
    Decision,
    Event,
    EventKind,
    EventSink,
    Exported,
    Exporter,
)
from jupyter_clinagent.contracts.cohort import (
    FINDING,
    NO_FILE,
    NO_FINDING,
    OUTSIDE,
    BoxedCohortLike,
    CohortLike,
    ConfoundedCohortLike,
    Partition,
)
from jupyter_clinagent.contracts.frozen import Frozen
from jupyter_clinagent.contracts.notebook import (
    CARD_MIME,
    FACTS_MIME,
    NO_PATIENT,
    PROGRESS_MIME,
    Cell,
    CellResult,
    Listener,
    NotebookPort,
    Progress,
    source_hash,
)
from jupyter_clinagent.contracts.report_items import REPORT_ITEM_COUNT, REPORT_ITEMS
from jupyter_clinagent.contracts.study import (
    Estimate,
    Modality,
    Offer,
    OperatingPoint,
    Plan,
    PlannedStep,
    PositiveClass,
    Specification,
    in_words,
    names_of,
)

__all__ = [
    "CARD_MIME",
    "FACTS_MIME",
    "FINDING",
    "NO_FILE",
    "NO_FINDING",
    "NO_PATIENT",
    "OUTSIDE",
    "PROGRESS_MIME",
    "REPORT_ITEMS",
    "REPORT_ITEM_COUNT",
    "Allocation",
    "Approval",
    "Approver",
    "BoxedCohortLike",
    "Card",
    "Cell",
    "CellResult",
    "CohortLike",
    "ConfoundedCohortLike",
    "Decision",
    "Estimate",
    "Event",
    "EventKind",
    "EventSink",
    "Exported",
    "Exporter",
    "Frozen",
    "Gathered",
    "LeftOut",
    "Listener",
    "Modality",
    "NotebookPort",
    "Offer",
    "OperatingPoint",
    "Partition",
    "Plan",
    "PlannedStep",
    "PositiveClass",
    "Progress",
    "Specification",
    "in_words",
    "names_of",
    "source_hash",
]
