"""Several views, one answer: from the loaded cohort to the bundle's model, on phantoms of patients with four images each."""

import csv
import json
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.contracts import Level, OperatingPoint, Specification
from jupyter_clinagent.errors import BadInput, ProtocolViolation
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.export.evaluate import evaluate
from jupyter_clinagent.export.predict import predict
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.grading.graded import Grades
from jupyter_clinagent.tasks.measurement import phantom as hands
from jupyter_clinagent.tasks.measurement.measured import MeasuredValues, Scale
from jupyter_clinagent.tasks.measurement.values import Ranges
from tests.study.conftest import run_probe
from tests.study.several_views import Finished, write_views

CLASSES = {"cancer": ["cancer"], "no cancer": ["no cancer"]}
WOMEN = Level(name="patient", columns=["patient_id"], rule="highest", positive="cancer")
BREASTS = Level(name="breast", columns=["patient_id", "laterality"])
PATIENTS = 60


def specification(level: Level) -> Specification:
    return Specification(
        task="classification",
        title="Cancer",
        request="one answer per woman",
        objective="Find the women with a cancer.",
        label_column="finding",
        classes=CLASSES,
        positive_class="cancer",
        level=level,
        group_column="patient_id",
        primary_metric="auroc",
        operating_point=OperatingPoint(rule="sensitivity", target=0.9, positive_class="cancer"),
        subgroups=["view"],
    )


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views") / "data"
    write_views(folder, PATIENTS, seed=2, size=64)
    return folder


