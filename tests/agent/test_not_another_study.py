"""Requests that once became another study without a word: the data know what is meant, or it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.accounting import KEY, STOP
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card
from jupyter_clinagent.facts import SurveyFacts
from tests.benchmarks.phrases.folders import FOLDERS, _boxes, _outlines, _table

PATIENTS = {"patient_id": [f"p{k}" for k in range(90)]}
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
    "heads": _outlines(["head"], colours=False),
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
    [("isup", "cancer yes no (isup 0 = no)", "ISUP 1"), ("birads", "birads 1-3 vs 4-6", "BI-RADS 4a")],
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
    ("effusions", "effusion or not, only the unanimous ones", "unanimous"),
    ("effusions", "effusion or not, only films after March 2018", "after march 2018"),
    ("effusions", "train on hospital A, test on B: effusion or not", "test on b"),
    ("effusions", "effusion or not, at least 100x100 pixels", "at least 100x100 pixels"),
    ("effusions", "effusion or not in lesions larger than 10 mm", "larger than 10 mm"),
    ("heads", "How many weeks pregnant is she?", "how many weeks"),
    ("teeth", "is there any caries? yes or no", "yes or no"),
]


@pytest.mark.parametrize(("folder", "request_", "named"), ASKED)
def test_what_can_not_be_done_is_asked_and_not_passed_over(
    surveyed: Callable[[str], SurveyFacts], folder: str, request_: str, named: str
) -> None:
    card = draft(read_request(request_), surveyed(folder), {})
    assert isinstance(card, Card), card
    assert (card.key, card.default) == (KEY, STOP)
    assert f"“{named}”" in card.body


def test_the_side_of_an_eye_is_no_optic_disc(surveyed: Callable[[str], SurveyFacts]) -> None:
    found = draft(read_request("right eyes: wet, dry or normal?"), surveyed("eyes"), {})
    assert isinstance(found, Draft), found
    assert found.specification.only == {"eye": ["OD"]}
