"""A line of the sheet of report items, and its three states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from jupyter_clinagent.study.report.evidence import Evidence

Status = Literal["filled", "needs you", "not applicable"]


class Line(NamedTuple):
    """What the software knows about an item, and in ``asked`` what only the clinician can say."""

    topic: str
    status: Status
    text: str
    asked: str = ""


def filled(topic: str, text: str) -> Line:
    """An item that the study itself answers."""
    return Line(topic, "filled", text)


def needs_you(topic: str, asked: str, known: str = "") -> Line:
    """An item that the clinician has to answer, beside what is known of it."""
    return Line(topic, "needs you", known, asked)


def not_applicable(topic: str, why: str) -> Line:
    """An item that this study has nothing to say about."""
    return Line(topic, "not applicable", why)


def findings(evidence: Evidence, *topics: str) -> str:
    """What the audit said about a topic."""
    return " ".join(finding.text for finding in evidence.session.material.audit_findings if finding.topic in topics)


def listed(parts: Iterable[str], otherwise: str) -> str:
    """Parts with semicolons, or what is said where there are none."""
    return "; ".join(parts) or otherwise
