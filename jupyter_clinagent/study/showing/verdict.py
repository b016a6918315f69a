"""The verdict on an experiment, as the clinician reads it in the cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from jupyter_clinagent.contracts import Estimate
from jupyter_clinagent.facts import ExperimentFacts
from jupyter_clinagent.study.protocol.ledger import Entry
from jupyter_clinagent.study.showing.display import bundle, plain
from jupyter_clinagent.study.showing.markup import metric_name, table, with_interval


class Verdict:
    """Displays itself with its facts; ``facts`` holds them."""

    def __init__(self, facts: ExperimentFacts, entries: Sequence[Entry]) -> None:
        self.facts = facts
        self._html = _sentence(facts) + ledger_table(entries)

    def _repr_mimebundle_(self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> dict[str, Any]:
        return bundle(self.facts, self._html)

    def __repr__(self) -> str:
        return plain(self._html)


def _sentence(facts: ExperimentFacts) -> str:
    shown = with_interval(Estimate(value=facts.value, low=facts.low, high=facts.high))
    how = "replayed" if facts.replayed else "trained"
    return (
        f"<p><b>{escape(facts.name)}: {'kept' if facts.kept else 'discarded'}.</b> {escape(facts.reason)}<br>"
        f"{metric_name(facts.metric)} on validation {shown} (95 % interval over groups); {how} {facts.steps} steps "
        f"({facts.epochs:.1f} epochs) in {facts.seconds:.0f} s.</p>"
    )


def ledger_table(entries: Sequence[Entry], caption: str = "All experiments so far (validation)") -> str:
    """Every experiment with its figure and fate."""
    rows = [
        (entry.name, entry.hypothesis, _value(entry), _fate(entry), entry.reason, f"{entry.seconds:.0f} s") for entry in entries
    ]
    metric = metric_name(entries[0].metric) if entries else "Metric"
    return table(["Experiment", "Hypothesis", f"{metric} (95 % interval)", "Fate", "Why", "Time"], rows, caption)


def _value(entry: Entry) -> str:
    return "–" if entry.failed else with_interval(Estimate(value=entry.value, low=entry.low, high=entry.high))


def _fate(entry: Entry) -> str:
    return "failed" if entry.failed else ("kept" if entry.kept else "discarded")
