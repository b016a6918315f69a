"""What a detector could mark in the data, and what a request asks of it."""

from __future__ import annotations

from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.contracts import Card, Offer, Specification
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.tasks.detection import TASK
from jupyter_clinagent.tasks.detection.drafting import draft_detection
from jupyter_clinagent.tasks.detection.drafting import wants_boxes as claims

__all__ = ["claims", "draft", "fitted", "offers"]


def offers(survey: SurveyFacts) -> list[Offer]:
    """All boxes together."""
    if not survey.box_classes:
        return []
    named = ", ".join(survey.box_classes)
    sentence = f"I could mark {named} with boxes, learnt from {survey.boxes} boxes on {survey.boxed_images} images."
    return [
        Offer(
            task=TASK.name,
            sentence=sentence,
            images=survey.images,
            classes=survey.box_classes,
            request=f"Mark {named} with boxes.",
            labels_from="boxes",
        )
    ]


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft | Card:
    """See :func:`~jupyter_clinagent.tasks.detection.drafting.draft_detection`."""
    return draft_detection(intent, survey, answers)


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """Whether the boxes turned out to be partial."""
    return specification.model_copy(update={"supervision": cohort.supervision})
