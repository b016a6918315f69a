"""A whole study on phantoms: protocol, ledger, replay, opening, report."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from jupyter_clinagent.errors import BadInput, Different, EvaluatorChanged, NoSuchData, ProtocolViolation, Sealed
from jupyter_clinagent.imaging import metrics
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.data.fingerprint import changed_files, load_fingerprint
from jupyter_clinagent.study.protocol.record import Record, verify_record
from jupyter_clinagent.tasks.classification.predictions import Predictions
from tests.study.conftest import CLASSES, begin, make_specification, run_probe


def home(study: Study) -> Path:
    return study._session.folder


def hashes(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


# ------------------------------------------------------------------ the whole path
def test_a_study_runs_from_survey_to_report(finished: Study) -> None:
    facts = finished.facts
    assert set(facts) == {"survey", "cohort", "audit", "evaluation", "explanation", "report"}
    assert facts["evaluation"].test["auroc"].value > 0.7  # type: ignore[union-attr, operator]
    assert Path(facts["report"].report).is_file()  # type: ignore[union-attr]


def test_the_summary_has_the_promised_keys_and_no_invented_figure(finished: Study) -> None:
    summary = json.loads((home(finished) / "summary.json").read_text())
    assert summary["schema"] == 2
    assert {"task", "specification", "assumptions", "primary_metric", "validation", "test", "operating_point"} <= summary.keys()
    assert {"reliance", "experiments", "unsealed", "audit", "report", "predictions"} <= summary.keys()
    assert summary["unsealed"] == 1
    assert summary["reliance"] is None
    assert len(summary["experiments"]) == 2
    assert set(summary["test"]["auroc"]) == {"value", "low", "high", "method"}


def test_predictions_reproduce_the_reported_figures(finished: Study) -> None:
    summary = json.loads((home(finished) / "summary.json").read_text())
    rows = pd.read_csv(home(finished) / "predictions.csv")
    assert list(rows.columns) == ["image", "group", "label", "partition", "score_mel", "score_nv"]
    test = rows[rows["partition"] == "test"]
    scores = test[["score_mel", "score_nv"]].to_numpy()
    truth = (test["label"] == "nv").astype(int).to_numpy()
    assert metrics.score("auroc", truth, scores, positive=0) == pytest.approx(summary["test"]["auroc"]["value"], abs=1e-9)
    called = test["score_mel"] >= summary["operating_point"]["threshold"]
    sensitivity = summary["operating_point"]["test"]["sensitivity"]["value"]
    assert called[test["label"] == "mel"].mean() == pytest.approx(sensitivity)


def test_predictions_name_files_of_the_data_folder_and_their_true_labels(finished: Study, triage: Path) -> None:
    rows = pd.read_csv(home(finished) / "predictions.csv")
    truth = pd.read_csv(triage / "metadata.csv").set_index("image_id")
    assert all((triage / image).is_file() for image in rows["image"])
    stems = rows["image"].map(lambda image: Path(image).stem)
    assert rows["label"].tolist() == truth.loc[stems, "dx"].tolist()
    assert rows["group"].tolist() == truth.loc[stems, "lesion_id"].tolist()


def test_the_record_tells_the_story_in_order(finished: Study) -> None:
    kinds = [entry["kind"] for entry in verify_record(home(finished) / "record.jsonl")]
    order = ["study started", "survey", "cohort sealed", "audit", "specification confirmed", "experiment started"]
    assert kinds[:6] == order
    assert kinds.count("test set opened") == 1
    assert kinds[-1] == "report written"


def test_data_are_the_same_before_and_after(triage: Path, tmp_path: Path) -> None:
    data = shutil.copytree(triage, tmp_path / "data")
    before = hashes(data)
    study = begin(tmp_path / "study", data)
    run_probe(study)
    study.unseal("done")
    assert hashes(data) == before


# ------------------------------------------------------------------ the report
def test_the_report_stands_alone_and_every_figure_has_alternative_text(finished: Study) -> None:
    page = (home(finished) / "report.html").read_text()
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    images = re.findall(r"<img [^>]*>", page)
    assert len(images) >= 6
    assert all(re.search(r'alt="[^"]{15,}"', image) for image in images)


def test_the_report_lists_all_44_items_each_with_a_state(finished: Study) -> None:
    from jupyter_clinagent.study.report.evidence import gather
    from jupyter_clinagent.study.report.sheet import sheet

    items = sheet(gather(finished._session, []))
    assert [item.number for item in items] == list(range(1, 45))
    assert {item.status for item in items} <= {"filled", "needs you", "not applicable"}
    assert all(item.text for item in items)


def test_the_report_shows_discarded_experiments_the_notice_and_the_figures(finished: Study) -> None:
    page = (home(finished) / "report.html").read_text()
    assert "not a medical device" in page
    assert "the same again" in page
    assert f"{finished.facts['evaluation'].test['auroc'].value:.3f}" in page  # type: ignore[union-attr]
    assert "Read with care" in page


def test_text_from_the_request_is_escaped_in_the_report(triage: Path, tmp_path: Path) -> None:
    study = begin(tmp_path / "study", triage, title="<script>alert(1)</script>", request="<img src=x>")
    run_probe(study)
    study.unseal("<b>because</b>")
    study.report()
    page = (tmp_path / "study" / "report.html").read_text()
    assert "<script>" not in page
    assert "<img src=x>" not in page
    assert "<b>because" not in page


# ------------------------------------------------------------------ protocol
def test_steps_out_of_order_say_which_one_is_missing(triage: Path, tmp_path: Path) -> None:
    study = Study(tmp_path / "study", data=triage)
    with pytest.raises(ProtocolViolation, match="load_cohort"):
        study.audit()
    study.load_cohort(label="dx", classes=CLASSES)
    with pytest.raises(ProtocolViolation, match="confirm"), study.experiment("too early"):
        pass
    study.confirm(make_specification())
    with pytest.raises(ProtocolViolation, match="No experiment has been kept"):
        study.unseal("now")
    with pytest.raises(ProtocolViolation, match="unseal"):
        study.explain()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"classes": {"nv": ["nv"], "mel": ["mel"]}}, "classes"),
        ({"group_column": "patient"}, "groups by patient"),
        ({"primary_metric": "macro_auroc"}, "primary metric"),
        ({"label_column": "diagnosis"}, "label column"),
        ({"positive_class": "bcc"}, "bcc is no class"),
    ],
)
def test_a_specification_that_contradicts_the_cohort_is_refused(triage: Path, tmp_path: Path, change: dict, said: str) -> None:
    study = Study(tmp_path / "study", data=triage)
    study.load_cohort(label="dx", classes=CLASSES)
    with pytest.raises(ProtocolViolation, match=said):
        study.confirm(make_specification(**change))


def test_the_specification_stands_once_an_experiment_was_made(triage: Path, tmp_path: Path) -> None:
    study = begin(tmp_path / "study", triage)
    run_probe(study)
    with pytest.raises(ProtocolViolation, match="another specification"):
        study.confirm(make_specification(risk="false alarms are worse"))
    with pytest.raises(ProtocolViolation, match="start a new study"):
        study.load_cohort(label="dx")


def test_only_the_studys_own_cohort_can_be_trained_on(triage: Path, tmp_path: Path) -> None:
    from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier

    study, other = begin(tmp_path / "a", triage), begin(tmp_path / "b", triage)
    with pytest.raises(ProtocolViolation, match="own cohort"), study.experiment("stolen") as run:
        run.fit(ImageClassifier(["mel", "nv"], trainable="head"), CohortDataModule(other.cohort, size=(64, 64)))
    assert study._session.ledger.session[0].failed == "ProtocolViolation"


def test_a_replaced_method_of_the_evaluator_is_noticed_too(triage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = begin(tmp_path / "study", triage)
    run_probe(study)
    monkeypatch.setattr(Predictions, "estimates", lambda *args: {})
    with pytest.raises(EvaluatorChanged, match="not the one that was recorded"):
        study.unseal("finished")


def test_words_with_unusual_line_breaks_do_not_break_the_chain_of_the_record(triage: Path, tmp_path: Path) -> None:
    Study(tmp_path / "study", data=triage, request="melanoma\u2028or nevus\x85?", minutes=1)
    assert Record(tmp_path / "study" / "record.jsonl").entries()[0]["data"]["request"].startswith("melanoma")


def test_an_evaluator_that_was_replaced_is_noticed(triage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = begin(tmp_path / "study", triage)
    run_probe(study)
    monkeypatch.setattr(metrics, "score", lambda *args, **kwargs: 1.0)
    with pytest.raises(EvaluatorChanged, match="not the one that was recorded"):
        study.unseal("done")
    monkeypatch.undo()
    study.unseal("done")


def test_the_study_folder_must_not_lie_in_the_data(triage: Path) -> None:
    with pytest.raises(BadInput, match="never written to"):
        Study(triage / "study", data=triage)
    assert not (triage / "study").exists()


def test_the_environment_variable_overrides_the_data_folder(
    triage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLINAGENT_STUDY_DATA", str(triage))
    assert Study(tmp_path / "study", data="gone")._session.data == triage.resolve()
    monkeypatch.delenv("CLINAGENT_STUDY_DATA")
    with pytest.raises(NoSuchData):
        Study(tmp_path / "study", data="gone")


def test_test_labels_stay_sealed_until_the_opening(triage: Path, tmp_path: Path) -> None:
    study = begin(tmp_path / "study", triage)
    run = run_probe(study)
    with pytest.raises(Sealed):
        study._session.predict(run._trained.model, run._trained.data, "test")


# ------------------------------------------------------------------ ledger, replay, openings
def test_run_all_replays_steps_and_figures_and_does_not_count_the_opening_again(triage: Path, tmp_path: Path) -> None:
    def run_all() -> tuple[object, object]:
        study = begin(tmp_path / "study", triage)
        run = run_probe(study)
        study.unseal("done")
        return run.verdict.facts, study.facts["evaluation"]

    (first, opened), (second, again) = run_all(), run_all()
    assert (first.replayed, second.replayed) == (False, True)  # type: ignore[attr-defined]
    assert first.steps == second.steps  # type: ignore[attr-defined]
    assert first.value == pytest.approx(second.value, abs=0.005)  # type: ignore[attr-defined]
    assert (opened.unsealed, opened.replayed, again.unsealed, again.replayed) == (1, False, 1, True)  # type: ignore[attr-defined]
    assert opened.test["auroc"].value == pytest.approx(again.test["auroc"].value, abs=0.005)  # type: ignore[attr-defined]
    kinds = [entry["kind"] for entry in verify_record(tmp_path / "study" / "record.jsonl")]
    assert (kinds.count("test set opened"), kinds.count("opening replayed")) == (1, 1)


def test_a_replay_file_in_a_fresh_folder_gives_the_same_steps(triage: Path, tmp_path: Path) -> None:
    first = begin(tmp_path / "first", triage)
    steps = run_probe(first).verdict.facts.steps
    (tmp_path / "second").mkdir()
    shutil.copy(tmp_path / "first" / "ledger.json", tmp_path / "second" / "replay.json")
    replayed = run_probe(begin(tmp_path / "second", triage)).verdict.facts
    assert (replayed.replayed, replayed.steps) == (True, steps)


def test_another_recipe_of_the_same_name_is_a_new_experiment_and_both_stay_in_the_ledger(triage: Path, tmp_path: Path) -> None:
    study = begin(tmp_path / "study", triage)
    run_probe(study)
    again = run_probe(study, label_smoothing=0.2)
    assert not again.verdict.facts.replayed
    ledger = json.loads((tmp_path / "study" / "ledger.json").read_text())
    assert [entry["name"] for entry in ledger["experiments"]] == ["linear probe", "linear probe"]


def test_a_second_model_needs_an_explicit_second_opening(triage: Path, tmp_path: Path) -> None:
    study = begin(tmp_path / "study", triage)
    run_probe(study)
    study.unseal("done")
    better = run_probe(study, "better", label_smoothing=0.2)
    session = study._session
    session.best = better._trained
    with pytest.raises(ProtocolViolation, match="again=True"):
        study.unseal("done")
    study.unseal("the clinician asked for it", again=True)
    assert study.facts["evaluation"].unsealed == 2  # type: ignore[union-attr]


def test_a_new_threshold_is_post_hoc_and_on_record(finished: Study, capsys: pytest.CaptureFixture[str]) -> None:
    opened = finished.facts["evaluation"]
    finished.new_threshold("specificity", 0.9)
    assert "Post hoc" in capsys.readouterr().out
    entry = verify_record(home(finished) / "record.jsonl")[-1]
    assert (entry["kind"], entry["data"]["target"]) == ("post hoc threshold", 0.9)
    finished._facts["evaluation"] = opened
    finished._session.material.post_hoc.clear()


def test_a_failed_experiment_is_entered_and_the_error_goes_through(triage: Path, tmp_path: Path) -> None:
    study = begin(tmp_path / "study", triage)
    with pytest.raises(ZeroDivisionError), study.experiment("broken", hypothesis="it breaks"):
        _ = 1 / 0
    assert study._session.ledger.session[0].failed == "ZeroDivisionError"
    assert verify_record(tmp_path / "study" / "record.jsonl")[-1]["kind"] == "experiment failed"


def test_corrections_are_made_before_the_specification_only(triage: Path, tmp_path: Path) -> None:
    image = "images/" + sorted(p.name for p in (triage / "images").iterdir())[0]
    study = Study(tmp_path / "study", data=triage)
    study.exclude([image], "blurred")
    study.load_cohort(label="dx", classes=CLASSES)
    assert study.cohort.left_out[image] == "excluded by the clinician"
    study.confirm(make_specification())
    with pytest.raises(ProtocolViolation, match="before the specification"):
        study.relabel(image, "nv", "looks like one")


# ------------------------------------------------------------------ record and fingerprint
@pytest.mark.parametrize("how", ["edit", "remove", "insert"])
def test_tampering_with_the_record_is_detected(tmp_path: Path, how: str) -> None:
    record = Record(tmp_path / "record.jsonl")
    for number in range(4):
        record.add("step", number=number)
    lines = record.path.read_text().splitlines()
    if how == "edit":
        lines[1] = lines[1].replace('"number": 1', '"number": 7')
    elif how == "remove":
        del lines[1]
    else:
        lines.insert(2, lines[1])
    record.path.write_text("\n".join(lines) + "\n")
    with pytest.raises(Different, match=r"line [23] does not fit"):
        verify_record(record.path)


def test_the_record_goes_on_where_it_stopped(tmp_path: Path) -> None:
    Record(tmp_path / "record.jsonl").add("first")
    Record(tmp_path / "record.jsonl").add("second")
    assert [entry["kind"] for entry in verify_record(tmp_path / "record.jsonl")] == ["first", "second"]


def test_models_of_one_recipe_learn_differently_when_drawn_anew_and_each_replays(triage: Path, tmp_path: Path) -> None:
    from jupyter_clinagent.imaging import CohortDataModule, Ensemble, ImageClassifier

    study, scores = begin(tmp_path / "study", triage), {}
    data = CohortDataModule(study.cohort, size=(64, 64), batch_size=16)
    for name, draw in (("one", 0), ("two", 1), ("one", 0), ("two", 1)):
        with study.experiment(name, minutes=0.05) as run:
            model = ImageClassifier(study.cohort.classes, trainable="half")
            run.fit(model, data, draw=draw)
        scores.setdefault(name, []).append(model.predict_proba(data, "validation")[1])
    assert np.array_equal(*scores["one"])
    assert np.array_equal(*scores["two"])
    assert not np.allclose(scores["one"][0], scores["two"][0])
    with study.experiment("both") as run:
        run.adopt(Ensemble(study.models("one", "two")), data)


def test_a_changed_image_mask_or_unreadable_file_is_named(triage: Path, tmp_path: Path) -> None:
    data = shutil.copytree(triage, tmp_path / "data")
    victim = sorted((data / "images").iterdir())[3]
    mask, broken = data / "masks" / "ruler" / f"{victim.stem}.png", data / "images" / "broken.jpg"
    mask.parent.mkdir(parents=True)
    cv2.imwrite(str(mask), np.zeros((64, 64), np.uint8))
    broken.write_bytes(b"no image")
    study = Study(tmp_path / "study", data=data)
    study.load_cohort(label="dx", classes=CLASSES)
    fingerprint = load_fingerprint(tmp_path / "study" / "data_fingerprint.json")
    assert changed_files(data, fingerprint) == []
    for file in (victim, mask, broken):
        file.write_bytes(file.read_bytes() + b"\0")
    names = {"images/broken.jpg", f"images/{victim.name}", f"masks/ruler/{victim.stem}.png"}
    assert set(changed_files(data, fingerprint)) == names


def test_scores_are_probabilities(finished: Study) -> None:
    scores = pd.read_csv(home(finished) / "predictions.csv")[["score_mel", "score_nv"]].to_numpy()
    assert np.allclose(scores.sum(axis=1), 1)
    assert scores.min() >= 0
