"""The command line: a whole study, its JSON, and bad input that ends with one clear line."""

import csv
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import nbformat
import numpy as np
import pytest

from jupyter_clinagent import cli, phantoms
from tests.conftest import FinishedStudy

REQUEST = "tell melanoma from nevus"


def run(folder: Path, *arguments: str, request: str = REQUEST, data: Path | None = None) -> tuple[int, dict[str, Any]]:
    out = folder / "out.json"
    code = cli.main(
        ["run", request, "--data", str(data or folder / "data"), "-o", str(folder / "s.ipynb"), "--json", str(out), *arguments]
    )
    return code, json.loads(out.read_text(encoding="utf-8"))


# ------------------------------------------------------------------ a whole study
def test_a_study_from_one_sentence_gives_the_promised_summary(finished: FinishedStudy) -> None:
    s = finished.summary
    assert (s["schema"], s["exit"], s["error"], s["task"]) == (2, 0, None, "classification")
    assert s["primary_metric"] == "auroc"
    assert s["specification"]["positive_class"] == "mel"
    assert s["specification"]["group_column"] == "lesion_id"
    assert s["unsealed"] == 1
    assert s["operating_point"]["rule"] == "sensitivity"
    assert s["operating_point"]["target"] == 0.95
    for part in ("validation", "test"):
        for metric in ("auroc", "balanced_accuracy", "sensitivity", "specificity", "ece", "brier"):
            figure = s[part][metric]
            assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1, (part, metric, figure)
    assert s["experiments"][0]["name"] == "linear probe"
    assert any(e["kept"] for e in s["experiments"])
    assert s["plan"]["steps"]
    assert s["assumptions"]
    for key in ("notebook", "report", "bundle", "predictions"):
        assert Path(s[key]).is_absolute()
        assert Path(s[key]).exists()


def test_phantom_melanomas_are_told_from_nevi(finished: FinishedStudy) -> None:
    assert finished.summary["test"]["auroc"]["value"] > 0.8


def test_predictions_keep_each_lesion_in_one_partition_and_hold_every_image_once(finished: FinishedStudy) -> None:
    with Path(finished.summary["predictions"]).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {"image", "group", "label", "partition", "score_mel", "score_nv"} <= rows[0].keys()
    assert len({r["image"] for r in rows}) == len(rows)
    assert all((finished.data / r["image"]).is_file() for r in rows)
    parts: dict[str, set[str]] = {}
    for r in rows:
        parts.setdefault(r["group"], set()).add(r["partition"])
    assert all(len(p) == 1 for p in parts.values())
    assert all(abs(float(r["score_mel"]) + float(r["score_nv"]) - 1) < 1e-4 for r in rows)


