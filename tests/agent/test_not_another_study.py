"""Requests that once became another study without a word: the data know what is meant, or it is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.accounting import KEY, STOP
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card, Range
from jupyter_clinagent.errors import OutOfScope
from jupyter_clinagent.facts import SurveyFacts
from tests.benchmarks.phrases.folders import FOLDERS, _boxes, _outlines, _table

PATIENTS = {"patient_id": [f"p{k}" for k in range(90)]}


def _outlined_lesions(folder: Path) -> None:
    """Masks that no name is given to, and a table of what each image shows."""
    _outlines(["outline"])(folder)
    values = ["nv", "mel", "bcc"] * 10
    pd.DataFrame({"image": [f"{k:03d}" for k in range(30)], "dx": values}).to_csv(folder / "labels.csv", index=False)


MADE = {
    "healthy": _table({**PATIENTS, "healthy": ["yes", "no", "no"]}, 90),
    "diseases": _table(
        {
            **PATIENTS,
            "malignant": [True, False, False, True],
            "disease": ["melanoma-in-situ", "verruca", "seborrheic-keratosis", "basal-cell-carcinoma"],
        },
        90,
    ),
    "pathology": _table({**PATIENTS, "pathology": ["MALIGNANT", "BENIGN", "BORDERLINE"]}, 90),
    "isup": _table({**PATIENTS, "isup_grade": [0, 1, 2, 3, 4, 5]}, 90),
    "birads": _table({**PATIENTS, "birads": ["1", "2", "3", "4a", "4b", "5", "6"]}, 90),
    "her2": _table({**PATIENTS, "HER2": ["0", "1+", "2+", "3+"]}, 90),
    "eyes": _table({**PATIENTS, "eye": ["OD", "OS", "OS"], "amd": ["wet", "dry", "normal"]}, 90),
    "teeth": _boxes(["caries", "filling"]),
    "swabs": _table({**PATIENTS, "pcr": ["negative", "positive", "indeterminate"]}, 90),
    "opacity": _table({**PATIENTS, "class": ["Lung Opacity", "Normal", "No Lung Opacity / Not Normal"]}, 90, colours=False),
    "chests": _table(
        {
            **PATIENTS,
            "Effusion": [0, 0, 1],
            "Cardiomegaly": [0, 1, 0, 0, 1],
            "Edema": [0, 1, 0, 0],
            "Pneumonia": [0, 0, 0, 1],
            "No Finding": [1, 0, 0, 0, 0, 0, 1],
        },
        90,
        colours=False,
    ),
    "nih": _table({**PATIENTS, "Finding Labels": ["No Finding", "Effusion", "Edema|Effusion", "Edema"]}, 90, colours=False),
    "biopsies": _table({**PATIENTS, "diag": ["adenocarcinoma", "squamous", "benign"]}, 90),
    "pandemic": _table({**PATIENTS, "finding": ["COVID-19", "Non-COVID", "Normal"]}, 90, colours=False),
    "gliomas": _table({**PATIENTS, "grade": ["II", "III", "IV"]}, 90, colours=False),
    "tumours": _table({**PATIENTS, "type": ["low grade", "high grade", "benign"]}, 90),
    "cells": _table({**PATIENTS, "cell": ["neutrophil", "monocyte"], "stain": ["Wright", "MGG"], "rhythm": ["SR", "AF"]}, 90),
    "bowels": _table({**PATIENTS, "part": ["bbps-0-1", "bbps-2-3", "polyps", *(f"colitis-grade-{k}" for k in "123")]}, 90),
    "discs": _table({**PATIENTS, "herniation": ["none", "bulge", "protrusion", "extrusion"]}, 90, colours=False),
    "planes": _table(
        {**PATIENTS, "plane": ["Fetal abdomen", "Fetal femur", "Fetal thorax", "Maternal cervix"]}, 90, colours=False
    ),
    "gullets": _table({**PATIENTS, "part": ["normal-z-line", "normal-cecum", "esophagitis-a", "esophagitis-b-d", "polyps"]}, 90),
    "dated": _table(
        {**PATIENTS, "dx": ["mel", "nv", "vasc", "bkl"], "exam_date": ["2021-05-03", "2022-02-01", "2022-08-09"]}, 90
    ),
    "feet": _table(
        {**PATIENTS, "Wagner": [0, 1, 2, 3, 4], "quality": ["gut", "schlecht"], "necrosis": ["ja", "nein"], "toe": ["I", "V"]}, 90
    ),
    "hearts": _table({**PATIENTS, "ACVIM": ["A", "B1", "B2", "C", "D"], "species": ["dog", "cat"]}, 90, colours=False),
    "heads": _outlines(["head"], colours=False),
    "lesions": _outlined_lesions,
    "wards": _table({**PATIENTS, "dx": ["benign", "normal", "benign"], "vendor": ["Hologic", "Siemens"]}, 90, colours=False),
    "cut": _table({**PATIENTS, "plane": ["axial", "coronal", "sagittal"], "tumour": ["glioma", "none"]}, 90, colours=False),
    "sequences": _table({**PATIENTS, "sequence": ["T1", "T1C", "T2"], "tumour": ["glioma", "none"]}, 90, colours=False),
    "reports": _table({**PATIENTS, "Effusion": [0, 1, -1], "Edema": [1, 0, 0, -1], "Mass": [0, 0, 1]}, 90, colours=False),
    "effusions": _table({**PATIENTS, "effusion": ["yes", "no"]}, 90, colours=False),
} | FOLDERS


READ: list[tuple[str, str, dict[str, list[str]], str | None]] = [
    # the yes of a column that is called healthy is no finding
    ("healthy", "find the sick ones", {"not healthy": ["no"], "healthy": ["yes"]}, "not healthy"),
    ("healthy", "healthy or not?", {"healthy": ["yes"], "not healthy": ["no"]}, "not healthy"),
    # a column of yes and no that is called after what is asked for
    ("diseases", "Is it cancer?", {"cancer": ["True"], "no cancer": ["False"]}, "cancer"),
    ("diseases", "benign or malignant", {"malignant": ["True"], "not malignant": ["False"]}, "malignant"),
    # values counted as others
    (
        "pathology",
        "malignant versus benign, count borderline as benign too",
        {"MALIGNANT": ["MALIGNANT"], "BENIGN": ["BENIGN", "BORDERLINE"]},
        "MALIGNANT",
    ),
    ("swabs", "positive vs negative swab", {"positive": ["positive"], "negative": ["negative"]}, "positive"),
    ("swabs", "positive against the others", {"positive": ["positive"], "rest": ["negative", "indeterminate"]}, "positive"),
    # a value's whole name is no other value's
    (
        "opacity",
        "lung opacity vs normal, without the not normal ones",
        {"Lung Opacity": ["Lung Opacity"], "Normal": ["Normal"]},
        None,
    ),
    (
        "opacity",
        "lung opacity vs normal, leave out the no lung opacity / not normal ones",
        {"Lung Opacity": ["Lung Opacity"], "Normal": ["Normal"]},
        None,
    ),
    ("pandemic", "covid vs healthy", {"COVID-19": ["COVID-19"], "Normal": ["Normal"]}, "COVID-19"),
    ("bowels", "bbps 0-1 against bbps 2-3", {"bbps-0-1": ["bbps-0-1"], "bbps-2-3": ["bbps-2-3"]}, None),
    # “counts as”, in every form
    (
        "swabs",
        "indeterminate counts as positive",
        {"positive": ["positive", "indeterminate"], "negative": ["negative"]},
        "positive",
    ),
    (
        "swabs",
        "positive, negative, and count the indeterminate as negative",
        {"positive": ["positive"], "negative": ["negative", "indeterminate"]},
        "positive",
    ),
    (
        "swabs",
        "Positiv oder negativ, indeterminate zählt als positiv",
        {"positive": ["positive", "indeterminate"], "negative": ["negative"]},
        "positive",
    ),
    (
        "pathology",
        "malignant vs benign (borderline = benign)",
        {"MALIGNANT": ["MALIGNANT"], "BENIGN": ["BENIGN", "BORDERLINE"]},
        None,
    ),
    (
        "pathology",
        "borderline or malignant vs benign",
        {"BORDERLINE or MALIGNANT": ["BORDERLINE", "MALIGNANT"], "BENIGN": ["BENIGN"]},
        "BORDERLINE or MALIGNANT",
    ),
    # the yes of “No Finding” is health, and so is the value
    ("chests", "sick or healthy", {"finding": ["0"], "no finding": ["1"]}, "finding"),
    ("chests", "any finding vs none", {"finding": ["0"], "no finding": ["1"]}, "finding"),
    ("chests", "is anything wrong?", {"finding": ["0"], "no finding": ["1"]}, "finding"),
    ("chests", "effusion vs no finding", {"Effusion": ["Effusion"]}, None),
    (
        "nih",
        "Tell sick from healthy",
        {"abnormal": ["Effusion", "Edema|Effusion", "Edema"], "No Finding": ["No Finding"]},
        "abnormal",
    ),
    # of two degrees the milder one is not looked for
    ("tumours", "low grade vs high grade", {"low grade": ["low grade"], "high grade": ["high grade"]}, "high grade"),
    (
        "tumours",
        "what kind of tumour is it",
        {"low grade": ["low grade"], "high grade": ["high grade"], "benign": ["benign"]},
        None,
    ),
    ("bowels", "grade the colitis", {f"grade {k}": [f"colitis-grade-{k}"] for k in "123"}, None),
    # a word that several values have names them together, and one that any request may have names a value in a list
    ("gullets", "polyps vs esophagitis", {"polyps": ["polyps"], "esophagitis": ["esophagitis-a", "esophagitis-b-d"]}, None),
    (
        "gullets",
        "normal vs esophagitis",
        {"normal": ["normal-z-line", "normal-cecum"], "esophagitis": ["esophagitis-a", "esophagitis-b-d"]},
        "esophagitis",
    ),
    ("planes", "thorax vs abdomen", {"Fetal thorax": ["Fetal thorax"], "Fetal abdomen": ["Fetal abdomen"]}, None),
    ("dated", "mel vs rest without vasc", {"mel": ["mel"], "rest": ["nv", "bkl"]}, "mel"),
    ("dated", "melanoma or without melanoma?", {"mel": ["mel"], "rest": ["nv", "vasc", "bkl"]}, "mel"),
    ("hearts", "stage C and D vs A, B1 and B2", {"C or D": ["C", "D"], "A or B1 or B2": ["A", "B1", "B2"]}, None),
    ("hearts", "dogs vs cats", {"dog": ["dog"], "cat": ["cat"]}, None),
    ("her2", "HER2 3+ vs 0", {"3+": ["3+"], "0": ["0"]}, None),
]


@pytest.mark.parametrize(("folder", "request_", "classes", "positive"), READ)
def test_it_is_read_as_it_was_meant(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, classes: dict[str, list[str]], positive: str | None
) -> None:
    found = draft(read_request(request_), surveyed(folder), {})
    assert isinstance(found, Draft), found
    assert found.specification.classes == classes
    assert positive in (None, found.specification.positive_class)


@pytest.mark.parametrize(
    ("folder", "request_", "lowest"),
    [
        ("isup", "cancer yes no (isup 0 = no)", "ISUP 1"),
        ("birads", "birads 1-3 vs 4-6", "BI-RADS 4a"),
        ("feet", "Wagner 3 und höher", "grade 3"),
    ],
)
def test_the_line_lies_where_it_was_drawn(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, lowest: str
) -> None:
    found = draft(read_request(request_), surveyed(folder), {})
    assert isinstance(found, Draft), found
    point: Any = found.specification.operating_point
    assert point.positives[0] == lowest


ASKED = [
    ("effusions", "effusion yes or no, leave the blurry ones out", "the blurry ones"),
    ("effusions", "effusion or not, ohne Kinder", "kinder"),
    ("effusions", "effusion or not, one image per patient", "one image per patient"),
    ("teeth", "films with caries against healthy ones", "healthy"),
    ("teeth", "box the caries, only films with at least one", "only films with at least one"),
    ("reports", "effusion and edema, count uncertain as positive, without the lateral films", "the lateral films"),
    ("effusions", "effusion or not, only the unanimous ones", "unanimous"),
    ("effusions", "effusion or not, only films after March 2018", "after march 2018"),
    ("effusions", "train on hospital A, test on B: effusion or not", "test on b"),
    ("effusions", "effusion or not, at least 100x100 pixels", "at least 100x100 pixels"),
    ("effusions", "effusion or not in lesions larger than 10 mm", "larger than 10 mm"),
    ("heads", "How many weeks pregnant is she?", "how many weeks"),
    ("teeth", "is there any caries? yes or no", "yes or no"),
    # one thing asked for is no study of everything, and what is to be combined is not learnt one by one
    ("chests", "is the heart big?", "is the heart big"),
    ("dated", "mel vs nv, since 01.03.2022", "since 01.03.2022"),
    ("dated", "mel vs nv, biopsy proven", "biopsy proven"),
    ("chests", "patients with both effusion and edema", "with both"),
    ("chests", "isolated effusion", "isolated"),
    ("chests", "pneumonia or edema in one class against no finding", "in one class"),
    ("cells", "neutrophil or monocyte, types 4-5", "4 to 5"),
    ("discs", "herniation yes or no (a bulge is not a herniation)", "bulge is not a herniation"),
]


@pytest.mark.parametrize(("folder", "request_", "named"), ASKED)
def test_what_can_not_be_done_is_asked_and_not_passed_over(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, named: str
) -> None:
    card = draft(read_request(request_), surveyed(folder), {})
    assert isinstance(card, Card), card
    assert (card.key, card.default) == (KEY, STOP)
    assert f"“{named}”" in card.body


@pytest.mark.parametrize(
    ("folder", "request_", "key", "default"),
    [
        ("gliomas", "low grade vs high grade", "cut", ""),
        ("biopsies", "is it cancer?", "classes", "adenocarcinoma and squamous together against the others"),
        ("biopsies", "cancer vs benign", "classes", "malignant (adenocarcinoma, squamous) and benign, each by itself"),
        ("cells", "eosinophil vs monocyte", "classes", "none of these"),
        ("hearts", "dogs vs cats vs horses", "classes", "none of these"),
        ("hearts", "ACVIM C and D vs not", "classes", "none of these"),
        ("hearts", "is there a tumour?", "label", "none of these"),
    ],
)
def test_what_may_be_meant_otherwise_is_asked(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, key: str, default: str
) -> None:
    card = draft(read_request(request_), surveyed(folder), {})
    assert isinstance(card, Card), card
    assert (card.key, card.default) == (key, default)


@pytest.mark.parametrize(
    ("request_", "only"),
    [
        ("effusion without cardiomegaly vs normal", {"Cardiomegaly": ["0"]}),
        ("effusion but no edema", {"Edema": ["0"]}),
        ("find edema and effusion but not pneumonia", {}),
        ("all findings except pneumonia", {}),
    ],
)
def test_a_finding_beside_one_that_is_learnt_chooses_images_and_one_of_several_is_not_learnt(
    surveyed: Callable[[str], SurveyFacts], request_: str, only: dict[str, list[str]]
) -> None:
    found = draft(read_request(request_), surveyed("chests"), {})
    assert isinstance(found, Draft), found
    assert found.specification.only == only


@pytest.mark.parametrize(
    ("folder", "request_", "only"),
    [
        ("dated", "mel vs nv, since 01.01.2022", {"exam_date": Range(at_least=2022)}),
        ("dated", "mel vs nv nach dem 31.12.2021", {"exam_date": Range(above=2021)}),
        ("dated", "mel vs nv in 2022", {"exam_date": Range(at_least=2022, at_most=2022)}),
        ("feet", "necrosis or not, only gut", {"quality": ["gut"]}),
    ],
)
def test_days_years_and_small_words_choose_images(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, only: dict[str, Any]
) -> None:
    found = draft(read_request(request_), surveyed(folder), {})
    assert isinstance(found, Draft), found
    assert found.specification.only == only


def test_what_a_label_was_confirmed_by_is_no_kind_of_image() -> None:
    assert read_request("melanoma vs nevus, confirmed by histology").modality is None
    assert read_request("which tissue is it on these histology slides?").modality == "histology"


def test_only_one_stain_is_no_label(surveyed: Callable[[str], SurveyFacts]) -> None:
    found = draft(read_request("neutrophil or monocyte, only Wright stain"), surveyed("cells"), {})
    assert isinstance(found, Draft), found
    assert (found.specification.label_column, found.specification.only) == ("cell", {"stain": ["Wright"]})


def test_the_side_of_an_eye_is_no_optic_disc(surveyed: Callable[[str], SurveyFacts]) -> None:
    found = draft(read_request("right eyes: wet, dry or normal?"), surveyed("eyes"), {})
    assert isinstance(found, Draft), found
    assert found.specification.only == {"eye": ["OD"]}


@pytest.mark.parametrize(
    ("folder", "request_", "only"),
    [
        ("wards", "benign vs normal, forget the Siemens pictures", {"vendor": ["Hologic"]}),
        ("cut", "Gliom oder nicht auf koronaren und sagittalen Schnitten", {"plane": ["coronal", "sagittal"]}),
        ("lesions", "outline the melanomas", {"dx": ["mel"]}),
        ("lesions", "outline the lesion, but not for the nevi", {"dx": ["mel", "bcc"]}),
        ("lesions", "outline the lesion", {}),
    ],
)
def test_what_is_put_aside_or_shown_by_masks_without_a_name_chooses_images(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, only: dict[str, list[str]]
) -> None:
    found = draft(read_request(request_), surveyed(folder), {})
    assert isinstance(found, Draft), found
    assert {name: sorted(values) for name, values in found.specification.only.items()} == {n: sorted(v) for n, v in only.items()}


def test_a_name_with_not_behind_it_is_left_out(surveyed: Callable[[str], SurveyFacts]) -> None:
    found = draft(read_request("mark the caries, fillings not"), surveyed("teeth"), {})
    assert isinstance(found, Draft), found
    assert list(found.specification.classes) == ["caries"]


def test_several_boxes_that_an_answer_names_are_marked_and_no_others(surveyed: Callable[[str], SurveyFacts]) -> None:
    found = draft(read_request("mark the white spots"), surveyed("teeth"), {"boxes": "the filling"})
    assert isinstance(found, Draft), found
    assert list(found.specification.classes) == ["filling"]


def test_how_a_disease_goes_on_is_not_studied(surveyed: Callable[[str], SurveyFacts]) -> None:
    with pytest.raises(OutOfScope, match="course of a disease"):
        draft(read_request("which discs get worse over 24 months?"), surveyed("discs"), {})


@pytest.mark.parametrize(
    ("answer", "classes"),
    [
        ("adenocarcinoma and squamous against benign", {"adenocarcinoma or squamous", "benign"}),
        ("benign against all others", {"benign", "rest"}),
        ("cancer (adenocarcinoma, squamous) or not", {"cancer", "rest"}),
        ("squamous, benign", {"squamous", "benign"}),
    ],
)
def test_values_may_be_answered_in_groups(surveyed: Callable[[str], SurveyFacts], answer: str, classes: set[str]) -> None:
    found = draft(read_request("is it cancer?"), surveyed("biopsies"), {"classes": answer})
    assert isinstance(found, Draft), found
    assert set(found.specification.classes) == classes
