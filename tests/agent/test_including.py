"""What a request says of whom and how the images were taken chooses them, and is said; what it wants of all does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.accounting import STOP
from jupyter_clinagent.agent.playbook.bounds import bounds_in
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.contracts import Card, Range
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.benchmarks.phrases.folders import _table

NUMBERS = range(90)
CLINIC = {
    "patient_id": [f"p{k}" for k in NUMBERS],
    "dx": ["melanoma", "nevus", "wart"],
    "site": ["back", "face", "scalp", "back"],
    "gender": ["f", "m"],
    "age": [20 + k % 70 for k in NUMBERS],
    "biopsied": ["yes", "no", "no"],
    "quality": ["good", "poor", "excellent"],
    "thickness_mm": [k / 10 for k in NUMBERS],
    "acquisition_year": [2012 + k % 10 for k in NUMBERS],
}
CHILDREN = {
    "patient_id": [f"p{k}" for k in NUMBERS],
    "finding": ["pneumonia", "normal"],
    "age_months": [k % 200 for k in NUMBERS],
    "male": [True, False, True],
    "view": ["PA", "AP", "LATERAL"],
}
SMOKERS = {
    "patient_id": [f"p{k}" for k in NUMBERS],
    "smoker": [0, 1, 1],
    "copd": [0, 1, 0, 1, 0],
    "emphysema": [1, 0, 0, 1],
    "found_by": ["histo", "consensus"],
    "diameter_mm": [4 + k / 9 for k in NUMBERS],
    "slice_thickness_mm": [1 + k / 90 for k in NUMBERS],
}
MADE = {
    "clinic": _table(CLINIC, 90),
    "children": _table(CHILDREN, 90, colours=False),
    "smokers": _table(SMOKERS, 90, colours=False),
}


def drafted(request: str, survey: SurveyFacts) -> Draft:
    found = draft(read_request(request), survey, {})
    assert isinstance(found, Draft), found
    return found


ABOVE_60, BELOW_5_YEARS = Range(above=60), Range(below=60)
CHOSEN: list[tuple[str, str, dict[str, Any]]] = [
    ("clinic", "melanoma vs nevus in women", {"gender": ["f"]}),
    ("clinic", "melanoma vs nevus, men only", {"gender": ["m"]}),
    ("clinic", "Melanom gegen Nävus, nur bei Frauen", {"gender": ["f"]}),
    ("clinic", "melanoma vs nevus on the face only", {"site": ["face"]}),
    ("clinic", "melanoma vs nevus on face and scalp", {"site": ["face", "scalp"]}),
    ("clinic", "melanoma vs nevus, without the scalp", {"site": ["back", "face"]}),
    ("clinic", "melanoma vs nevus in patients over 60", {"age": ABOVE_60}),
    ("clinic", "Melanom gegen Nävus bei Patienten über 60", {"age": ABOVE_60}),
    ("clinic", "melanoma vs nevus, only people between 40 and 60", {"age": Range(at_least=40, at_most=60)}),
    ("clinic", "melanoma vs nevus in women 50 to 69", {"gender": ["f"], "age": Range(at_least=50, at_most=69)}),
    ("clinic", "melanoma vs nevus over 50", {"age": Range(above=50)}),
    (
        "clinic",
        "melanoma, nevus, rest - only men from 50, not on the face",
        {"gender": ["m"], "age": Range(at_least=50), "site": ["back", "scalp"]},
    ),
    ("clinic", "melanoma vs nevus, good or excellent photos only", {"quality": ["excellent", "good"]}),
    ("clinic", "melanoma vs nevus, not the poor ones", {"quality": ["excellent", "good"]}),
    ("clinic", "melanoma vs nevus, only the biopsied ones", {"biopsied": ["yes"]}),
    ("clinic", "melanoma vs nevus thicker than 2 mm", {"thickness_mm": Range(above=2)}),
    ("clinic", "melanoma vs nevus of at least 0.4 cm", {"thickness_mm": Range(at_least=4)}),
    ("clinic", "melanoma vs nevus, 2018 and later", {"acquisition_year": Range(at_least=2018)}),
    ("clinic", "melanoma vs nevus in women over 60", {"gender": ["f"], "age": ABOVE_60}),
    ("clinic", "melanoma vs nevus, no children", {"age": Range(at_least=18)}),
    ("clinic", "melanoma vs nevus, women excluded", {"gender": ["m"]}),
    ("clinic", "Melanom gegen Nävus, ohne Männer", {"gender": ["f"]}),
    ("clinic", "melanoma vs nevus, no patients over 60", {"age": Range(at_most=60)}),
    ("clinic", "melanoma vs nevus, not on the face", {"site": ["back", "scalp"]}),
    ("clinic", "melanoma vs nevus, nicht im Gesicht", {"site": ["back", "scalp"]}),
    ("clinic", "melanoma vs nevus, anything but scalp", {"site": ["back", "face"]}),
    ("clinic", "melanoma or not in women", {"gender": ["f"]}),
    ("clinic", "melanoma vs nevus, thickness below 2", {"thickness_mm": Range(below=2)}),
    ("children", "pneumonia or normal, no AP films", {"view": ["LATERAL", "PA"]}),
    ("children", "pneumonia or normal, exclude children", {"age_months": Range(at_least=216)}),
    ("children", "pneumonia or normal, children under 5 only", {"age_months": BELOW_5_YEARS}),
    ("children", "pneumonia or normal in girls", {"male": ["False"]}),
    ("children", "pneumonia or normal on PA views", {"view": ["PA"]}),
    ("children", "pneumonia or normal, leave the lateral films out", {"view": ["AP", "PA"]}),
    ("children", "pneumonia or normal on PA frontal films", {"view": ["PA"]}),
    ("children", "pneumonia or normal, frontal films only", {"view": ["AP", "PA"]}),
    ("smokers", "COPD in smokers", {"smoker": ["1"]}),
    ("smokers", "is there emphysema? smokers only", {"smoker": ["1"]}),
    ("smokers", "COPD among non-smokers", {"smoker": ["0"]}),
    ("smokers", "COPD and emphysema in smokers", {"smoker": ["1"]}),
    ("smokers", "COPD, confirmed by histology", {"found_by": ["histo"]}),
    ("smokers", "COPD by histology only", {"found_by": ["histo"]}),
    ("smokers", "COPD, histo proven ones only", {"found_by": ["histo"]}),
    ("smokers", "emphysema larger than 8 mm", {"diameter_mm": Range(above=8)}),
]


@pytest.mark.parametrize(("folder", "request_", "only"), CHOSEN)
def test_what_is_said_of_whom_and_how_chooses_images(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, only: dict[str, Any]
) -> None:
    found = drafted(request_, surveyed(folder))
    asked = found.specification.only
    assert {name: sorted(one) if isinstance(one, list) else one for name, one in asked.items()} == only
    assert all(any(f"“{name}”" in line for line in found.assumptions) for name in only), "and it is said"
    assert found.load["only"]


@pytest.mark.parametrize(
    ("folder", "request_"),
    [
        ("clinic", "melanoma vs nevus"),
        ("clinic", "melanoma vs nevus in women and men"),
        ("clinic", "melanoma vs nevus, whatever the site"),
        ("clinic", "melanoma vs nevus, and don't let it rely on the face"),
        ("clinic", "melanoma vs nevus in women, no, take all patients"),
        ("clinic", "melanoma vs nevus with a sensitivity over 90 percent, in at most 10 minutes"),
    ],
)
def test_what_is_wanted_of_every_image_chooses_none(surveyed: Callable[[str], SurveyFacts], folder: str, request_: str) -> None:
    assert drafted(request_, surveyed(folder)).specification.only == {}


def test_who_is_the_label_is_not_chosen(surveyed: Callable[[str], SurveyFacts]) -> None:
    spec = drafted("tell men from women", surveyed("clinic")).specification
    assert (spec.label_column, spec.only) == ("gender", {})


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ("melanoma vs nevus, between 20 and 40", "between 20 and 40"),
        ("melanoma vs nevus, ab 50", "ab 50"),
        ("melanoma vs nevus with a PSA below 10", "psa below 10"),
    ],
)
def test_a_bound_or_a_place_that_no_column_is_sure_to_have_is_asked_about(
    surveyed: Callable[[str], SurveyFacts], request_: str, named: str
) -> None:
    card = draft(read_request(request_), surveyed("clinic"), {})
    assert isinstance(card, Card), card
    assert (card.default, f"“{named}”" in card.body) == (STOP, True)


def test_two_columns_of_dates_choose_nothing_unasked(surveyed: Callable[[str], SurveyFacts]) -> None:
    survey = surveyed("clinic")
    year = next(column for column in survey.columns if column.name == "acquisition_year")
    two = survey.model_copy(update={"columns": [*survey.columns, year.model_copy(update={"name": "biopsy_date"})]})
    card = draft(read_request("melanoma vs nevus, 2018 and later"), two, {})
    assert isinstance(card, Card)
    assert "“2018 and later”" in card.body
    others = survey.model_copy(update={"columns": [*survey.columns, year.model_copy(update={"name": "diabetes_years"})]})
    assert list(drafted("melanoma vs nevus, 2018 and later", others).specification.only) == ["acquisition_year"]


@pytest.mark.parametrize(
    ("sentence", "kind", "words"),
    [
        ("people older than 65", "age", "above 65"),
        ("Kinder bis 5 Jahre", "age", "at most 5"),
        ("nodules of at least 8mm", "size", "at least 8"),
        ("Aufnahmen seit 2020", "year", "at least 2020"),
        ("only films from 2015 to 2018", "year", "at least 2015 and at most 2018"),
    ],
)
def test_bounds_are_read(sentence: str, kind: str, words: str) -> None:
    ((one),) = bounds_in(normalise(sentence))
    assert (one.kind, one.range.in_words) == (kind, words)


@pytest.mark.parametrize("sentence", ["specificity at least 90 %", "from 5 to 10 minutes", "sensitivity over 95", "7 classes"])
def test_rates_and_times_are_no_bounds(sentence: str) -> None:
    assert bounds_in(normalise(sentence)) == []


@pytest.mark.parametrize(
    ("request_", "only"),
    [
        ("amd or not, left eye", {"exam_eye": ["2"]}),
        ("amd in the right eye?", {"exam_eye": ["1"]}),
        ("amd or not, nur seitlich", {"projection": ["2"]}),
    ],
)
def test_codes_choose_images_by_what_a_readme_says_that_they_mean(
    tmp_path: Path, request_: str, only: dict[str, list[str]]
) -> None:
    _table({"id": [f"p{k}" for k in NUMBERS], "exam_eye": [1, 2], "projection": [1, 2, 1], "amd": [0, 1, 1]}, 90)(tmp_path)
    (tmp_path / "README.md").write_text("exam_eye: 1 right, 2 left. projection: 1 = a.p., 2 = seitlich.")
    found = drafted(request_, survey_facts(take_inventory(tmp_path)))
    assert found.specification.only == only
