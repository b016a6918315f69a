"""From a folder to a sealed cohort of grades: every image ends in a grade or is left out with a reason."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.allocation import allocation
from jupyter_clinagent.contracts import OUTSIDE
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.label_values import LABEL_NOT_KNOWN
from jupyter_clinagent.study import Study
from tests.study.test_finding_the_data import write_images

NUMBER = 120


def study_of(folder: Path, grades: list[object], column: str = "dr_grade") -> Study:
    names = [f"eye_{k:03d}" for k in range(len(grades))]
    write_images(folder / "data", [f"images/{name}.png" for name in names])
    table = {"image": names, "patient_id": [f"P{k // 2:03d}" for k in range(len(grades))], column: grades}
    pd.DataFrame(table).to_csv(folder / "data" / "grades.csv", index=False)
    study = Study(folder / "study", data=folder / "data", request="Grade the eyes", minutes=1)
    study.survey()
    return study


def test_every_image_ends_in_a_grade_or_is_left_out_with_a_reason(tmp_path: Path) -> None:
    marks: list[object] = [k // 2 % 4 for k in range(NUMBER)] + ["ungradable"] * 4 + ["?"] * 2 + [-1] * 3 + [9] * 2 + [None]
    study = study_of(tmp_path, marks)
    survey = study.facts["survey"]
    drafted = draft(read_request("Grade the eyes from 0 to 3"), survey, {})  # type: ignore[arg-type]
    assert isinstance(drafted, Draft)
    assert drafted.assumptions[0] == "Left out of “dr_grade” (no grade of this scale): “-1” (3), “9” (2)."
    cohort = study.load_cohort(**drafted.load)  # type: ignore[arg-type]
    assert cohort.classes == ["grade 0", "grade 1", "grade 2", "grade 3"]
    assert cohort.facts.left_out == {LABEL_NOT_KNOWN: 6, OUTSIDE: 5, "no label": 1}
    told = allocation(survey, cohort.facts, drafted.specification.classes, "dr_grade")  # type: ignore[arg-type]
    assert sum(grade.images for grade in told.classes.values()) == NUMBER
    assert {tuple(left.values or ()): left.count for left in told.left_out} == {(): 1, ("-1", "9"): 5} | {(): 1}
    assert told.total == len(marks)


def test_without_classes_the_columns_own_scale_is_taken_in_its_order(tmp_path: Path) -> None:
    study = study_of(tmp_path, ["severe", "mild", "none", "moderate"] * 30, "severity")
    assert study.load_cohort(label="severity", task="grading").classes == ["none", "mild", "moderate", "severe"]


def test_names_without_an_order_and_two_classes_are_refused(tmp_path: Path) -> None:
    study = study_of(tmp_path, ["nevus", "melanoma", "wart", "scar"] * 30, "dx")
    with pytest.raises(LabelsDoNotMatch, match="no ordered scale"):
        study.load_cohort(label="dx", task="grading")
    with pytest.raises(LabelsDoNotMatch, match="3 grades or more"):
        study.load_cohort(label="dx", classes={"a": ["nevus"], "b": ["melanoma", "wart"]}, task="grading")
