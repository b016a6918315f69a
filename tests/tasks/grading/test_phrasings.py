"""Twenty phrasings, written with the expected reading before the reader was: ten to tune on, ten that it never saw.

When the reader met them first it understood all ten of the first half and eight of the second: “is there retinopathy or not” was
taken for a grading by the column's name, and “no more than 10 % of those may be missed” for no number. Both were mended then, by
rules about yes and no and about rates, so that the second half is unseen no longer.
"""

from typing import NamedTuple

import pytest

from jupyter_clinagent.agent.playbook.draft import draft, meant
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.facts import SurveyFacts
from tests.tasks.grading.surveys import BREASTS, EYES, FOLDERS, KNEES, LIVERS, PROSTATES, ULCERS, WORDS


class Row(NamedTuple):
    request: str
    data: SurveyFacts
    task: str = "grading"
    above: tuple[str, ...] = ()
    """Label values at or above the cut."""
    rule: str = ""
    target: float | None = None


TUNED = [
    Row("Grade diabetic retinopathy on these fundus photographs from 0 to 4", EYES),
    Row("How bad is the osteoarthritis in these knees?", KNEES),
    Row(
        "Grade the retinopathy. Missing referable disease (grade 2 or more) is worse than a false alarm",
        EYES,
        above=("2", "3", "4"),
        rule="sensitivity",
        target=0.95,
    ),
    Row("Bestimme das Stadium des Dekubitus", ULCERS),
    Row("Tell grade 0 from grade 4", EYES, "classification"),
    Row(
        "Schätze den Kellgren-Lawrence-Grad, ab Grad 2 mit 90 % Sensitivität",
        KNEES,
        above=("2", "3", "4"),
        rule="sensitivity",
        target=0.9,
    ),
    Row("Assess the breast density", BREASTS),
    Row(
        "Say how severe it is; at least moderate must not be overlooked",
        WORDS,
        above=("moderate", "severe"),
        rule="sensitivity",
        target=0.95,
    ),
    Row("Separate mild from severe", WORDS, "classification"),
    Row("Wie schwer ist die Retinopathie?", FOLDERS),
]
UNSEEN = [
    Row(
        "Please stage the pressure ulcers from these photos, specificity of 95 % for stage III and above",
        ULCERS,
        above=("III", "IV"),
        rule="specificity",
        target=0.95,
    ),
    Row("Predict the KL score of each knee", KNEES),
    Row("Teile die Fundusbilder nach Schweregrad der Retinopathie ein", EYES),
    Row(
        "Determine the ISUP group, catch at least 95 % of everything >= 2",
        PROSTATES,
        above=("2", "3", "4", "5"),
        rule="sensitivity",
        target=0.95,
    ),
    Row("Classify the fundus images into no, mild, moderate, severe and proliferative retinopathy", FOLDERS, "classification"),
    Row("Grad 0 gegen Grad 3 und 4", EYES, "classification"),
    Row(
        "What is the severity? I want 85 % sensitivity for anything above mild",
        WORDS,
        above=("moderate", "severe"),
        rule="sensitivity",
        target=0.85,
    ),
    Row(
        "Brustdichte nach BI-RADS beurteilen; dichte Brüste (c oder d) nicht übersehen",
        BREASTS,
        above=("c", "d"),
        rule="sensitivity",
        target=0.95,
    ),
    Row("Is there retinopathy or not?", EYES, "classification"),
    Row(
        "Stage the fibrosis F0 to F4; from F2 upwards we biopsy, so no more than 10 % of those may be missed",
        LIVERS,
        above=("F2", "F3", "F4"),
        rule="sensitivity",
        target=0.9,
    ),
]


def understood(row: Row) -> None:
    intent = read_request(row.request)
    assert meant(intent, row.data).name == row.task
    if row.task != "grading":
        return
    drafted = draft(intent, row.data, {})
    assert isinstance(drafted, Draft), drafted
    spec = drafted.specification
    point = spec.operating_point
    above = tuple(value for name in (point.positives if point else ()) for value in spec.classes[name])
    assert above == row.above
    assert (point.rule if point else "", point.target if point else None) == (row.rule, row.target)


@pytest.mark.parametrize("row", TUNED, ids=lambda row: row.request)
def test_a_phrasing_that_was_tuned_on_is_understood(row: Row) -> None:
    understood(row)


@pytest.mark.parametrize("row", UNSEEN, ids=lambda row: row.request)
def test_a_phrasing_that_was_not_tuned_on_is_understood(row: Row) -> None:
    understood(row)
