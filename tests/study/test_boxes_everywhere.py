"""Detection where every image has a box: nothing tells images with a finding from images without, and the study still ends."""

import html
import json
from pathlib import Path

import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.contracts import OperatingPoint, Specification
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.imaging import BoxDataModule, FindingDetector
from jupyter_clinagent.study import Study

CLASSES = {"fracture": ["fracture"]}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wrist phantoms of which only those with a fracture are left; sex, age and side in a table."""
    folder = phantoms.write("wrist", tmp_path_factory.mktemp("films") / "data", n=160, seed=2, size=64)
    content = json.loads((folder / "annotations.json").read_text())
    boxed = {annotation["image_id"] for annotation in content["annotations"]}
    for entry in content["images"]:
        if entry["id"] not in boxed:
            next(folder.rglob(Path(entry["file_name"]).name)).unlink()
    content["images"] = [entry for entry in content["images"] if entry["id"] in boxed]
    (folder / "annotations.json").write_text(json.dumps(content))
    return folder


def finish(folder: Path, data: Path, rule: str | None) -> Study:
    """From the survey to the report, with a minute's tenth of training."""
    study = Study(folder, data=data, request="find the fractures", minutes=1)
    study.survey()
    study.load_cohort(task="detection", classes=CLASSES, group="patient_id")
    study.audit()
    point = OperatingPoint(rule=rule, target=0.9, positive_class="fracture") if rule else None
    study.confirm(
        Specification(
            title="Fractures", request="find the fractures", task="detection", objective="Mark fractures", modality="radiograph",
            classes=CLASSES, positive_class="fracture", group_column="patient_id", primary_metric="map50",
            operating_point=point, subgroups=["sex", "age"],
        )
    )  # fmt: skip
    with study.experiment("heads", hypothesis="heads are enough", minutes=0.1) as run:
        run.fit(FindingDetector(study.cohort.classes), BoxDataModule(study.cohort, size=(64, 64), batch_size=8))
    study.unseal("the planned experiments are finished")
    study.explain(images=2)
    study.report()
    return study


@pytest.mark.parametrize("rule", ["sensitivity", "specificity"])
def test_a_study_runs_to_its_report_and_says_what_cannot_be_estimated(films: Path, tmp_path: Path, rule: str) -> None:
    study = finish(tmp_path / "study", films, rule)
    summary = json.loads((tmp_path / "study" / "summary.json").read_text())
    said = " ".join(summary["assumptions"])
    assert summary["test"]["map50"]["value"] is not None
    assert summary["test"]["auroc"] == {"value": None, "low": None, "high": None, "method": None}
    assert "auroc could not be estimated: images without a finding come from only 0 groups" in said
    page = (tmp_path / "study" / "report.html").read_text()
    if rule == "sensitivity":
        assert summary["operating_point"]["test"]["specificity"]["value"] is None
        assert "how many of the others it leaves without an alarm can't be estimated" in html.unescape(page)
        return
    assert summary["operating_point"] is None
    for text in (said, html.unescape(page)):
        assert "No threshold can be set for specificity: every validation image shows fracture." in text
    with pytest.raises(BadInput, match=r"every validation image shows fracture\. Add images of the other kind"):
        study.new_threshold("specificity", 0.8)
