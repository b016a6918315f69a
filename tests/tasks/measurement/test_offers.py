"""What is offered, which requests mean a measurement, and what its card says."""

from pathlib import Path

import pytest

from jupyter_clinagent.agent.playbook import cells
from jupyter_clinagent.agent.playbook.draft import draft, meant, offers
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.errors import BadInput, LabelsDoNotMatch
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.tasks.measurement.lines import Amount, line_in, tolerance_in, unit_in
from jupyter_clinagent.tasks.measurement.specification import Measurement
from tests.agent.surveys import CHEST, DERMOSCOPY
from tests.tasks.measurement.folders import FOLDERS, NUMBER, PATIENTS, numbers, surveyed


@pytest.fixture(scope="module")
def surveys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SurveyFacts]:
    home = tmp_path_factory.mktemp("folders")
    sizes = {**PATIENTS, "size_mm": numbers(3, 40, 1), "dx": ["malignant", "benign"] * (NUMBER // 2)}
    plain = {"sizes": sizes, "boneage": {**PATIENTS, "boneage": numbers(20, 218), "male": ["True", "False"] * (NUMBER // 2)}}
    return {name: surveyed(home / name, columns) for name, columns in (FOLDERS | plain).items()}


def drafted(request: str, survey: SurveyFacts, **answers: str) -> tuple[Measurement, tuple[str, ...]]:
    found = draft(read_request(request), survey, answers)
    assert isinstance(found, Draft)
    assert isinstance(found.specification, Measurement)
    return found.specification, found.assumptions


def asked(request: str, survey: SurveyFacts) -> Card:
    found = draft(read_request(request), survey, {})
    assert isinstance(found, Card)
    return found


def test_each_number_is_offered_in_a_sentence_with_unit_and_range_and_the_patients_age_is_not(
    surveys: dict[str, SurveyFacts],
) -> None:
    told = [offer.sentence for offer in offers(surveys["lungs"]) if offer.task == "measurement"]
    assert told == ["I could measure lung_volume (no unit is named) on 60 images, from 2 to 7."]
    (hands,) = [offer for offer in offers(surveys["hands"]) if offer.task == "measurement"]
    assert hands.sentence == "I could measure boneage in months on 60 images, from 10 to 216."
    assert hands.classes == {"boneage": 60}


@pytest.mark.parametrize(
    ("folder", "request_", "task"),
    [
        ("echo", "EF", "measurement"),
        ("echo", "Predict LVEF", "measurement"),
        ("echo", "What is the EF?", "measurement"),
        ("lungs", "What is the volume of these lungs?", "measurement"),
        ("echo", "Tell good from poor quality", "classification"),
        ("lungs", "Predict pneumonia from the lung volume", "classification"),
        ("lungs", "Pneumonia or normal?", "classification"),
        ("lungs", "Predict the diagnosis", "classification"),
        ("lungs", "Predict pneumonia, whatever the lung volume", "classification"),
        ("sizes", "Predict malignant versus benign, whatever the size", "classification"),
        ("sizes", "Estimate the size", "measurement"),
        ("lungs", "Lungenvolumen messen", "measurement"),
    ],
)
def test_a_number_is_measured_only_where_it_is_what_is_asked_for(
    surveys: dict[str, SurveyFacts], folder: str, request_: str, task: str
) -> None:
    assert meant(read_request(request_), surveys[folder]).name == task


@pytest.mark.parametrize(
    ("folder", "request_"),
    [
        ("echo", "Measure the hip angle"),
        ("spine", "Bestimme den Hüftwinkel"),
        ("spine", "Measure the kyphosis"),
        ("lungs", "Predict the bone age"),
        ("echo", "Measure the blood pressure"),
        ("spine", "Estimate the Cobb angle in months"),
        ("echo", "EF below 5 %"),
        ("spine", "Cobb angle above 40 mm"),
        ("echo", "Measure the left atrial volume"),
        # yes or no without a line, and several lines
        ("echo", "Is the EF reduced?"),
        ("echo", "Predict whether the ejection fraction is low"),
        ("hands", "Ist das Knochenalter verzögert?"),
        ("echo", "EF between 40 and 50 %"),
        ("echo", "Sort the EF into below 30 and above 55"),
    ],
)
def test_a_measure_that_the_data_do_not_hold_is_refused(surveys: dict[str, SurveyFacts], folder: str, request_: str) -> None:
    with pytest.raises(BadInput):
        draft(read_request(request_), surveys[folder], {})


def test_without_any_number_the_refusal_says_what_is_missing() -> None:
    for request, survey in (("Predict the bone age from hand radiographs", CHEST), ("Wie alt ist der Patient?", DERMOSCOPY)):
        with pytest.raises(LabelsDoNotMatch, match="a number for each image"):
            draft(read_request(request), survey, {})


def test_counting_takes_boxes(surveys: dict[str, SurveyFacts]) -> None:
    with pytest.raises(LabelsDoNotMatch, match="Marking or counting findings needs boxes"):
        draft(read_request("Count the vertebrae"), surveys["spine"], {})


# ------------------------------------------------------------------ questions
def test_of_several_columns_that_fit_it_is_asked_which_and_the_answer_is_kept(surveys: dict[str, SurveyFacts]) -> None:
    card = asked("Estimate the volumes", surveys["echo"])
    assert (card.key, card.choices, card.default) == ("measure", ["ESV_ml", "EDV_ml"], "ESV_ml")
    specification, said = drafted("Estimate the volumes", surveys["echo"], measure="EDV_ml")
    assert (specification.label_column, specification.unit) == ("EDV_ml", "ml")
    assert any("the answer: EDV_ml" in line for line in said)
    with pytest.raises(BadInput, match="none of the columns"):
        draft(read_request("Estimate the volumes"), surveys["echo"], {"measure": "quality"})


def test_two_numbers_at_once_are_asked_about(surveys: dict[str, SurveyFacts]) -> None:
    assert asked("Measure EF and ESV", surveys["echo"]).choices == ["EF_pct", "ESV_ml"]


def test_a_line_in_a_unit_that_the_column_does_not_name_asks_for_the_unit(surveys: dict[str, SurveyFacts]) -> None:
    request = "Is the bone age above ten years?"
    card = asked(request, surveys["boneage"])
    assert (card.key, card.default) == ("unit", "months")
    assert "years" in card.choices
    specification, _ = drafted(request, surveys["boneage"], unit="months")
    assert (specification.line, specification.side, specification.unit) == (120.0, "above", "months")


# ------------------------------------------------------------------ units, lines, errors
def test_the_unit_is_the_columns_else_the_requests_else_said_to_be_unknown(surveys: dict[str, SurveyFacts]) -> None:
    assert drafted("Measure the Cobb angle", surveys["spine"])[0].unit == "degrees"
    assert drafted("Predict the boneage in months", surveys["boneage"])[0].unit == "months"
    specification, said = drafted("Predict the boneage", surveys["boneage"])
    assert specification.unit is None
    assert said[0].startswith("No unit is named for “boneage” (20 to 218)")


def test_a_request_in_another_unit_keeps_the_columns_and_says_so(surveys: dict[str, SurveyFacts]) -> None:
    specification, said = drafted("Estimate the bone age in years", surveys["hands"])
    assert specification.unit == "months"
    assert "numbers stay in months (one of years is 12 months)" in said[0]


def test_a_line_is_judged_beside_the_number_and_said_first(surveys: dict[str, SurveyFacts]) -> None:
    specification, said = drafted("EF below 40 yes/no", surveys["echo"])
    assert (specification.line, specification.side, specification.primary_metric) == (40.0, "below", "mae")
    assert said[0].startswith("The request draws a line: what is learnt is the number itself")
    card = cells.specification_markdown(specification, said)
    assert "| Line | below 40 %" in card
    assert "lower is better" in card


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ejection fraction < 35", Amount(35, None)),
        ("EF unter 40 %", Amount(40, "%")),
        ("older than 10 years", Amount(10, "years")),
        ("an error below 5 months is fine", None),
        ("done in less than 8 minutes", None),
        ("at least 95 % sensitivity", None),
        ("right on over 90 % of the images", None),
    ],
)
def test_lines_are_told_from_errors_times_and_rates(text: str, line: Amount | None) -> None:
    found = line_in(text)
    assert (found.at if found else None) == line


def test_what_is_close_enough_is_the_requests_or_a_tenth_of_the_usual_range(surveys: dict[str, SurveyFacts]) -> None:
    assert tolerance_in("to within 5 degrees") == Amount(5, "degrees")
    assert tolerance_in("auf 5 Grad genau") == Amount(5, "degrees")
    assert tolerance_in("find it in the images") is None
    assert drafted("Bone age within half a year, I mean within 1 year", surveys["hands"])[0].tolerance == 12
    specification, said = drafted("Measure the EF", surveys["echo"])
    assert specification.tolerance == 5
    assert any("up to 5 % counts as close enough" in line for line in said)


def test_units_of_requests_are_read() -> None:
    texts = ("in months", "wie viel Grad", "as a percentage", "how many millimetres", "in the hospital")
    assert [unit_in(text) for text in texts] == ["months", "degrees", "%", "mm", None]


# ------------------------------------------------------------------ what is not done is said
@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("Measure the EF and classify the quality", "One study answers one"),
        ("Measure the EF and say whether there is an effusion", "One study answers one"),
        ("Measure the EF; it must not rely on the scanner", "relies on a shortcut can't be told yet"),
        ("EF below 40 %, at least 95 % sensitivity", "held against the line as it was drawn"),
    ],
)
def test_what_a_measurement_does_not_do_is_said(surveys: dict[str, SurveyFacts], request_: str, said: str) -> None:
    assert any(said in line for line in drafted(request_, surveys["echo"], beside="go on without it")[1])


def test_a_german_imperative_is_no_miss(surveys: dict[str, SurveyFacts]) -> None:
    read = read_request("Miss den Cobb-Winkel. Einen Befund zu übersehen ist schlimmer")
    assert read_request("Miss den Cobb-Winkel").risk is None
    assert read.risk == "sensitivity"
    assert drafted("Miss den Cobb-Winkel", surveys["spine"])[0].risk == "balanced"


def test_sizes_are_not_enlarged_in_training_and_the_card_says_for_which_images_they_hold(tmp_path: Path) -> None:
    survey = surveyed(tmp_path / "data", {**PATIENTS, "nodule_diameter_mm": numbers(3, 40, 1)})
    specification, said = drafted("How large is the nodule?", survey)
    assert specification.unit == "mm"
    assert any("taken at the same scale" in line for line in said)


@pytest.mark.parametrize(
    ("text", "number", "side"),
    [
        ("EF of 40 or less", 40, "below"),
        ("EF 40 % or below", 40, "below"),
        ("size 6 mm or more", 6, "above"),
        ("stenosis 50 percent or more", 50, "above"),
        ("T-score below minus 2.5", -2.5, "below"),
        ("EF not under 40", 40, "above"),
        ("over 1,000 pg/ml", 1000, "above"),
        ("Schmerz ab 5", 5, "above"),
        ("EF exceeds 55", 55, "above"),
    ],
)
def test_a_line_is_read_from_either_side_of_its_number(text: str, number: float, side: str) -> None:
    found = line_in(text)
    assert found is not None
    assert (found.at.number, found.side) == (number, side)
