"""Which columns hold grades, in which order, and what in them is no grade."""

from __future__ import annotations

import pytest

from jupyter_clinagent.tasks.grading.scale import scale_of
from tests.tasks.grading.surveys import evenly

ORDERED = [
    ("dr_grade", ["4", "0", "2", "1", "3"], ["0", "1", "2", "3", "4"]),
    ("KL", ["0.0", "1.0", "2.0"], ["0.0", "1.0", "2.0"]),
    ("stage", ["IV", "I", "III", "II"], ["I", "II", "III", "IV"]),
    ("stadium", ["IIb", "IIa", "I", "III"], ["I", "IIa", "IIb", "III"]),
    ("density", ["d", "a", "c", "b"], ["a", "b", "c", "d"]),
    ("biopsy", ["F3", "F0", "F1", "F2"], ["F0", "F1", "F2", "F3"]),
    ("xray", ["KL3", "KL1", "KL2", "KL0"], ["KL0", "KL1", "KL2", "KL3"]),
    ("folder", ["Stage II", "Stage I", "Stage III"], ["Stage I", "Stage II", "Stage III"]),
    (
        "folder",
        ["Mild", "Moderate", "No_DR", "Proliferate_DR", "Severe"],
        ["No_DR", "Mild", "Moderate", "Severe", "Proliferate_DR"],
    ),
    (
        "folder",
        ["Severe", "Moderate", "Minimal", "Healthy", "Doubtful"],
        ["Healthy", "Doubtful", "Minimal", "Moderate", "Severe"],
    ),
    ("folder", ["2Mild", "0Normal", "1Doubtful"], ["0Normal", "1Doubtful", "2Mild"]),
    ("folder", ["MildDemented", "NonDemented", "VeryMildDemented"], ["NonDemented", "VeryMildDemented", "MildDemented"]),
    ("Befund", ["schwer", "leicht", "mittelgradig"], ["leicht", "mittelgradig", "schwer"]),
    ("severity", ["severe", "mild to moderate", "mild", "moderate"], ["mild", "mild to moderate", "moderate", "severe"]),
]
UNORDERED = [
    ("dx", ["mel", "nv", "bcc"]),
    ("label", ["normal", "benign", "malignant"]),
    ("folder", ["0_normal", "1_pneumonia", "2_covid"]),
    ("type", ["type 1", "type 2", "type 3"]),
    ("reader", ["A", "B", "C"]),
    ("grade", ["low", "high"]),
    ("site", ["10", "20", "30", "40"]),
    ("age_score", [str(k) for k in range(20)]),
]


@pytest.mark.parametrize(("column", "values", "ascending"), ORDERED, ids=str)
def test_a_scale_is_read_in_its_order(column: str, values: list[str], ascending: list[str]) -> None:
    scale = scale_of(column, evenly(*values))
    assert scale is not None
    assert [value for known in scale.grades.values() for value in known] == ascending
    assert scale.sure


@pytest.mark.parametrize(("column", "values"), UNORDERED, ids=str)
def test_other_names_are_no_scale(column: str, values: list[str]) -> None:
    assert scale_of(column, evenly(*values)) is None


def test_plain_numbers_of_a_column_that_does_not_speak_of_grades_may_be_grades() -> None:
    scale = scale_of("diagnosis", evenly("0", "1", "2", "3", "4"))
    assert scale is not None
    assert not scale.sure


def test_codes_and_remarks_beside_grades_are_none_and_unknown_ones_are_not_spoken_of() -> None:
    scale = scale_of("grade", {"0": 50, "1": 40, "2": 30, "9": 3, "-1": 4, "laser scars": 2, "ungradable": 5, "?": 1})
    assert scale is not None
    assert scale.grades == {"grade 0": ["0"], "grade 1": ["1"], "grade 2": ["2"]}
    assert scale.strays == ["9", "-1", "laser scars"]


def test_many_values_that_are_no_grade_leave_no_scale() -> None:
    assert scale_of("grade", {"0": 50, "1": 40, "2": 30, "see report": 60}) is None


def test_birads_0_is_an_incomplete_reading_and_no_grade() -> None:
    scale = scale_of("BI-RADS", evenly("0", "1", "2", "3", "4", "5"))
    assert scale is not None
    assert scale.names == ["BI-RADS 1", "BI-RADS 2", "BI-RADS 3", "BI-RADS 4", "BI-RADS 5"]
    assert scale.strays == ["0"]


def test_gleason_scores_become_isup_groups() -> None:
    scale = scale_of("gleason", evenly("4+3", "3+3", "3+4", "4+4", "5+4", "4+5"))
    assert scale is not None
    assert scale.grades == {
        "ISUP 1": ["3+3"],
        "ISUP 2": ["3+4"],
        "ISUP 3": ["4+3"],
        "ISUP 4": ["4+4"],
        "ISUP 5": ["4+5", "5+4"],
    }


@pytest.mark.parametrize(
    ("values", "written", "found"),
    [
        (["0", "1", "2"], "grade 2", "grade 2"),
        (["0", "1", "2"], "II", "grade 2"),
        (["0", "1", "2"], "3", None),
        (["I", "II", "III"], "stage 3", "grade III"),
        (["F0", "F1", "F2"], "2", "F2"),
        (["mild", "moderate", "severe"], "mittelgradig", "moderate"),
        (["0Normal", "1Doubtful", "2Mild"], "mild", "2Mild"),
        (["a", "b", "c"], "density c", "grade c"),
    ],
)
def test_a_grade_is_found_by_what_a_clinician_calls_it(values: list[str], written: str, found: str | None) -> None:
    scale = scale_of("grade", evenly(*values))
    assert scale is not None
    assert scale.find(written) == found
