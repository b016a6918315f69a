"""What the earlier turns of a conversation know of the study that was finished last, and from which cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from jupyter_clinagent.agent.playbook.experimenting import Setting
from jupyter_clinagent.agent.playbook.turn import Call
from jupyter_clinagent.contracts import Specification
from jupyter_clinagent.facts import (
    AuditFacts,
    CohortFacts,
    EvaluationFacts,
    ExperimentFacts,
    ReportFacts,
    SpeedFacts,
    SurveyFacts,
)
from jupyter_clinagent.tasks import registry


@dataclass(frozen=True)
class Past:
    """The earlier calls of a conversation, read on demand.

    Attributes
    ----------
    earlier
        Every call before this turn.
    """

    earlier: tuple[Call, ...]

    @property
    def finished(self) -> bool:
        """Whether a test set was opened."""
        return any(_tells(call, "evaluation") for call in self.earlier)

    def has(self, kinds: Iterable[str]) -> bool:
        """Whether there are facts of all these kinds; ``specification`` is one that was proposed."""
        proposed = any(call.name == "propose_specification" for call in self.calls)
        return all(proposed if kind == "specification" else bool(self.all(kind)) for kind in kinds)

    @property
    def replaced(self) -> bool:
        """Whether another study was begun afterwards, which the notebook holds in its place."""
        return any(_tells(call, "survey") for call in self.earlier[self._end :])

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Those of the study that was finished last; of the last one where none is."""
        begun = [k for k, call in enumerate(self.earlier[: self._end]) if _tells(call, "survey")]
        return self.earlier[begun[-1] if begun else 0 : self._end]

    @cached_property
    def _end(self) -> int:
        opened = max((k for k, call in enumerate(self.earlier) if _tells(call, "evaluation")), default=len(self.earlier))
        return next((k for k, call in enumerate(self.earlier) if k > opened and _tells(call, "survey")), len(self.earlier))

    # ------------------------------------------------------------------ facts
    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every fact of a kind, in order."""
        return [facts for call in self.calls for facts in call.artifact.get("facts") or [] if facts["kind"] == kind]

    def source(self, kind: str, first: bool = False) -> str:
        """Where a fact of a kind stands: its last cell, or the first one, by the cell's first line."""
        call = next(call for call in (self.calls if first else reversed(self.calls)) if _tells(call, kind))
        return f"(from the cell “{headline(call)}”)"

    @property
    def survey(self) -> SurveyFacts:
        """What was seen in the data folder."""
        return SurveyFacts.read(self.all("survey")[-1])

    @property
    def cohort(self) -> CohortFacts:
        """What was loaded."""
        return CohortFacts.read(self.all("cohort")[-1])

    @property
    def audit(self) -> AuditFacts | None:
        """What the audit found."""
        found = self.all("audit")
        return AuditFacts.read(found[-1]) if found else None

    @property
    def opened(self) -> EvaluationFacts:
        """The figures of the opening, with the threshold that was agreed on."""
        return EvaluationFacts.read(self.all("evaluation")[0])

    @property
    def evaluation(self) -> EvaluationFacts:
        """The figures as they are now, with the threshold that was chosen last."""
        return EvaluationFacts.read(self.all("evaluation")[-1])

    @property
    def report(self) -> ReportFacts | None:
        """Where everything is."""
        found = self.all("report")
        return ReportFacts.read(found[-1]) if found else None

    @property
    def specification(self) -> Specification:
        """What was agreed on, or is proposed."""
        return registry.specified(self._proposal["specification"])

    @property
    def assumptions(self) -> list[str]:
        """What was assumed on the specification's card."""
        return list(self._proposal.get("assumptions") or [])

    @property
    def _proposal(self) -> dict[str, Any]:
        proposed = [call for call in self.calls if call.name == "propose_specification"]
        agreed = [call for call in proposed if call.artifact.get("choice") == "Approve"]
        return (agreed or proposed)[-1].arguments

    @property
    def setting(self) -> Setting:
        """What further experiments are made in."""
        speed = SpeedFacts.read(self.all("speed")[-1])
        width, height = next(iter(speed.ms_per_image["all"])).split("x")
        return Setting(self.survey, self.specification, self.cohort, speed, (int(width), int(height)))

    @property
    def experiments(self) -> tuple[ExperimentFacts, ...]:
        """Every experiment."""
        return tuple(ExperimentFacts.read(facts) for facts in self.all("experiment"))

    @property
    def planned(self) -> tuple[ExperimentFacts, ...]:
        """The experiments before the test set was opened."""
        opened = next((k for k, call in enumerate(self.calls) if _tells(call, "evaluation")), len(self.calls))
        return replace(self, earlier=self.calls[:opened]).experiments

    @property
    def best(self) -> ExperimentFacts:
        """The experiment that was kept last."""
        return next(facts for facts in reversed(self.experiments) if facts.kept)


def headline(call: Call) -> str:
    """The first line of a call's cell, without the mark of a comment."""
    return str(call.arguments.get("source", "")).strip().split("\n")[0].lstrip("# ")


def _tells(call: Call, kind: str) -> bool:
    return any(facts["kind"] == kind for facts in call.artifact.get("facts") or [])
