"""What a classifier could tell apart in the data, and what a request asks of it."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.drafting import said_of
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.contracts import Offer, Specification
from jupyter_clinagent.facts import CohortFacts, ColumnFacts, SurveyFacts
from jupyter_clinagent.tasks.classification import TASK
from jupyter_clinagent.tasks.classification.drafting import draft

__all__ = ["claims", "draft", "fitted", "offers"]


def offers(survey: SurveyFacts) -> list[Offer]:
    """One for each column that could hold the label."""
    named = {column.name: column for column in reversed(survey.columns)}
    return [_offer(named[name], survey) for name in survey.label_candidates if name in named and len(named[name].values) > 1]


def _offer(column: ColumnFacts, survey: SurveyFacts) -> Offer:
    values = ", ".join(column.values)
    sentence = f"I could tell the {len(column.values)} values of “{column.name}” apart: {values}."
    return Offer(
        task=TASK.name,
        sentence=sentence,
        images=survey.images,
        classes=column.values,
        request=f"Classify the images into all classes of “{column.name}”.",
        labels_from=said_of(column),
    )


def claims(intent: Intent, survey: SurveyFacts) -> bool:
    """Whatever no other task claims."""
    return True


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """As it is."""
    return specification