def test_the_notebook_is_valid_and_says_who_wrote_each_cell(finished: FinishedStudy) -> None:
    notebook = nbformat.read(finished.notebook, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        about = cell.metadata["clinagent"]
        assert about["mind"] == "built-in playbook, no language model"
        assert about["study"] == "triage-study"
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


def test_the_data_folder_is_not_touched(finished: FinishedStudy, tmp_path: Path) -> None:
    phantoms.write("triage", tmp_path / "again", n=160, seed=3)
    for path in sorted((tmp_path / "again").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (finished.data / path.relative_to(tmp_path / "again")).read_bytes()


def test_a_dry_run_ends_with_a_plan_and_trains_nothing_and_its_options_are_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phantoms.write("triage", tmp_path / "data", n=100, seed=1)
    code, summary = run(tmp_path, "--dry-run", "--minutes", "5", "--seed", "7", "--answer", "colour=red")
    assert (code, summary["exit"]) == (0, 0)
    assert summary["plan"]["steps"][0]["name"] == "linear probe"
    assert (summary["specification"]["minutes"], summary["specification"]["seed"]) == (5, 7)
    notebook = (tmp_path / "s.ipynb").read_text(encoding="utf-8")
    assert "minutes=5, seed=7," in notebook
    assert "study.confirm" in notebook
    assert "study.experiment" not in notebook
    (ignored,) = [line for line in summary["assumptions"] if "colour=red was ignored" in line]  # nobody asked that
    printed = capsys.readouterr().out
    assert ignored in printed
    assert "A dry run: nothing was trained." in printed
    assert "Not approved" not in printed


# ------------------------------------------------------------------ what is missing or refused
def test_without_yes_the_missing_approval_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    phantoms.write("triage", tmp_path / "data", n=100, seed=1)
    code, summary = run(tmp_path)
    assert (code, summary["exit"]) == (3, 3)
    assert "--yes" in summary["question"]


def test_what_is_out_of_scope_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    code, summary = run(tmp_path, "--yes", request="Predict the survival of these patients")
    assert (code, summary["exit"]) == (4, 4)
    assert "Predicting survival" in summary["error"]


def test_an_existing_notebook_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "s.ipynb").write_text("mine", encoding="utf-8")
    code, _ = run(tmp_path, "--yes")
    assert code == 2
    assert (tmp_path / "s.ipynb").read_text(encoding="utf-8") == "mine"


# ------------------------------------------------------------------ bad input: exit 2 and one line that says what to do
def _no_images(data: Path) -> None:
    data.mkdir()
    (data / "notes.txt").write_text("nothing", encoding="utf-8")


def _no_labels(data: Path) -> None:
    phantoms.write("triage", data, n=30, seed=1)
    for table in data.glob("*.csv"):
        table.unlink()


def _labels_of_others(data: Path) -> None:
    phantoms.write("triage", data, n=30, seed=1)
    (data / "lesion_boxes.csv").unlink()
    text = (data / "metadata.csv").read_text(encoding="utf-8")
    (data / "metadata.csv").write_text(text.replace("PHI_", "OTHER_"), encoding="utf-8")


def _one_class(data: Path) -> None:
    phantoms.write("triage", data, n=40, seed=1)
    text = (data / "metadata.csv").read_text(encoding="utf-8")
    (data / "metadata.csv").write_text(text.replace(",mel,", ",nv,"), encoding="utf-8")


def _two_images(data: Path) -> None:
    for name in ("mel", "nv"):
        (data / name).mkdir(parents=True)
        cv2.imwrite(str(data / name / "1.png"), np.full((64, 64, 3), 99, np.uint8))


@pytest.mark.parametrize(
    "make", [_no_images, _no_labels, _labels_of_others, _one_class, _two_images], ids=lambda f: f.__name__.strip("_")
)
def test_bad_input_ends_with_exit_2_and_one_line_that_says_what_to_do(tmp_path: Path, make) -> None:
    make(tmp_path / "data")
    code, summary = run(tmp_path, "--yes", "--minutes", "1")
    assert (code, summary["exit"]) == (2, 2)
    assert "\n" not in summary["error"]
    assert "Traceback" not in summary["error"]
    assert len(summary["error"]) > 30


def test_a_missing_folder_is_named_without_a_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_clinagent.cli", "run", REQUEST, "--data", str(tmp_path / "nowhere"), "--yes"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "nowhere" in done.stderr
    assert "--data" in done.stderr


def test_a_mistyped_folder_is_told_with_the_one_that_is_there_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "derm_images").mkdir()
    arguments = ["run", REQUEST, "--data", str(tmp_path / "derm_imgaes"), "--yes", "--json", str(tmp_path / "s.json")]
    assert cli.main([*arguments, "-o", str(tmp_path / "study.ipynb")]) == 2
    assert "there is “derm_images”" in json.loads((tmp_path / "s.json").read_text())["error"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["derm_images", "s.json"]


def test_broken_images_and_a_strange_table_are_read_around_and_counted(tmp_path: Path) -> None:
    data = tmp_path / "data"
    phantoms.write("triage", data, n=110, seed=1)
    (data / "lesion_boxes.csv").unlink()
    images = sorted((data / "images").iterdir())
    images[0].write_bytes(images[0].read_bytes()[:400])
    images[1].write_bytes(b"")
    rows = list(csv.reader((data / "metadata.csv").read_text(encoding="utf-8").splitlines()))
    column = rows[0].index("image_id")
    for row in rows[1:]:
        row[column] = f"C:\\Bilder\\{row[column]}.jpg"
        row[-1] = "Rücken"
    text = "\r\n".join(";".join(row) for row in rows)
    (data / "metadata.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    code, summary = run(tmp_path, "--dry-run", "--minutes", "2")
    assert code == 0, summary["error"]
    counted = json.dumps(summary["audit"]["findings"])
    assert "2" in counted
    left = (tmp_path / "s-study" / "left_out.csv").read_text(encoding="utf-8")
    assert images[0].name in left
    assert images[1].name in left


# ------------------------------------------------------------------ the rest
def test_phantoms_are_not_written_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert cli.main(["phantom", "triage", str(tmp_path)]) == 2


def test_importing_the_package_is_free_and_brings_nothing_heavy() -> None:
    code = (
        "import sys, time; t = time.perf_counter(); import jupyter_clinagent; d = time.perf_counter() - t; "
        "heavy = [m for m in ('torch', 'langchain', 'langchain_core', 'jupyter_server', 'pandas', 'pydantic') if m in "
        "sys.modules]; print(d, heavy)"
    )
    begun = time.perf_counter()
    seconds, heavy = subprocess.check_output([sys.executable, "-c", code], text=True).split(" ", 1)
    assert heavy.strip() == "[]"
    assert float(seconds) < max(0.1, time.perf_counter() - begun)  # a busy machine slows both


def test_the_command_is_a_subcommand_of_jupyter() -> None:
    assert shutil.which("jupyter-clinagent", path=str(Path(sys.executable).parent))
