"""Several views, one answer: findings of patients with two films each, of which one is enough to show a finding."""

import csv
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.levelling import BY_IMAGE, LEFT_OUT
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.contracts import Card, Level
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.export.evaluate import evaluate
from jupyter_clinagent.export.predict import predict
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.imaging.cases import Cases
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.tasks.findings import phantom
from jupyter_clinagent.tasks.findings.data import FindingsDataModule
from jupyter_clinagent.tasks.findings.module import FindingsClassifier
from jupyter_clinagent.tasks.findings.phantom import FINDINGS
from jupyter_clinagent.tasks.findings.scored import FindingScores
from jupyter_clinagent.tasks.findings.specification import SeveralFindings
from tests.study.several_views import Finished

IMAGES = 200
PATIENTS = Level(name="patient", columns=["patient_id"], rule="any")
REQUEST = "List all findings on these chest films, one answer per patient"


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films") / "data"
    phantom.write("chest-findings", folder, IMAGES, 4, "easy")
    return folder


@pytest.fixture(scope="module")
def survey(films: Path) -> SurveyFacts:
    return survey_facts(take_inventory(films))


def asked(survey: SurveyFacts, request: str = REQUEST, **answers: str) -> Card:
    found = draft(read_request(request), survey, answers)
    assert isinstance(found, Card), found
    return found


def drafted(survey: SurveyFacts, request: str = REQUEST, **answers: str) -> Draft:
    found = draft(read_request(request), survey, answers)
    assert isinstance(found, Draft), found
    return found


# ------------------------------------------------------------------ the request
def test_films_of_a_patient_that_show_different_findings_are_asked_about_with_their_numbers(
    films: Path, survey: SurveyFacts
) -> None:
    card = asked(survey)
    table = pd.read_csv(films / "train.csv")
    known = table["effusion"].where(table["effusion"] >= 0).groupby(table["patient_id"])
    assert f"“effusion” ({int((known.max() > known.min()).sum())})" in card.body
    assert card.choices == ["a patient shows whatever any of its images shows", BY_IMAGE, LEFT_OUT]
    assert card.default == card.choices[0]


@pytest.mark.parametrize(("answer", "rule"), [("", "any"), (LEFT_OUT, "mean")])
def test_the_answer_decides_what_a_patient_shows(survey: SurveyFacts, answer: str, rule: str) -> None:
    spec = drafted(survey, mixed=answer or asked(survey).default).specification
    assert spec.level == Level(name="patient", columns=["patient_id"], rule=rule)
    assert "one answer for each patient" in spec.objective


def test_each_image_by_itself_stays_possible_and_is_said(survey: SurveyFacts) -> None:
    found = drafted(survey, mixed=BY_IMAGE)
    assert found.specification.level.by_image
    assert "So each image is judged by itself." in found.assumptions[0]


def test_where_the_request_is_silent_each_film_is_judged_and_the_card_offers_more(survey: SurveyFacts) -> None:
    found = drafted(survey, "List all findings on these chest films")
    assert found.specification.level.by_image
    assert "Say “one answer per patient”" in found.offered[0]


def test_where_the_films_of_a_study_agree_one_is_enough_without_a_question(survey: SurveyFacts) -> None:
    alike = survey.model_copy(update={"seen": {"findings": survey.seen["findings"] | {"differing": {}}}})
    assert drafted(alike).specification.level == PATIENTS
    assert "a finding is there if any of its images shows it" in PATIENTS.in_words


# ------------------------------------------------------------------ loading
def loaded(films: Path, level: Level):  # type: ignore[no-untyped-def]
    return load_cohort(take_inventory(films), Wishes(task="findings", group="patient_id", level=level))


def test_a_patient_shows_what_any_film_shows_and_lacks_what_all_are_known_to_lack(films: Path) -> None:
    facts = loaded(films, PATIENTS).facts
    table = pd.read_csv(films / "train.csv").set_index("patient_id")["nodule"]
    ill = {name for name, one in table.groupby(level=0) if (one == 1).any()}
    well = {name for name, one in table.groupby(level=0) if (one == 0).all()}
    parts = facts.details["cases"]["nodule"]
    assert sum(part[0] for part in parts.values()) == len(ill)
    assert sum(part[1] for part in parts.values()) == len(well)
    assert sum(sum(part) for part in parts.values()) == IMAGES // 2
    assert sum(sum(part) for part in facts.details["findings"]["nodule"].values()) == IMAGES
    assert "count as what any of their images shows" in " ".join(facts.assumptions)


def test_patients_whose_films_contradict_each_other_are_left_out_where_they_have_to_agree(films: Path) -> None:
    cohort = loaded(films, PATIENTS.model_copy(update={"rule": "mean"}))
    table = pd.read_csv(films / "train.csv")
    known = table[list(FINDINGS)].where(table[list(FINDINGS)] >= 0).groupby(table["patient_id"])
    differing = (known.max() > known.min()).any(axis=1)
    assert cohort.facts.left_out == {"images of one patient that bear different labels": 2 * int(differing.sum())}
    assert sum(sum(parts.values()) for parts in cohort.facts.cases.values()) == IMAGES // 2 - int(differing.sum())


