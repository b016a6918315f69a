"""What could be said of the data."""

from __future__ import annotations

from typing import Any

from clinagent_zone import TASK
from clinagent_zone.specification import COLUMN, ZONES, Zones
from jupyter_clinagent.agent.playbook.drafting import Draft, Notes, group_column
from jupyter_clinagent.agent.playbook.lexicon import Intent
from jupyter_clinagent.contracts import Offer, OperatingPoint, Specification
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import CohortFacts, SurveyFacts


def _zones(survey: SurveyFacts) -> dict[str, int]:
    seen: dict[str, Any] = survey.seen.get(TASK.name, {})
    return seen.get("zones", {})


def offers(survey: SurveyFacts) -> list[Offer]:
    """The zones, where tips are known."""
    zones = _zones(survey)
    said = "I could say whether the tip lies in the upper or the lower zone."
    return [Offer(task=TASK.name, sentence=said, images=sum(zones.values()), classes=zones)] if zones else []


def claims(intent: Intent, survey: SurveyFacts) -> bool:
    """Its own words decide."""
    if intent.task == TASK.name and not _zones(survey):
        raise LabelsDoNotMatch(f"To tell zones takes a table with a column “{COLUMN}” of heights from 0 (top) to 1 (bottom).")
    return intent.task == TASK.name


def draft(intent: Intent, survey: SurveyFacts, answers: dict[str, str]) -> Draft:
    """Upper against lower."""
    notes = Notes(list(survey.assumptions))
    notes.add("A tip in the upper half of the film lies in the upper zone.")
    specification = Zones(
        task=TASK.name,
        title="zone of the tip",
        request=intent.text,
        objective="Say in which zone of the film the tip lies",
        modality=survey.modality,
        label_column=COLUMN,
        classes={zone: [zone] for zone in ZONES},
        positive_class=ZONES[0],
        group_column=group_column(intent, survey, notes),
        primary_metric="auroc",
        operating_point=OperatingPoint(positive_class=ZONES[0]),
        minutes=intent.minutes or 10.0,
    )
    return Draft(specification, tuple(notes.lines))


def fitted(specification: Specification, cohort: CohortFacts) -> Specification:
    """As it is."""
    return specification
