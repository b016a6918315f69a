"""A column that says whether there is any finding at all is a summary of the others: left out of “list all”, and said."""

from pathlib import Path

import pytest

from jupyter_clinagent.agent.playbook.draft import draft, offers
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.tasks.findings.tables import alternating, write

EYES = {"DR": alternating(3), "ARMD": alternating(4), "MH": alternating(5), "ODC": alternating(7)}
ANY = [int(any(values)) for values in zip(*EYES.values(), strict=True)]


def surveyed(folder: Path, columns: dict[str, list[int]]) -> SurveyFacts:
    return survey_facts(take_inventory(write(folder, columns)))


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> SurveyFacts:
    return surveyed(tmp_path_factory.mktemp("eyes") / "data", {"Disease_Risk": ANY} | EYES)


@pytest.mark.parametrize(
    "request_",
    [
        "List all eye diseases",
        "Which of the 14 pathologies are there?",
        "alle Befunde auflisten",
        "Liste alle Augenkrankheiten auf",
        "Name every disease you can see",
        "Which eye diseases does this image show?",
        "Welche Erkrankungen liegen vor?",
        "list everything that is wrong",
        "Enumerate the retinal disorders",
        "Détecte toutes les anomalies",
    ],
)
def test_what_asks_for_each_is_a_study_of_all_findings_without_their_summary_which_is_said(
    eyes: SurveyFacts, request_: str
) -> None:
    found = draft(read_request(request_), eyes, {})
    assert isinstance(found, Draft), found
    assert (found.specification.task, list(found.specification.classes)) == ("findings", list(EYES))
    assert any("only says whether any of the others is there: “Disease_Risk”" in line for line in found.assumptions)


@pytest.mark.parametrize(
    "request_",
    ["Is there any disease?", "Find diseased eyes", "Does the eye have any disease, yes or no?", "Which eyes are ill?"],
)
def test_whether_there_is_any_is_no_study_of_each(eyes: SurveyFacts, request_: str) -> None:
    found = draft(read_request(request_), eyes, {})
    task = found.specification.task if isinstance(found, Draft) else found.key
    assert task in ("classification", "label"), found


def test_the_summary_named_in_full_is_what_is_learnt(eyes: SurveyFacts) -> None:
    alone, beside = (draft(read_request(text), eyes, {}) for text in ("Predict Disease_Risk", "Detect DR and Disease_Risk"))
    assert isinstance(alone, Draft)
    assert isinstance(beside, Draft)
    assert (alone.specification.task, alone.specification.label_column) == ("classification", "Disease_Risk")
    assert list(beside.specification.classes) == ["Disease_Risk", "DR"]


def test_it_is_not_offered_and_a_specification_that_has_it_still_loads(tmp_path: Path) -> None:
    survey = surveyed(tmp_path / "data", {"Disease_Risk": ANY} | EYES)
    offered = next(offer for offer in offers(survey) if offer.task == "findings")
    assert list(offered.classes) == list(EYES)
    classes = {name: [name] for name in ("Disease_Risk", "DR")}
    cohort = load_cohort(take_inventory(tmp_path / "data"), Wishes(task="findings", classes=classes, group="patient_id"))
    assert cohort.facts.classes == ["Disease_Risk", "DR"]


@pytest.mark.parametrize(
    ("name", "values", "summary"),
    [
        ("abnormal", ANY, True),
        ("umbrella", ANY, True),  # says just what the four others say
        ("any_disease", [1] * 80, True),
        ("drusen", alternating(2), False),
        ("disease", alternating(2), False),  # some with a finding are without it
        ("umbrella", [1 - value for value in ANY], False),
    ],
)
def test_a_summary_says_yes_wherever_another_does(tmp_path: Path, name: str, values: list[int], summary: bool) -> None:
    values = [*values[:-2], 0, 0] if sum(values) == len(values) else values  # always yes could not be learnt at all
    columns = {key: [*one[:-2], 0, 0] for key, one in EYES.items()} if name == "any_disease" else EYES
    seen = surveyed(tmp_path / "data", columns | {name: values}).seen["findings"]
    assert (name in seen["summaries"]) is summary


def test_one_finding_beside_another_is_no_summary(tmp_path: Path) -> None:
    assert surveyed(tmp_path / "data", {"disease": EYES["DR"], "DR": EYES["DR"]}).seen["findings"]["summaries"] == []


def test_a_card_is_still_asked_where_nothing_says_which(eyes: SurveyFacts) -> None:
    assert isinstance(draft(read_request("Find diseased eyes"), eyes, {}), Card)