def test_scores_of_a_patient_are_the_highest_for_each_finding_by_itself() -> None:
    scores = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.3]])
    truth = np.array([[1.0, 0.0], [0.0, np.nan], [0.0, 0.0]])
    by_image = FindingScores(["1", "2", "3"], np.array(["p", "p", "q"], dtype=object), truth, scores, np.array([0.5, 0.5]))
    found = by_image.of_cases(Cases.of(["p", "p", "q"], "any"))
    assert found.scores.tolist() == [[0.9, 0.8], [0.3, 0.3]]
    assert found.truth[1].tolist() == [0.0, 0.0]
    assert found.truth[0][0] == 1
    assert np.isnan(found.truth[0][1]), "one film does not show it, of the other it is not known"


# ------------------------------------------------------------------ the whole way
@pytest.fixture(scope="module")
def finished(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    home = tmp_path_factory.mktemp("patients")
    study = Study(home / "films-study", data=films, request=REQUEST, minutes=1)
    study.survey()
    study.load_cohort(task="findings", group="patient_id", level=PATIENTS.model_dump(exclude_defaults=True))
    study.audit()
    study.confirm(
        SeveralFindings(
            task="findings",
            title="Findings",
            request=REQUEST,
            objective="Say which findings a patient shows.",
            classes={name: [name] for name in FINDINGS},
            level=PATIENTS,
            group_column="patient_id",
            primary_metric="macro_auroc",
            sensitivity_for={"nodule": 0.9},
        )
    )
    with study.experiment("linear probe", hypothesis="a first answer", minutes=0.05) as run:
        data = FindingsDataModule(study.cohort, size=(64, 64), batch_size=16)
        run.fit(FindingsClassifier(study.cohort.classes, trainable="head"), data)
    study.unseal("the planned experiments are finished")
    study.explain(images=3)
    study.report()
    nbformat.write(nbformat.v4.new_notebook(), home / "films.ipynb")
    return Finished(study, films, home / "films-study", export(home / "films.ipynb", home / "films.zip").path)


def test_figures_and_thresholds_are_those_of_patients(finished: Finished) -> None:
    images, cases = finished.table("predictions.csv"), finished.table("predictions_by_case.csv")
    highest = images.groupby("case")["score_nodule"].max()
    assert np.allclose(highest.loc[cases["case"]], cases["score_nodule"])
    opening = finished.study._session.opening
    cut = opening.test.thresholds[FINDINGS.index("nodule")]
    test, validation = (cases[cases["partition"] == part] for part in ("test", "validation"))
    assert (validation.loc[validation["label_nodule"] == 1, "score_nodule"] >= cut).mean() >= 0.9
    ill = test.loc[test["label_nodule"] == 1, "score_nodule"]
    assert finished.study.facts["evaluation"].test["sensitivity:nodule"].value == pytest.approx((ill >= cut).mean())
    assert len(opening.test.images) == len(test) == len(opening.by_image.images) / 2


def test_the_report_speaks_of_patients(finished: Finished) -> None:
    report = (finished.folder / "report.html").read_text(encoding="utf-8")
    tested = len(finished.study._session.opening.test.images)
    assert f"judged at the end on {tested} patients ({2 * tested} images" in report
    assert "catheter each patient shows" in report
    assert "on these test patients" in report
    assert "Patients with / without / not known" in report
    assert "on these test images" not in report


def test_the_bundle_answers_for_patients_and_decides_nothing_for_single_films(finished: Finished, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="one answer for each patient"):
        predict(finished.bundle, [finished.data / "images"], tmp_path / "out.csv")
    table = pd.read_csv(finished.data / "train.csv")
    told = pd.DataFrame({"image": table["image_id"] + ".png", "patient": table["patient_id"]})
    told.to_csv(tmp_path / "patients.csv", index=False)
    count, refused = predict(finished.bundle, [finished.data / "images"], tmp_path / "out.csv", str(tmp_path / "patients.csv"))
    assert (count, refused) == (IMAGES, [])
    by_image = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    by_case = {row["patient"]: row for row in csv.DictReader((tmp_path / "out_by_case.csv").open(encoding="utf-8"))}
    assert {row["above_nodule"] for row in by_image} == {""}
    assert {row["above_nodule"] for row in by_case.values()} == {"true", "false"}
    own = finished.table("predictions_by_case.csv").set_index("case")["score_nodule"]
    assert np.allclose([float(by_case[name]["score_nodule"]) for name in own.index], own, atol=0.02)


def test_another_hospitals_films_are_judged_by_patient_too(finished: Finished, tmp_path: Path) -> None:
    phantom.write("chest-findings", tmp_path / "theirs", 60, 8, "easy")
    said = evaluate(finished.bundle, tmp_path / "theirs")
    table = pd.read_csv(tmp_path / "theirs" / "train.csv")
    ill = table.groupby("patient_id")["effusion"].max() == 1
    assert said["counts"]["effusion"] == int(ill.sum())
    assert said["judged"] == "patients"
