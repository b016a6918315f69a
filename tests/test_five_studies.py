"""Five sentences, five studies: what the example notebooks show in full is run here in a reduced size.

The triage and the study against a shortcut are run by the fixtures of other tests already (``finished``, ``test_shortcuts``).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from example_notebooks.make import EXAMPLES
from jupyter_clinagent import cli, phantoms


def study(name: str, folder: Path, images: int, minutes: float) -> dict[str, Any]:
    """No other input than the folder, the sentence and ``--yes``; returns the summary."""
    example, out = EXAMPLES[name], folder / "out.json"
    phantoms.write(example.kind, folder / "data", n=images, seed=5)
    where = ["--data", str(folder / "data"), "-o", str(folder / "study.ipynb"), "--json", str(out)]
    code = cli.main(["run", example.request, *where, "--minutes", str(minutes), "--yes"])
    assert code == 0, out.read_text(encoding="utf-8")
    return dict(json.loads(out.read_text(encoding="utf-8")))


def test_five_sentences_are_shown() -> None:
    assert len(EXAMPLES) == 5
    assert {example.kind for example in EXAMPLES.values()} == {"triage", "dermoscopy", "wrist", "wrist-weak", "chest"}


def test_dermoscopic_lesions_are_told_apart(tmp_path: Path) -> None:
    summary = study("dermoscopy-diagnoses", tmp_path, 280, 0.8)
    assert summary["task"] == "classification"
    assert len(summary["specification"]["classes"]) == 7
    assert summary["test"]["macro_auroc"]["value"] > 0.6
    assert summary["unsealed"] == 1


@pytest.fixture(scope="module")
def wrists(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return study("wrist-fractures", tmp_path_factory.mktemp("wrists"), 160, 1.0)


def test_fractures_are_marked_with_boxes(wrists: dict[str, Any]) -> None:
    assert wrists["task"] == "detection"
    assert wrists["specification"]["supervision"] == "full"
    assert {"map50", "map", "froc", "froc_0.5", "froc_1", "froc_2"} <= wrists["test"].keys()
    assert wrists["test"]["map50"]["value"] > 0.05
    assert wrists["unsealed"] == 1
    assert "See “Read with care”" in Path(wrists["report"]).read_text(encoding="utf-8")


def test_the_report_of_a_detector_shows_its_mistakes_and_claims_nothing_about_probabilities(wrists: dict[str, Any]) -> None:
    page = Path(wrists["report"]).read_text(encoding="utf-8")
    assert "Images with a false alarm" in page
    assert page.count('class="notes"') >= 1
    assert "The scores of a detector order its boxes; they are no probabilities." in page
    assert "Decision curve:" not in page
    assert "Marking nothing finds no finding" in page


def test_the_bundle_of_a_detector_marks_images_and_is_tried_elsewhere(wrists: dict[str, Any], tmp_path: Path) -> None:
    bundle, out = Path(wrists["bundle"]), tmp_path / "boxes.csv"
    phantoms.write("wrist", tmp_path / "elsewhere", n=60, seed=9)
    assert cli.main(["predict", str(bundle), str(tmp_path / "elsewhere" / "images"), "-o", str(out)]) == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "image,class,score,x_min,y_min,x_max,y_max"
    assert len({line.split(",")[0] for line in lines[1:]}) == 60
    report = tmp_path / "external.json"
    assert cli.main(["evaluate", str(bundle), "--data", str(tmp_path / "elsewhere"), "--json", str(report)]) == 0
    assert json.loads(report.read_text(encoding="utf-8"))["external"]["map50"]["value"] is not None


def test_the_bundle_of_a_detector_is_verified_by_replaying_it(wrists: dict[str, Any]) -> None:
    data = Path(wrists["notebook"]).parent / "data"
    assert cli.main(["verify", str(wrists["bundle"]), "--data", str(data)]) == 0


def test_few_boxes_are_noticed_and_a_student_learns_from_a_teacher(tmp_path: Path) -> None:
    summary = study("wrist-fractures-few-boxes", tmp_path, 240, 1.2)
    assert summary["specification"]["supervision"] == "weak"
    names = [experiment["name"] for experiment in summary["experiments"]]
    assert names[0].startswith("teacher")
    assert any(name.startswith("student") for name in names)
    page = Path(summary["report"]).read_text(encoding="utf-8")
    assert "these are not the shares among the patients" in page
    assert "image-level labels" in page
