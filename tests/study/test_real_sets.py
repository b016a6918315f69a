"""Real images through a whole study."""

from pathlib import Path

import pandas as pd
import pytest

from jupyter_clinagent.contracts import OperatingPoint
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.cohort.loading import Wishes, load_cohort
from jupyter_clinagent.study.data.inventory import take_inventory
from tests.study.conftest import make_specification, run_probe


def test_no_name_from_a_dicom_header_gets_into_any_output(
    real_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = pd.read_csv(real_data / "dicom_samples" / "index.csv")
    names = {name for name in index["patient_name"].dropna() if len(name) > 5 and name != "Anonymized"}
    assert len(names) > 8
    classes = {name: [name] for name in ("OT", "MR", "US")}
    study = Study(tmp_path / "study", data=real_data / "dicom_samples", request="tell the modalities apart")
    study.survey()
    study.load_cohort(classes=classes, group="patient_name", allow_few=True)
    study.audit()
    changes = {"classes": classes, "label_column": "label", "group_column": "patient_name", "primary_metric": "macro_auroc"}
    point = OperatingPoint(rule="youden", positive_class="MR")
    study.confirm(make_specification(**changes, positive_class="MR", operating_point=point, subgroups=["body_part"]))
    run_probe(study)
    study.unseal("done")
    study.explain(images=2)
    study.report()
    written = {path.name: path.read_bytes().decode("latin-1") for path in (tmp_path / "study").rglob("*") if path.is_file()}
    everything = {**written, "shown": capsys.readouterr().out, "facts": str(study.facts)}
    assert {"report.html", "record.jsonl", "summary.json", "predictions.csv", "left_out.csv", "shown"} <= everything.keys()
    assert not [(name, where) for where, text in everything.items() for name in names if name in text]
    refused = pd.read_csv(tmp_path / "study" / "left_out.csv")
    assert refused["reason"].str.len().min() > 5


def test_dicom_files_in_class_folders_are_read(real_data: Path, tmp_path: Path) -> None:
    index = pd.read_csv(real_data / "dicom_samples" / "index.csv")
    for path, label in index.loc[index["label"].isin(["MR", "OT"]), ["path", "label"]].itertuples(index=False):
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / Path(path).name).symlink_to(real_data / "dicom_samples" / path)
    facts = load_cohort(take_inventory(tmp_path), Wishes(group="none")).facts
    assert facts.classes == ["MR", "OT"]
    assert sum(facts.counts["MR"].values()) > 10


def test_ham10000_is_loaded_hashed_and_sealed_well_within_its_time(real_data: Path) -> None:
    import time

    started = time.monotonic()
    cohort = load_cohort(take_inventory(real_data / "ham10000"), Wishes())
    assert time.monotonic() - started < 60, "some 10 s on two idle cores"
    assert len(cohort.table) == 10_015
    assert cohort.facts.group_source == "lesion_id"
    shares = {part: sum(counts[part] for counts in cohort.facts.counts.values()) / 10_015 for part in ("validation", "test")}
    assert all(0.14 < share < 0.16 for share in shares.values())
