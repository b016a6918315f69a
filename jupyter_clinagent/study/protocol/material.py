"""What the steps of a study have shown, kept for its report."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from jupyter_clinagent.facts import AuditFinding, EvaluationFacts, ExplanationFacts, SurveyFacts


class Shown(NamedTuple):
    """A figure: name of its file, caption, alternative text, PNG."""

    name: str
    caption: str
    alt: str
    png: bytes


@dataclass
class Material:
    """Facts and figures of the steps that have run.

    Attributes
    ----------
    post_hoc
        Operating points that were chosen after the test set was opened.
    figures
        By section of the report.
    """

    survey: SurveyFacts | None = None
    audit_findings: list[AuditFinding] = field(default_factory=list)
    explanation: ExplanationFacts | None = None
    post_hoc: list[EvaluationFacts] = field(default_factory=list)
    figures: dict[str, list[Shown]] = field(default_factory=dict)

    def add_figures(self, study: Path, section: str, shown: list[Shown]) -> None:
        """Keep the figures of a section, in place of earlier ones, and write them into the study's folder."""
        folder = study / "figures"
        folder.mkdir(exist_ok=True)
        for figure in shown:
            (folder / f"{figure.name}.png").write_bytes(figure.png)
        self.figures[section] = shown