@pytest.fixture(scope="module")
def finished(views: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    home = tmp_path_factory.mktemp("women")
    study = Study(home / "women-study", data=views, request="one answer per woman", minutes=1)
    study.survey()
    study.load_cohort(label="finding", classes=CLASSES, group="patient_id", level=WOMEN.model_dump(exclude_defaults=True))
    study.audit()
    study.confirm(specification(WOMEN))
    run_probe(study)
    study.unseal("the planned experiments are finished")
    study.explain(images=3)
    study.report()
    nbformat.write(nbformat.v4.new_notebook(), home / "women.ipynb")
    return Finished(study, views, home / "women-study", export(home / "women.ipynb", home / "women.zip").path)


def test_the_survey_tells_which_images_could_get_one_answer_and_where_their_labels_differ(views: Path) -> None:
    patients, breasts = survey_facts(take_inventory(views)).cases
    assert (patients.name, patients.columns, patients.cases, patients.several) == ("patient", ["patient_id"], PATIENTS, PATIENTS)
    assert [(one.values, one.cases) for one in patients.mixed["finding"]] == [(["cancer", "no cancer"], PATIENTS // 3)]
    assert (breasts.name, breasts.columns, breasts.cases) == ("side", ["patient_id", "laterality"], 2 * PATIENTS)
    assert not breasts.mixed


def test_figures_count_patients_and_are_those_of_the_tables(finished: Finished) -> None:
    images, cases = finished.table("predictions.csv"), finished.table("predictions_by_case.csv")
    highest = images.groupby("case")["score_cancer"].max()
    assert np.allclose(highest.loc[cases["case"]], cases["score_cancer"])
    ill = images.assign(ill=images["label"] == "cancer").groupby("case")["ill"].any()
    assert (ill.loc[cases["case"]].to_numpy() == (cases["label"] == "cancer")).all()
    test = cases[cases["partition"] == "test"]
    facts = finished.study.facts["evaluation"]
    called = test["score_cancer"] >= facts.operating_point.threshold
    assert facts.test["sensitivity"].value == pytest.approx(called[test["label"] == "cancer"].mean())
    assert facts.test["specificity"].value == pytest.approx((~called[test["label"] != "cancer"]).mean())


def test_the_threshold_is_chosen_on_patients_of_validation(finished: Finished) -> None:
    cases = finished.table("predictions_by_case.csv")
    validation = cases[cases["partition"] == "validation"]
    threshold = finished.study.facts["evaluation"].operating_point.threshold
    ill = validation.loc[validation["label"] == "cancer", "score_cancer"]
    assert (ill >= threshold).mean() >= 0.9


def test_cohort_and_report_count_patients(finished: Finished) -> None:
    facts = finished.study.facts["cohort"]
    assert sum(facts.cases["cancer"].values()) == PATIENTS // 3
    assert sum(sum(parts.values()) for parts in facts.cases.values()) == PATIENTS
    assert sum(sum(parts.values()) for parts in facts.counts.values()) == 4 * PATIENTS
    tested = sum(parts["test"] for parts in facts.cases.values())
    ill = facts.cases["cancer"]["test"]
    report = (finished.folder / "report.html").read_text(encoding="utf-8")
    assert f"judged at the end on {tested} patients ({4 * tested} images" in report
    assert f" of {ill} " in report
    assert "patients of cancer" in report
    assert "images of cancer" not in report


def test_a_gallery_shows_all_images_of_a_patient(finished: Finished) -> None:
    opening = finished.study._session.opening
    numbers, captions = opening.pictured(np.array([0, 1]), ["first", "second"])
    assert len(numbers) == 8
    assert captions[:4] == [f"first ({k} of 4)" for k in (1, 2, 3, 4)]
    files = opening.named(0)
    assert files.count("images/") == 4
    assert files.startswith(opening.test.images[0])


def test_the_bundle_bears_no_id_and_its_model_answers_for_patients(finished: Finished, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="one answer for each patient"):
        predict(finished.bundle, [finished.data / "images"], tmp_path / "out.csv")
    table = pd.read_csv(finished.data / "mammograms.csv").rename(columns={"file": "image"})
    table.assign(image=table["image"].str.removeprefix("images/")).to_csv(tmp_path / "women.csv", index=False)
    count, refused = predict(finished.bundle, [finished.data / "images"], tmp_path / "out.csv", str(tmp_path / "women.csv"))
    assert (count, refused) == (4 * PATIENTS, [])
    by_image = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    by_case = list(csv.DictReader((tmp_path / "out_by_case.csv").open(encoding="utf-8")))
    assert {row["above_operating_point"] for row in by_image} == {""}
    assert {row["above_operating_point"] for row in by_case} <= {"true", "false"}
    own = finished.table("predictions_by_case.csv").set_index("case")["score_cancer"]
    told = {row["patient"]: float(row["score_cancer"]) for row in by_case}
    assert np.allclose([told[name] for name in own.index], own, atol=0.02)


def test_another_hospitals_images_are_judged_by_patient_too(finished: Finished, tmp_path: Path) -> None:
    write_views(tmp_path / "theirs", 12, seed=9, size=64)
    said = evaluate(finished.bundle, tmp_path / "theirs")
    assert said["counts"] == {"cancer": 4, "no cancer": 8}
    table = pd.read_csv(tmp_path / "theirs" / "mammograms.csv").drop(columns="patient_id")
    table.to_csv(tmp_path / "theirs" / "mammograms.csv", index=False)
    with pytest.raises(BadInput, match=r"nothing in .* says which images are of one"):
        evaluate(finished.bundle, tmp_path / "theirs")


def test_the_same_opening_again_is_a_replay(finished: Finished) -> None:
    study = Study(finished.folder, data=finished.data, request="one answer per woman", minutes=1)
    study.load_cohort(label="finding", classes=CLASSES, group="patient_id", level=WOMEN)
    study.confirm(specification(WOMEN))
    run_probe(study)
    study.unseal("again")
    assert study.facts["evaluation"].replayed
    assert study.facts["evaluation"].test == finished.study.facts["evaluation"].test


# ------------------------------------------------------------------ loading
def loaded(data: Path, level: Level, **wishes: object):
    return load_cohort(take_inventory(data), Wishes(label="finding", classes=CLASSES, level=level, **wishes))  # type: ignore[arg-type]


def test_patients_whose_images_disagree_are_left_out_with_a_count_where_they_have_to_agree(views: Path) -> None:
    table = pd.read_csv(views / "mammograms.csv")
    cohort = loaded(views, BREASTS)
    assert not cohort.left_out
    assert sum(sum(parts.values()) for parts in cohort.facts.cases.values()) == 2 * PATIENTS
    with pytest.raises(BadInput):  # of the patients that agree none has a cancer
        loaded(views, WOMEN.model_copy(update={"rule": "mean", "positive": None}))
    assert (table.groupby("patient_id")["finding"].nunique() > 1).sum() == PATIENTS // 3


def test_every_image_of_a_case_that_is_left_out_is_counted(views: Path, tmp_path: Path) -> None:
    table = write_views(tmp_path / "data", 30, seed=1, size=64)
    table.loc[(table["patient_id"] == "P001") & (table["view"] == "CC") & (table["laterality"] == "L"), "finding"] = "cancer"
    table.to_csv(tmp_path / "data" / "mammograms.csv", index=False)
    cohort = loaded(tmp_path / "data", BREASTS)
    assert cohort.facts.left_out == {"images of one breast that bear different labels": 2}
    said = "1 breast whose images bear different labels can't get one answer and is left out: 2 images."
    assert said in cohort.facts.assumptions
    assert sum(sum(parts.values()) for parts in cohort.facts.counts.values()) + 2 == len(table)


def test_a_case_is_never_parted_by_groups_that_are_finer(views: Path) -> None:
    with pytest.raises(BadInput, match="have images in several groups"):
        loaded(views, WOMEN, group="none")


def test_a_column_that_is_not_there_is_named(views: Path) -> None:
    with pytest.raises(BadInput, match="'lesion_id'"):
        loaded(views, Level(name="lesion", columns=["lesion_id"]))


def test_a_specification_of_another_level_than_the_cohorts_is_refused(views: Path, tmp_path: Path) -> None:
    study = Study(tmp_path / "study", data=views, request="r", minutes=1)
    study.load_cohort(label="finding", classes=CLASSES, group="patient_id")
    with pytest.raises(ProtocolViolation, match="one answer for each patient"):
        study.confirm(specification(WOMEN))


def test_a_task_that_judges_images_only_refuses_a_level(views: Path) -> None:
    with pytest.raises(BadInput, match="each image is judged by itself"):
        load_cohort(take_inventory(views), Wishes(task="detection", level=WOMEN))


def test_the_summary_says_what_was_judged(finished: Finished) -> None:
    said = json.loads((finished.folder / "summary.json").read_text(encoding="utf-8"))
    assert said["specification"]["level"] == WOMEN.model_dump(mode="json")


# ------------------------------------------------------------------ other tasks
def test_a_case_has_the_highest_grade_of_its_images_and_the_mean_of_their_numbers() -> None:
    cases = Cases.of(["a", "b", "a"], "highest")
    groups = np.array(["p", "q", "p"], dtype=object)
    scores = np.array([[0.8, 0.2, 0.0], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9]])
    grades = Grades(["1", "2", "3"], groups, np.array([0, 1, 2]), scores).of_cases(cases)
    assert (grades.images, grades.truth.tolist(), grades.named.tolist()) == (["a", "b"], [2, 1], [2, 1])
    scale = Scale("months", 50.0, 5.0, Ranges.of(np.arange(20.0), "months"))
    truth, measured = np.array([10.0, 20.0, 10.0]), np.array([8.0, 21.0, 14.0])
    numbers = MeasuredValues(["1", "2", "3"], groups, truth, measured, scale).of_cases(Cases.of(["a", "b", "a"]))
    assert (numbers.truth.tolist(), numbers.measured.tolist()) == ([10.0, 20.0], [11.0, 21.0])


def test_children_whose_images_bear_different_numbers_are_left_out_with_a_count(tmp_path: Path) -> None:
    hands.write("hand", tmp_path / "data", 120, 0, "easy")
    table = next((tmp_path / "data").glob("*.csv"))
    rows = pd.read_csv(table, dtype=str)
    twice = rows["patient_id"][rows["patient_id"].duplicated()].iloc[0]
    own = rows.index[rows["patient_id"] == twice]
    rows.loc[own, "boneage (months)"] = [str(100 + k) for k in range(len(own))]
    rows.to_csv(table, index=False)
    wishes = Wishes(
        task="measurement", label="boneage (months)", group="patient_id", level=Level(name="child", columns=["patient_id"])
    )
    facts = load_cohort(take_inventory(tmp_path / "data"), wishes).facts
    assert facts.left_out["images of one child that bear different labels"] == len(own)
    assert "1 child whose images bear different labels" in " ".join(facts.assumptions)
