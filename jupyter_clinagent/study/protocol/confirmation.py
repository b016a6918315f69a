"""A specification is confirmed against the cohort: what it says has to be what was loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_clinagent.contracts import Only, Specification, only_in_words
from jupyter_clinagent.errors import ProtocolViolation
from jupyter_clinagent.facts import CohortFacts
from jupyter_clinagent.study.protocol.evaluator import check_evaluator, evaluator_hash, evaluator_state, evaluator_versions
from jupyter_clinagent.tasks import registry


def check_specification(specification: Specification, cohort: CohortFacts, label: str) -> None:
    """Compare a specification with the cohort.

    Raises
    ------
    ProtocolViolation
        Names everything that doesn't fit.
    """
    wrong = list(_contradictions(specification, cohort, label))
    if wrong:
        raise ProtocolViolation("The specification doesn't fit the cohort: " + "; ".join(wrong) + ".")


def _contradictions(specification: Specification, cohort: CohortFacts, label: str) -> Iterator[str]:
    if list(specification.classes) != cohort.classes:
        yield f"its classes are {', '.join(specification.classes)}, the cohort's {', '.join(cohort.classes)}"
    if specification.label_column not in (None, label):
        yield f"its label column is {specification.label_column}, the cohort's {label}"
    if specification.group_column not in (None, "none", cohort.group_source):
        yield f"it groups by {specification.group_column}, the cohort by {cohort.group_source}"
    if specification.level != cohort.level:
        yield f"it judges {specification.level.in_words}, the cohort was loaded for {cohort.level.in_words}"
    if specification.only != cohort.only:
        yield f"it is about {_about(specification.only)}, the cohort was loaded for {_about(cohort.only)}"
    if specification.task != cohort.task:
        yield f"its task is {specification.task}, the cohort was loaded for {cohort.task}"
    expected, because = registry.find(cohort.task).judging.primary_metric(cohort)
    if specification.primary_metric != expected:
        yield f"its primary metric is {specification.primary_metric}; {because} it is {expected}"
    point = specification.operating_point
    given = [specification.positive_class, specification.level.positive, *(point.positives if point else [])]
    named = {name for name in given if name}
    for name in sorted(named - set(cohort.classes)):
        yield f"its positive class {name} is no class"
    if point and registry.find(cohort.task).judging.EXCLUSIVE and set(point.positives) >= set(cohort.classes):
        yield "its operating point holds for every class, so none is the rest"


def _about(only: Only) -> str:
    return only_in_words(only) if only else "all images"


@dataclass(frozen=True)
class Confirmed:
    """A specification with the identity of the evaluator at its confirmation, and the state of its code."""

    specification: Specification
    evaluator: dict[str, int]
    evaluator_hash: str
    evaluator_state: str

    @classmethod
    def now(cls, specification: Specification) -> Confirmed:
        """Confirm with the evaluator as it is."""
        task = registry.find(specification.task)
        return cls(specification, evaluator_versions(task), evaluator_hash(task), evaluator_state(task))

    def check(self) -> None:
        """EvaluatorChanged where what judges is not what it was."""
        check_evaluator(registry.find(self.specification.task), self.evaluator_state)
