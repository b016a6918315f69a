"""Which columns are ids of patients, lesions and examinations, whatever they hold, and which one stands above the others."""

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.study.data.group_names import is_group
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import group_candidates, survey_facts
from tests.study.test_finding_the_data import write_images

ROWS = 1440


def is_group_of(name: str, values: list[str]) -> bool:
    cells = pd.Series([values[row * len(values) // ROWS] for row in range(ROWS)])
    return is_group(name, cells.value_counts(), ROWS)


IDS = [
    "patient_id", "PatientID", "Patient ID", "Pat.-Nr.", "patientennummer", "Fallnummer", "subject", "mrn", "lesion_id",
    "id_patient", "Probanden-ID", "participant no", "exam_id", "StudyInstanceUID", "Untersuchungs-ID", "video_id", "group_id",
]  # fmt: skip


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("number", [1, 2, 24, 1440])
def test_an_id_groups_at_any_number_of_patients_and_of_images(name: str, number: int) -> None:
    assert is_group_of(name, [f"x{k}" for k in range(number)])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("case", ["case", "control"]),
        ("patient", ["yes", "no"]),
        ("Patient", ["ja", "nein"]),
        ("group", ["treated", "untreated"]),
        ("risk_group", ["1", "2", "3"]),
        ("age_group", [f"{k}0-{k}9" for k in range(12)]),
        ("study_no", ["1", "2", "3"]),
        ("exam", ["MRI", "CT"]),
        ("pT", [f"pT{k}" for k in range(12)]),
        ("patient_id", ["anonymous"]),
        ("patient_name", ["ANONYM", "n/a"]),
        ("patient_age", [str(k) for k in range(40)]),
    ],
)
def test_grades_arms_flags_and_what_was_made_anonymous_are_no_ids(name: str, values: list[str]) -> None:
    assert not is_group_of(name, values)


@pytest.mark.parametrize(
    ("values", "group"),
    [
        pytest.param([f"T{n // 2}" for n in range(40)], True, id="numbered"),
        pytest.param(["glioma", "meningioma", "pituitary", "none"] * 10, False, id="kinds"),
        pytest.param([str(n % 15) for n in range(40)], False, id="sizes"),
        pytest.param([f"T{n % 4}" for n in range(40)], False, id="stages"),
    ],
)
def test_numbered_tumours_that_recur_are_groups_and_their_kinds_sizes_and_stages_are_not(values: list[str], group: bool) -> None:
    assert is_group("tumour", pd.Series(values).value_counts(), len(values)) == group


def survey_of(folder: Path, rows: int, **columns: list[str]) -> list[str]:
    names = [f"i{n}.png" for n in range(rows)]
    write_images(folder, names)
    pd.DataFrame({"image": names, "dx": ["a", "b"] * (rows // 2), **columns}).to_csv(folder / "t.csv", index=False)
    return group_candidates(take_inventory(folder))


def test_patients_come_before_their_examinations(tmp_path: Path) -> None:
    exams = [f"e{n // 2}" for n in range(40)]
    found = survey_of(tmp_path, 40, exam_id=exams, patient_id=[f"p{n // 4}" for n in range(40)])
    assert found == ["patient_id", "exam_id"]


def test_numbers_that_start_anew_in_each_patient_come_last(tmp_path: Path) -> None:
    found = survey_of(tmp_path, 60, lesion_id=[str(n % 3) for n in range(60)], patient_id=[f"p{n // 6}" for n in range(60)])
    assert found == ["patient_id", "lesion_id"]


def test_one_patient_in_every_row_is_a_group_and_a_hospital_in_every_row_is_not(tmp_path: Path) -> None:
    assert survey_of(tmp_path, 20, patient_id=["p1"] * 20, hospital=["x"] * 20) == ["patient_id"]
    roles = {column.name: column.role for column in survey_facts(take_inventory(tmp_path)).columns}
    assert roles["hospital"] == "ignored"
