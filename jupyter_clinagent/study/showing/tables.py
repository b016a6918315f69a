"""The figures of an opening as most tasks show them."""

from __future__ import annotations

from collections.abc import Collection

from jupyter_clinagent.facts import EvaluationFacts
from jupyter_clinagent.study.protocol.session import Session
from jupyter_clinagent.study.showing.markup import ShownTable, metric_name


def tables(session: Session, facts: EvaluationFacts) -> list[ShownTable | str]:
    """Every figure in one table."""
    return [figures_table(facts, facts.test)]


def figures_table(facts: EvaluationFacts, names: Collection[str]) -> ShownTable:
    """These figures with their intervals, validation beside test."""
    rows = [(metric_name(name), facts.validation.get(name, "not stated"), facts.test[name]) for name in names]
    return ShownTable(["Metric", "Validation", "Test"], rows, "Figures (95 % interval, bootstrap over groups)")
