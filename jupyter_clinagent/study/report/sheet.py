"""The sheet of report items 1-44: what readers of a clinical model are owed, item by item.

Paraphrased from CLAIM, TRIPOD+AI, MI-CLAIM, STARD-AI, DECIDE-AI, FUTURE-AI and GMLP. Each item is *filled*, *needs you*
or *not applicable*; nothing is left blank in silence. What the clinician says is added, and never replaces a check.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from jupyter_clinagent.study.protocol.answers import Answer, load_answers
from jupyter_clinagent.study.report import data_items, model_items
from jupyter_clinagent.study.report.evidence import Evidence
from jupyter_clinagent.study.report.lines import Line, Status

_PARTS = (
    data_items.purpose,
    data_items.sources,
    data_items.flow,
    data_items.people,
    data_items.methods,
    model_items.model,
    model_items.figures,
    model_items.judgement,
    model_items.reach,
    model_items.openness,
)


class Item(NamedTuple):
    """One line of the sheet."""

    number: int
    topic: str
    status: Status
    text: str


def sheet(evidence: Evidence) -> list[Item]:
    """All 44 items in order, the clinician's answers included."""
    answers = load_answers(evidence.session.folder)
    lines = [line for part in _PARTS for line in part(evidence)]
    return [_item(number, line, answers.get(number)) for number, line in enumerate(lines, start=1)]


def _item(number: int, line: Line, answer: Answer | None) -> Item:
    if answer is None:
        missing = f"Not stated: {line.asked}." if line.asked else ""
        return Item(number, line.topic, line.status, " ".join(part for part in (line.text, missing) if part))
    status: Status = "filled" if line.status == "needs you" else line.status
    said = f"The clinician, {date.fromisoformat(answer.date):%d %B %Y}: “{answer.text}”"
    return Item(number, line.topic, status, " ".join(part for part in (line.text, said) if part))


def asked(items: list[Item]) -> list[str]:
    """Number and topic of the items that only the clinician can fill."""
    return [f"{item.number} {item.topic}" for item in items if item.status == "needs you"]
