"""What a request names and the draft does nothing with leads to a question; nothing becomes another study unseen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_clinagent.agent.playbook.accounting import GO_ON, KEY, STOP
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card, Specification
from jupyter_clinagent.errors import LabelsDoNotMatch, OutOfScope
from jupyter_clinagent.facts import SurveyFacts
from tests.agent.surveys import DERMOSCOPY
from tests.benchmarks.phrases.folders import FOLDERS, _boxes, _classes, _outlines, _table

PATIENTS = {"patient_id": [f"p{k // 2}" for k in range(90)]}
MADE = {
    "skin": _table(
        {"lesion_id": [f"l{k // 2}" for k in range(90)], "dx": ["melanoma", "nevus", "wart"], "site": ["back", "face"]}, 90
    ),
    "nodules": _table({**PATIENTS, "malignancy": [0, 0, 1], "nodule_size_mm": [4 + k / 2 for k in range(40)]}, 90, colours=False),
    "eyes": _table({**PATIENTS, "eye": ["OD", "OS"], "dr_grade": [0, 1, 2, 3, 4], "dme_risk": [0, 1, 2, 0]}, 90),
    "films": _table(
        {**PATIENTS, "Support Devices": [1, 0, 0, 1], "Edema": [0, 1, 0, 0, 0], "Mass": [0, 0, 1, 0, 0, 0, 0]}, 90, colours=False
    ),
    "teeth": _boxes(["caries", "filling", "crown"]),
    "liver": _outlines(["liver"], colours=False),
    "tumours": _outlines(["liver", "tumour"], colours=False),
    "heart": _outlines(["LV", "RV", "MYO"], colours=False),
    "breast": _classes(["benign", "malignant", "normal"]),
    "hips": _table({**PATIENTS, "fracture_type": ["none", "femoral neck", "intertrochanteric"]}, 90, colours=False),
    "infections": _classes(["bacterial", "viral"]),
} | FOLDERS


def specified(request: str, survey: SurveyFacts, **answers: str) -> Specification:
    found = draft(read_request(request), survey, answers)
    assert isinstance(found, Draft), found
    return found.specification


def asked(request: str, survey: SurveyFacts, **answers: str) -> Card:
    found = draft(read_request(request), survey, answers)
    assert isinstance(found, Card), found
    return found


BESIDE = [
    # values and columns of the data that nothing would be done with
    ("nodules", "nodule size and malignancy", "nodule_size", "stop"),
    ("eyes", "retinopathy and macular edema", "dme", "stop"),
    # things beside those that are used
    ("teeth", "find crowns, fillings and root canals", "root canals", "stop"),
    ("breast", "benign, malignant, inflammatory", "inflammatory", "stop"),
    ("lungs", "lungs and heart", "heart", "stop"),
    ("teeth", "caries deeper than 2 mm", "deeper than 2 mm", "stop"),
    # things in the place of those that are there: going on is not the default
    ("coded", "glaucoma?", "glaucoma", "stop"),
    ("brain", "glioma or meningioma", "glioma", "stop"),
    ("sick_or_healthy", "Tell glaucoma from healthy", "glaucoma", "stop"),
    ("bone_age", "hand or foot", "foot", "stop"),
]


@pytest.mark.parametrize(("folder", "request_", "named", "default"), BESIDE)
def test_what_is_named_and_not_used_is_asked_about(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, named: str, default: str
) -> None:
    card = asked(request_, surveyed(folder))
    assert (card.key, card.default) == ("beside", default)
    assert f"“{named}”" in card.body


def test_going_on_is_said_first_and_stopping_trains_nothing(surveyed: Callable[[str], SurveyFacts]) -> None:
    intent, survey = read_request("nodule size and malignancy"), surveyed("nodules")
    found = draft(intent, survey, {"beside": "go on without it"})
    assert isinstance(found, Draft)
    assert found.assumptions[0] == "Named in the request, and nothing is done with it: “nodule_size”."
    with pytest.raises(OutOfScope, match="nothing was trained"):
        draft(intent, survey, {"beside": "stop"})


@pytest.mark.parametrize(
    ("folder", "request_"),
    [
        ("skin", "Separate melanoma from ordinary nevi"),
        ("skin", "melanoma vs nevus, whatever the site"),
        ("eyes", "grade the retinopathy per eye"),
        ("blood", "Detect all blood cells"),
        ("heart", "outline the left and the right ventricle please"),
        ("histology", "Which tissue is it?"),
        ("sick_or_healthy", "Build me something that spots disease in these"),
    ],
)
def test_adjectives_circumstances_and_filling_words_are_not_asked_about(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str
) -> None:
    specified(request_, surveyed(folder))


@pytest.mark.parametrize(
    ("folder", "request_", "structures"),
    [
        ("tumours", "Outline the liver tumours", ["tumour"]),
        ("tumours", "tumours of the liver, outlined", ["tumour"]),
        ("tumours", "outline liver and tumour", ["liver", "tumour"]),
        ("heart", "contour the left ventricle", ["LV"]),
        ("heart", "segment both ventricles but not the heart muscle", ["LV", "RV"]),
        ("heart", "linker Ventrikel, umranden", ["LV"]),
    ],
)
def test_structures_are_found_by_what_their_names_mean(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, structures: list[str]
) -> None:
    assert list(specified(request_, surveyed(folder)).classes) == structures


@pytest.mark.parametrize("request_", ["Outline the liver tumours", "outline the metastases in the liver", "Outline the abscess"])
def test_a_structure_that_no_mask_has_is_asked_about_and_not_outlined_by_default(
    surveyed: Callable[[str], SurveyFacts], request_: str
) -> None:
    survey = surveyed("liver")
    assert asked(request_, survey).default == "none of these"
    with pytest.raises(LabelsDoNotMatch, match="The masks are of “liver”"):
        draft(read_request(request_), survey, {"outlines": "none of these"})
    assert list(specified(request_, survey, outlines="liver").classes) == ["liver"]


@pytest.mark.parametrize("request_", ["Is there a pacemaker?", "pacemaker yes or no"])
def test_a_device_that_is_asked_for_is_no_shortcut(surveyed: Callable[[str], SurveyFacts], request_: str) -> None:
    card = asked(request_, surveyed("films"))
    assert (card.key, card.default) == ("label", "none of these")


@pytest.mark.parametrize(
    ("folder", "request_"), [("breast", "Find cysts"), ("breast", "cyst versus fibroadenoma"), ("knee", "fibula")]
)
def test_where_nothing_fits_nothing_is_learnt_by_default(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str
) -> None:
    card = asked(request_, surveyed(folder))
    assert card.default == "none of these"
    with pytest.raises(LabelsDoNotMatch):
        draft(read_request(request_), surveyed(folder), {str(card.key): "none of these"})


def test_a_disease_that_a_column_is_named_after_gathers_its_kinds(surveyed: Callable[[str], SurveyFacts]) -> None:
    assert specified("fracture yes or no", surveyed("hips")).classes["fracture"] == ["femoral neck", "intertrochanteric"]


def test_a_class_that_is_not_there_is_not_replaced_by_all_others(surveyed: Callable[[str], SurveyFacts]) -> None:
    request, survey = "COVID versus bacterial pneumonia", surveyed("infections")
    card = asked(request, survey)
    assert "“covid” is nothing that I know" in card.body
    with pytest.raises(LabelsDoNotMatch, match="none of them is what the request asks for"):
        draft(read_request(request), survey, {"classes": str(card.default)})


@pytest.mark.parametrize(
    ("request_", "left"), [("masses, no calcifications", "mass"), ("calcifications, no masses please", "calcification")]
)
def test_a_list_may_say_what_is_not_wanted(surveyed: Callable[[str], SurveyFacts], request_: str, left: str) -> None:
    assert left in specified(request_, surveyed("mammograms")).classes


# ------------------------------------------------------------------ who is studied
NOBODY = DERMOSCOPY.model_copy(update={"columns": [c for c in DERMOSCOPY.columns if c.role not in ("sex", "age")]})
"""The data don't say who the patients are."""


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ("Separate melanoma from nevus. Only patients over 60", "patients over 60"),
        ("melanoma versus nevus in men under 50", "men under 50"),
        ("Melanom gegen Nävus bei Frauen ab 40", "frauen ab 40"),
        ("melanoma versus nevus in women", "women"),
    ],
)
def test_a_restriction_that_no_column_can_make_is_asked_about_and_said(request_: str, named: str) -> None:
    asked = draft(read_request(request_), NOBODY, {})
    assert isinstance(asked, Card)
    assert f"“{named}”" in asked.body
    assert asked.default == STOP, "it would be a study of others"
    found = draft(read_request(request_), NOBODY, {KEY: GO_ON})
    assert isinstance(found, Draft)
    assert f"“{named}”" in found.assumptions[0]


@pytest.mark.parametrize(
    "request_",
    [
        "Separate melanoma from nevus in under 20 minutes",
        "Separate melanoma from nevus; the sensitivity for patients must be above 90 %",
    ],
)
def test_a_time_or_a_rate_is_no_age(request_: str) -> None:
    assert isinstance(draft(read_request(request_), DERMOSCOPY, {}), Draft)
