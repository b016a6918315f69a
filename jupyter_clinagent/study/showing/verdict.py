"""The verdict on an experiment, as the clinician reads it in the cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jupyter_clinagent.facts import ExperimentFacts, say_averaged
from jupyter_clinagent.study.protocol.ledger import Entry
from jupyter_clinagent.study.showing.display import bundle, plain
from jupyter_clinagent.study.showing.markup import metric_name, render


class Verdict:
    """Displays itself with its facts; ``facts`` holds them."""

    def __init__(self, facts: ExperimentFacts, entries: Sequence[Entry]) -> None:
        self.facts = facts
        over = say_averaged(metric_name(facts.metric), facts.metric, facts.validation)
        self._html = render("showing/verdict", facts=facts, entries=entries, over=over)

    def _repr_mimebundle_(self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> dict[str, Any]:
        return bundle(self.facts, self._html)

    def __repr__(self) -> str:
        return plain(self._html)
