"""Which requests mean several findings, which of them, and what is held for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_clinagent.agent.playbook.draft import draft, meant, offers
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.facts import CohortFacts, SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.findings.offers import fitted
from tests.tasks.findings.tables import EACH, NUMBER, alternating, lists, write

COLUMNS = {"Atelectasis": alternating(2), "Pleural Effusion": alternating(3), "Edema": alternating(5)}
STEPS = {"Atelectasis": 2, "Effusion": 3, "Edema": 5}
ALL = list(COLUMNS)


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> SurveyFacts:
    folder = write(tmp_path_factory.mktemp("columns"), {**COLUMNS, "view": ["frontal", "lateral"] * (NUMBER // 2)})
    return survey_facts(take_inventory(folder))


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> SurveyFacts:
    folder = write(tmp_path_factory.mktemp("listed"), {"Finding Labels": lists("|", "No Finding", STEPS)})
    return survey_facts(take_inventory(folder))


def drafted(request: str, survey: SurveyFacts) -> Draft:
    found = draft(read_request(request), survey, {})
    assert isinstance(found, Draft)
    return found


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        ("List all findings; there can be several at once", ALL),
        ("Which of these findings does each film show?", ALL),
        ("Multi-label classification of these films", ALL),
        ("Alle Befunde, mehrere möglich", ALL),
        ("Classify these chest films", ALL),
        ("Classify all diseases", ALL),
        ("Detect atelectasis, effusion and edema", ALL),
        ("Detect atelectasis and oedema", ["Atelectasis", "Edema"]),
        ("Erkenne Erguss und Atelektase", ["Atelectasis", "Pleural Effusion"]),
        ("List all findings except effusion", ["Atelectasis", "Edema"]),
        ("Alle Befunde ohne Erguss", ["Atelectasis", "Edema"]),
    ],
)
def test_several_findings_are_meant(columns: SurveyFacts, request_: str, names: list[str]) -> None:
    specification = drafted(request_, columns).specification
    assert (specification.task, list(specification.classes)) == ("findings", names)


@pytest.mark.parametrize(
    "words",
    [
        "but do not count effusion",
        "and not the effusion",
        ", don't include effusions",
        ", not effusion",
        ", no effusion please",
        "; effusion is not needed",
        ". Effusions aren't needed",
        ". An effusion should not be included",
        "; I don't need effusion",
        "; effusion doesn't matter",
    ],
)
def test_a_finding_that_is_refused_is_left_out_and_said(columns: SurveyFacts, words: str) -> None:
    found = drafted(f"List all findings {words}", columns)
    assert list(found.specification.classes) == ["Atelectasis", "Edema"]
    assert any(line.startswith("Left out, because") and "“Pleural Effusion”" in line for line in found.assumptions)


@pytest.mark.parametrize("words", ["Alle Befunde, Erguss nicht mitzählen", "Alle Befunde, aber kein Erguss"])
def test_a_finding_that_is_refused_in_german_is_left_out(columns: SurveyFacts, words: str) -> None:
    assert list(drafted(words, columns).specification.classes) == ["Atelectasis", "Edema"]


@pytest.mark.parametrize(
    "words",
    ["do not miss an effusion", "don't count blanks as negative", "not all images show an effusion", "edema is not effusion"],
)
def test_a_no_about_something_else_leaves_no_finding_out(columns: SurveyFacts, words: str) -> None:
    assert "Pleural Effusion" in drafted(f"List all findings; {words}", columns).specification.classes


def test_what_is_named_instead_is_kept(columns: SurveyFacts) -> None:
    names = list(drafted("Find not effusion but edema and atelectasis", columns).specification.classes)
    assert names == ["Atelectasis", "Edema"]


@pytest.mark.parametrize("request_", ["Classify effusion", "Which of these films show an effusion?", "Tell frontal from lateral"])
def test_one_thing_alone_is_an_ordinary_class(columns: SurveyFacts, request_: str) -> None:
    assert meant(read_request(request_), columns).name == "classification"


def test_the_column_that_is_named_is_the_label(columns: SurveyFacts) -> None:
    specification = drafted("Classify effusion", columns).specification
    assert (specification.label_column, specification.positive_class) == ("Pleural Effusion", "pleural effusion")


def test_findings_that_the_data_lack_are_never_taken_for_others(columns: SurveyFacts) -> None:
    assert meant(read_request("Detect a hernia"), columns).name == "classification"
    notes = drafted("Detect atelectasis, edema and pneumothorax", columns).assumptions
    assert any("names “pneumothorax”, of which the data say nothing" in line for line in notes)


@pytest.mark.parametrize(
    ("request_", "names"),
    [
        ("Classify these films", ["Atelectasis", "Edema", "Effusion"]),
        ("Tell the findings apart", ["Atelectasis", "Edema", "Effusion"]),
        ("Detect atelectasis and edema", ["Atelectasis", "Edema"]),
        ("Is there an effusion or not?", ["Effusion"]),
    ],
)
def test_entries_that_list_several_are_never_classes(listed: SurveyFacts, request_: str, names: list[str]) -> None:
    specification = drafted(request_, listed).specification
    assert (specification.task, list(specification.classes)) == ("findings", names)


def test_a_label_of_its_own_goes_first(tmp_path: Path) -> None:
    values = ["mel" if value else "nv" for value in alternating(2)]
    survey = survey_facts(
        take_inventory(write(tmp_path, {"diagnosis": values, "ulcerated": alternating(3), "thick": alternating(4)}))
    )
    assert meant(read_request("Classify these lesions"), survey).name == "classification"
    assert drafted("List all findings", survey).specification.classes.keys() == {"ulcerated", "thick"}


def test_a_finding_with_uncertain_entries_is_learnt_without_them(tmp_path: Path) -> None:
    effusion = [[1, 0, 0, -1][k // EACH % 4] for k in range(NUMBER)]
    survey = survey_facts(take_inventory(write(tmp_path, {"effusion": effusion, "mass": alternating(3)})))
    specification = drafted("Classify effusion", survey).specification
    assert (specification.label_column, specification.classes) == ("effusion", {"effusion": ["1"], "no effusion": ["0"]})
    counted = drafted("Classify effusion; uncertain counts as positive", survey).specification
    assert (counted.task, list(counted.classes), counted.uncertain) == ("findings", ["effusion"], "positive")


def one_sided(folder: Path) -> SurveyFacts:
    table = {**COLUMNS, "lung": [1] * NUMBER, "hernia": [0] * NUMBER, "mass": [-value for value in alternating(3)]}
    return survey_facts(take_inventory(write(folder, table)))


@pytest.mark.parametrize(("words", "more"), [("", []), ("; count uncertain as positive", ["mass"])])
def test_what_can_not_be_learnt_is_in_no_title_no_objective_and_no_threshold(tmp_path: Path, words: str, more: list[str]) -> None:
    survey = one_sided(tmp_path)
    found = drafted(f"List all findings{words}. False alarms are worse", survey)
    content = found.specification.model_dump()
    assert list(content["classes"]) == list(content["specificity_for"]) == [*ALL, *more]
    assert not any(name in content[field] for name in ("lung", "hernia") for field in ("title", "objective"))
    assert "Every image of which it is known shows lung, so nothing can be learnt about it." in found.assumptions
    assert "lung" not in offers(survey)[0].sentence


def test_a_specification_is_fitted_to_what_the_cohort_can_learn(columns: SurveyFacts) -> None:
    drawn = drafted("List all findings. False alarms are worse", columns).specification
    facts = CohortFacts(task="findings", classes=ALL[:2], counts={}, groups={}, group_source=None, split_source="")
    content = fitted(drawn, facts).model_dump()
    assert list(content["classes"]) == list(content["specificity_for"]) == ALL[:2]
    assert "Edema" not in content["title"] + content["objective"]


def test_the_thresholds_of_the_findings_hold_whose_misses_are_worse(columns: SurveyFacts) -> None:
    some = drafted("List all findings. Missing an effusion is worse than a false alarm", columns).specification
    every = drafted("List all findings. False alarms are worse", columns).specification
    assert some.model_dump()["sensitivity_for"] == {"Pleural Effusion": 0.95}
    assert every.model_dump()["specificity_for"] == dict.fromkeys(ALL, 0.95)


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("", "left out"),
        ("count uncertain as positive", "positive"),
        ("treat the uncertain ones as negative", "negative"),
        ("leave uncertain out", "left out"),
        ("unsichere als positiv zählen", "positive"),
        ("unklare als nicht vorhanden zählen", "negative"),
        ("count uncertain as not present", "negative"),
        ("do not count uncertain as positive", "left out"),
        ("keine unklaren weglassen", "left out"),
        ("uncertain cases are not to be ignored, count them as positive", "positive"),
        ("they are in the yes/no/unclear columns", "left out"),
        ("fragliche Befunde gelten als negativ", "negative"),
        ("fragliche weglassen", "left out"),
    ],
)
def test_what_uncertain_entries_count_as_is_said_in_words(tmp_path: Path, words: str, policy: str) -> None:
    effusion = [[1, 0, 0, -1][k // EACH % 4] for k in range(NUMBER)]
    survey = survey_facts(take_inventory(write(tmp_path, {"effusion": effusion, "mass": alternating(3)})))
    found = drafted(f"List all findings; {words}", survey)
    assert found.more["uncertain"] == policy
    assert list(found.specification.classes) == ["effusion", "mass"]
    assert any("20 entries that are uncertain" in line for line in found.assumptions)


@pytest.mark.parametrize("words", ["count blanks as negative", "treat empty cells as no", "leere Felder als negativ werten"])
def test_what_empty_entries_count_as_is_said_in_words(tmp_path: Path, words: str) -> None:
    effusion = [[1, 0, 0, ""][k // EACH % 4] for k in range(NUMBER)]
    survey = survey_facts(take_inventory(write(tmp_path, {"effusion": effusion, "mass": alternating(3)})))
    assert drafted(f"List all findings; {words}", survey).more == {"uncertain": "left out", "not_mentioned": "negative"}


def test_a_request_that_leaves_every_finding_out_is_refused(columns: SurveyFacts) -> None:
    with pytest.raises(LabelsDoNotMatch, match="leaves out every finding"):
        drafted("List all findings except atelectasis, effusion and edema", columns)


def test_the_offer_names_the_findings_and_how_many_images_show_several(columns: SurveyFacts) -> None:
    first = offers(columns)[0]
    assert first.task == "findings"
    assert "“Atelectasis”, “Pleural Effusion”, “Edema”" in first.sentence
    assert first.classes == {name: sum(values) for name, values in COLUMNS.items()}


PATIENT = {"is_male": alternating(7), "age>60": alternating(4), "Raucher": alternating(3)}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> SurveyFacts:
    columns = {"Atelectasis": alternating(2), "bone age advanced": alternating(5), **PATIENT}
    return survey_facts(take_inventory(write(tmp_path_factory.mktemp("described"), columns)))


@pytest.mark.parametrize(
    "request_", ["List all findings", "Classify these films", "Alle Befunde", "List all findings of male patients"]
)
def test_what_describes_the_patient_is_no_finding_and_the_card_says_so(described: SurveyFacts, request_: str) -> None:
    found = drafted(request_, described)
    assert list(found.specification.classes) == ["Atelectasis", "bone age advanced"]
    said = "Taken to describe the patient, not as findings of an image: “is_male”, “age>60”, “Raucher”"
    assert any(line.startswith(said) for line in found.assumptions)


def test_what_describes_the_patient_is_learnt_where_the_request_names_it(described: SurveyFacts) -> None:
    specification = drafted("Detect atelectasis, is_male and Raucher", described).specification
    assert list(specification.classes) == ["Atelectasis", "is_male", "Raucher"]


def test_a_table_that_only_describes_patients_offers_no_findings(tmp_path: Path) -> None:
    survey = survey_facts(take_inventory(write(tmp_path, PATIENT)))
    assert not [offer for offer in offers(survey) if offer.task == "findings"]
    with pytest.raises(LabelsDoNotMatch, match="Taken to describe the patient"):
        draft(read_request("List all findings"), survey, {})
