"""Every image gets its number, or is left out with a reason."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.allocation import allocation
from jupyter_clinagent.errors import BadInput, TooFewImages
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.partition import PARTITIONS
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.measurement.columns import measurable
from jupyter_clinagent.tasks.measurement.numbers import CODE, NO_VALUE, NOT_A_NUMBER, SEVERAL_VALUES, read_numbers
from jupyter_clinagent.tasks.measurement.targets import audit, load, sheet
from jupyter_clinagent.tasks.measurement.units import factor, measure_in
from jupyter_clinagent.tasks.measurement.values import read_values
from tests.tasks.measurement.folders import FOLDERS, NUMBER, PATIENTS, numbers, write

AGES = numbers(10, 216)


def column(*cells: str | None) -> pd.Series:
    return pd.Series(cells, dtype=object)


def loaded(folder: Path, wish: str = "boneage (months)", corrections: Corrections | None = None) -> Cohort:
    wishes = Wishes(label=wish, classes={"boneage": [wish]}, task="measurement", more={"unit": "months"})
    return load(take_inventory(folder), wishes, corrections or Corrections.none())


# ------------------------------------------------------------------ cells
def test_cells_are_read_with_decimal_commas_and_units_or_left_out_with_a_reason() -> None:
    read = read_numbers(column("12,5", "7", None, "n/a", "about ten", "<30"))
    assert read.values.tolist()[:2] == [12.5, 7.0]
    assert read.reasons.fillna("").tolist() == ["", "", NO_VALUE, NO_VALUE, NOT_A_NUMBER, NOT_A_NUMBER]


def test_a_unit_beside_every_number_is_the_columns() -> None:
    read = read_numbers(column("55 %", "60%", "41,5 %", None))
    assert (read.values.dropna().tolist(), read.unit) == ([55.0, 60.0, 41.5], "%")


def test_numbers_in_two_units_are_not_mixed() -> None:
    read = read_numbers(column(*(f"{k} mm" for k in range(12)), "3 cm"))
    assert (read.unit, int(read.values.notna().sum())) == (None, 0)
    assert set(read.reasons) == {NOT_A_NUMBER}


@pytest.mark.parametrize("code", ["-1", "999", "-9999"])
def test_a_code_far_from_all_numbers_is_not_a_measurement(code: str) -> None:
    read = read_numbers(column(*AGES, code, code))
    assert read.codes == {code: 2}
    assert Counter(read.reasons.dropna()) == {CODE: 2}


def test_minus_one_among_angles_of_both_signs_and_99_among_percentages_are_measurements() -> None:
    angles = read_numbers(column(*(str(k) for k in range(-30, 31))))
    shares = read_numbers(column(*(str(k) for k in range(40, 100))))
    assert (angles.codes, shares.codes) == ({}, {})


# ------------------------------------------------------------------ columns
def test_columns_of_numbers_are_found_and_ids_dates_places_and_counts_of_frames_are_not(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", {
        **FOLDERS["echo"],
        "row_number": [str(k + 1) for k in range(NUMBER)],
        "accession": [str(900_000 + 7 * k) for k in range(NUMBER)],
        "exam_date": [f"2020{k % 12 + 1:02d}01" for k in range(NUMBER)],
        "pixel_spacing": numbers(0.1, 0.4, 3),
        "crop_x": numbers(3, 200),
        "source_stem": [str(k // 2 + 40) for k in range(NUMBER)],
        "bytes": numbers(9000, 90000),
        "grade": [str(k % 5) for k in range(NUMBER)],
        "Age": numbers(20, 90),
    })  # fmt: skip
    found, few = measurable(take_inventory(folder))
    assert [(one["name"], one["unit"]) for one in found] == [("EF_pct", "%"), ("ESV_ml", "ml"), ("EDV_ml", "ml"), ("Age", None)]
    assert [one["name"] for one in found if one["of_patients"]] == ["Age"]
    assert few == {"grade": 5}


def test_units_stand_at_the_end_of_a_name_and_become_one_another() -> None:
    names = ("boneage (months)", "LVEF [%]", "EF_pct", "angle_deg", "volume_ml", "lung_volume", "thickness in mm")
    assert [measure_in(name).unit for name in names] == ["months", "%", "%", "degrees", "ml", None, "mm"]
    assert factor("years", "months") == pytest.approx(12)
    assert factor("l", "ml") == pytest.approx(1000)
    assert factor("months", "ml") is None


# ------------------------------------------------------------------ the cohort
def gappy(folder: Path) -> Path:
    """Sixty images, of which seven have no number for four reasons, and a row without an image."""
    ages = list(AGES)
    ages[0], ages[1], ages[2], ages[3], ages[4], ages[5] = "", "-1", "-1", "unknown", "twelve", "64,5"
    write(folder, {**PATIENTS, "boneage (months)": ages})
    table = folder / "table.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*lines, "film_010,P005,17", "film_999,P999,40"]) + "\n", encoding="utf-8")
    (folder / "images" / "film_extra.png").write_bytes((folder / "images" / "film_011.png").read_bytes())
    (folder / "images" / "film_012.png").write_bytes(b"no image")
    return folder


def test_every_image_is_measured_or_left_out_for_a_reason_and_the_counts_add_up(tmp_path: Path) -> None:
    folder = gappy(tmp_path / "data")
    survey, cohort = survey_facts(take_inventory(folder)), loaded(folder)
    wanted = {NO_VALUE: 3, CODE: 2, NOT_A_NUMBER: 1, SEVERAL_VALUES: 1}
    assert {reason: cohort.facts.left_out[reason] for reason in wanted} == wanted
    told = allocation(survey, cohort.facts, {"boneage": ["boneage (months)"]}, "boneage (months)")
    classes = sum(one.images for one in told.classes.values())
    assert told.total == 62
    assert not any("no reason" in one.reason for one in told.left_out)
    assert classes == len(cohort.table) == 61 - 8
    assert any("-1 (2)" in line for line in cohort.facts.assumptions)


def test_a_decimal_comma_reaches_the_cohort(tmp_path: Path) -> None:
    values = read_values(take_inventory(gappy(tmp_path / "data")), "boneage (months)")
    assert values.rows.loc["images/film_005.png", "truth"] == 64.5


def test_partitions_hold_every_quarter_and_no_patient_twice(tmp_path: Path) -> None:
    cohort = loaded(write(tmp_path / "data", FOLDERS["hands"]))
    assert all(parts[part] > 0 for parts in cohort.facts.counts.values() for part in PARTITIONS)
    assert (cohort.table[cohort.table["partition"] != "test"].groupby("group")["partition"].nunique() == 1).all()
    assert cohort.table.loc[cohort.table["partition"] == "test", "truth"].isna().all()
    assert "boneage (months)" not in cohort.metadata
    assert set(cohort.facts.details["spread"]) == {"train", "validation"}
    shown = cohort.shown()
    assert [name for name, inside in sheet(cohort, shown).items() if inside.any()] == cohort.facts.details["ranges"]


def test_a_correction_gives_a_number_and_words_are_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", FOLDERS["hands"])
    image = "images/film_003.png"
    corrected = loaded(folder, corrections=Corrections.none().with_row(image, "relabel", "33", "read again"))
    values = {**dict(zip(corrected.table["image"], corrected.table["truth"], strict=True))}
    corrected.seal.open()
    values |= dict(zip(corrected.seal.contents()["file"], corrected.seal.contents()["truth"], strict=True))
    assert values[image] == 33.0
    with pytest.raises(BadInput, match="takes a number"):
        loaded(folder, corrections=Corrections.none().with_row(image, "relabel", "old", "read again"))


def test_values_far_outside_are_pointed_out(tmp_path: Path) -> None:
    ages = [*AGES[:-6], *(str(5000 + k) for k in range(6))]
    findings = audit(loaded(write(tmp_path / "data", {"boneage (months)": ages})))
    (far,) = [finding for finding in findings if finding.topic == "values far outside"]
    assert (far.severity, "500" in far.text) == ("warning", True)


def test_too_few_patients_are_refused_with_what_it_takes(tmp_path: Path) -> None:
    few = {"patient_id": [f"P{k // 6}" for k in range(NUMBER)], "boneage (months)": AGES}
    with pytest.raises(TooFewImages, match="at least 20"):
        loaded(write(tmp_path / "data", few))


def test_a_readme_may_name_the_unit_of_a_column(tmp_path: Path) -> None:
    write(tmp_path, {"ef": [20 + 2 * n for n in range(NUMBER)]})
    (tmp_path / "README.md").write_text("# Echo\n\n- ef: ejection fraction in percent\n", encoding="utf-8")
    (found,), _ = measurable(take_inventory(tmp_path))
    assert (found["unit"], found["unit_from"]) == ("%", "README.md")
