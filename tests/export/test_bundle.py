"""The bundle: complete, without patients, verified by replay, usable without torch."""

import csv
import hashlib
import html
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from jupyter_clinagent import cli, phantoms
from jupyter_clinagent.contracts import NO_PATIENT
from jupyter_clinagent.errors import BadInput, Different
from jupyter_clinagent.export import scan
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.export.evaluate import evaluate
from jupyter_clinagent.export.predict import predict
from jupyter_clinagent.export.pseudonyms import Pseudonyms
from jupyter_clinagent.export.scrub import placeholder, scrub_html, scrub_notebook, shows_no_patient
from jupyter_clinagent.export.verify import check_data, check_evaluator_version, verify
from jupyter_clinagent.imaging import figures
from jupyter_clinagent.study.showing.failures import Failure, picture
from jupyter_clinagent.study.showing.markup import render
from tests.conftest import FinishedStudy


def members(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(bundle: Path, target: Path, name: str, change) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for member, data in members(bundle).items():
            archive.writestr(member, change(data) if member == name else data)
    return target


def test_a_bundle_holds_everything_that_another_machine_needs(finished: FinishedStudy) -> None:
    names = members(finished.bundle).keys()
    expected = {
        "triage.ipynb",
        "inference.ipynb",
        "triage-study/replay.json",
        "triage-study/record.jsonl",
        "triage-study/report.html",
        "triage-study/summary.json",
        "triage-study/predictions.csv",
        "model/model.onnx",
        "model/weights.safetensors",
        "model/preprocessing.json",
        "requirements.lock",
        "fingerprints.json",
        "manifest.json",
    }
    assert expected <= names
    assert b"torch==" in members(finished.bundle)["requirements.lock"]


def test_no_file_name_no_group_id_no_key_and_no_path_of_this_machine_leaves(finished: FinishedStudy) -> None:
    with (finished.study / "predictions.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    secrets = {Path(r["image"]).stem for r in rows} | {r["group"] for r in rows} | {str(finished.data.parent)}
    secrets.add((finished.study / "pseudonym.key").read_text(encoding="ascii"))
    for name, data in members(finished.bundle).items():
        if not name.startswith("model/"):
            text = data.decode()
            assert not [s for s in secrets if s in text], name


def test_patients_images_are_replaced_unless_asked_for(finished: FinishedStudy, tmp_path: Path) -> None:
    def images(bundle: Path) -> list[str]:
        cells = json.loads(members(bundle)["triage.ipynb"])["cells"]
        return [o["data"]["image/png"] for c in cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]

    plain, full = images(finished.bundle), images(export(finished.notebook, tmp_path / "full.zip", with_images=True).path)
    assert len(plain) == len(full)
    assert all(image == placeholder() or shows_no_patient(image) for image in plain)
    assert plain.count(placeholder()) >= 2  # contact sheet, heat maps
    assert any(shows_no_patient(image) for image in plain)  # the plots stay
    assert full.count(placeholder()) == 0


def test_pictures_of_failures_leave_only_if_asked_for() -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    failure = Failure("images/case-0001.png", "is mel; score for mel 0.10", picture(image))
    page, pseudonyms = render("report/failure", failure=failure), Pseudonyms(b"key", ["images/case-0001.png"], [])
    plain = scrub_html(page, pseudonyms, with_images=False)
    assert placeholder() in plain
    assert "case-0001" not in plain
    assert 'class="notes"' in plain
    assert placeholder() not in scrub_html(page, pseudonyms, with_images=True)


def test_a_contact_sheet_is_a_patients_image_and_a_plot_is_not() -> None:
    sheet = figures.contact_sheet({"mel": [np.zeros((8, 8, 3), np.uint8)]})
    plot = figures.confusion_matrix(np.eye(2, dtype=int), ["mel", "nv"])
    assert NO_PATIENT.encode() not in figures.png(sheet)
    assert NO_PATIENT.encode() in figures.png(plot)


def test_an_edited_cell_is_named(finished: FinishedStudy, tmp_path: Path) -> None:
    def edit(data: bytes) -> bytes:
        notebook = json.loads(data)
        cell = next(c for c in notebook["cells"] if "study.audit" in "".join(c["source"]))
        cell["source"] = "# nothing to see\nstudy.audit()"
        return json.dumps(notebook).encode()

    verdict = verify(rewritten(finished.bundle, tmp_path / "edited.zip", "triage.ipynb", edit), finished.data)
    assert not verdict.same
    assert "nothing to see" in verdict.message


def test_a_changed_image_is_named(finished: FinishedStudy, tmp_path: Path) -> None:
    shutil.copytree(finished.data, tmp_path / "data")
    victim = sorted((tmp_path / "data" / "images").iterdir())[5]
    cv2.imwrite(str(victim), np.zeros((128, 128, 3), np.uint8))
    code = cli.main(["verify", str(finished.bundle), "--data", str(tmp_path / "data"), "--json", str(tmp_path / "v.json")])
    assert code == 1
    assert victim.name in json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))["message"]


def test_another_version_of_the_evaluator_is_said_to_be_one() -> None:
    data = {"evaluator": "0" * 64, "specification": {"task": "classification"}, "versions": {"auroc": 7}}
    with pytest.raises(Different, match=r"made with jupyter_clinagent 0\.0\.1.*auroc was version 7, is 1"):
        check_evaluator_version([{"kind": "specification confirmed", "data": data}], "0.0.1")
    check_evaluator_version([], "0.0.1")


def test_a_changed_copy_is_noticed_although_the_other_copy_is_still_there(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "bundle").mkdir()
    for name in ("scan.png", "scan_again.png", "notes.txt"):
        (tmp_path / "data" / name).write_text("the same pixels" if name != "notes.txt" else "mine", encoding="utf-8")
    same = hashlib.sha256(b"the same pixels").hexdigest()
    (tmp_path / "bundle" / "fingerprints.json").write_text(json.dumps({"sha256": [same, same]}), encoding="utf-8")
    check_data(tmp_path / "data", tmp_path / "bundle")
    (tmp_path / "data" / "scan_again.png").write_text("other pixels", encoding="utf-8")
    with pytest.raises(Different, match=r"1 of 2 data files.*scan_again\.png, notes\.txt"):
        check_data(tmp_path / "data", tmp_path / "bundle")


def test_a_changed_record_is_noticed(finished: FinishedStudy, tmp_path: Path) -> None:
    forged = rewritten(
        finished.bundle,
        tmp_path / "forged.zip",
        "triage-study/record.jsonl",
        lambda d: d.replace(b'"unsealed"', b'"sealed"').replace(b"auroc", b"auRoc"),
    )
    verdict = verify(forged, finished.data)
    assert not verdict.same
    assert "record.jsonl" in verdict.message


@pytest.mark.parametrize("content", [b"", b"not a zip"])
def test_what_is_no_bundle_is_bad_input(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert cli.main(["verify", str(tmp_path / "x.zip"), "--data", str(tmp_path)]) == 2


def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../../evil.txt", "x")
    assert cli.main(["verify", str(tmp_path / "x.zip"), "--data", str(tmp_path)]) == 2


def test_what_the_scan_finds_is_shown_before_the_zip_is_written(finished: FinishedStudy, tmp_path: Path) -> None:
    zip_path, shown = tmp_path / "shown.zip", []

    def refuse(findings: list[str]) -> None:
        shown.append((findings, zip_path.exists()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(finished.notebook, zip_path, show=refuse)
    assert shown == [([], False)]
    assert not zip_path.exists()


def test_an_unfinished_study_is_not_exported(tmp_path: Path) -> None:
    (tmp_path / "half.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="not finished"):
        export(tmp_path / "half.ipynb", tmp_path / "x.zip")


# ------------------------------------------------------------------ predict, evaluate
def test_predict_gives_the_notebooks_scores_within_a_thousandth(finished: FinishedStudy, tmp_path: Path) -> None:
    rows, refused = predict(finished.bundle, [finished.data / "images"], tmp_path / "p.csv")
    assert (rows, refused) == (160, [])
    with (tmp_path / "p.csv").open(encoding="utf-8") as file:
        new = {Path(r["image"]).name: r for r in csv.DictReader(file)}
    with (finished.study / "predictions.csv").open(encoding="utf-8") as file:
        old = {Path(r["image"]).name: r for r in csv.DictReader(file)}
    assert old.keys() < new.keys()  # the study keeps the scores of validation and test
    threshold = finished.summary["operating_point"]["threshold"]
    for name in old:
        row = new[name]
        assert float(row["score_mel"]) == pytest.approx(float(old[name]["score_mel"]), abs=1e-3)
        assert row["predicted"] in ("mel", "nv")
        assert row["above_operating_point"] == str(float(row["score_mel"]) >= threshold).lower()


def test_predict_needs_no_torch_and_names_what_it_cannot_read(finished: FinishedStudy, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no image")
    (tmp_path / "scan.dcm").write_bytes(b"no pydicom here")
    image = next((finished.data / "images").iterdir())
    code = (
        "import sys\nfor name in ('torch', 'lightning', 'pandas', 'pydantic', 'nbformat', 'pydicom', 'sklearn', 'scipy'):\n"
        "    sys.modules[name] = None\n"
        "from jupyter_clinagent import cli\n"
        f"sys.exit(cli.main(['predict', {str(finished.bundle)!r}, {str(image)!r}, {str(tmp_path / 'broken.png')!r}, "
        f"{str(tmp_path / 'scan.dcm')!r}, '-o', {str(tmp_path / 'new' / 'p.csv')!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "broken.png" in done.stderr
    assert "scan.dcm: reading DICOM needs pydicom" in done.stderr
    assert len((tmp_path / "new" / "p.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_evaluate_judges_another_hospitals_images_at_the_frozen_threshold(finished: FinishedStudy, tmp_path: Path) -> None:
    phantoms.write("triage", tmp_path / "other", n=80, seed=77)
    table = tmp_path / "other" / "metadata.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",mel,", ",malignes Melanom,"), encoding="utf-8")
    out = tmp_path / "e.json"
    arguments = ["evaluate", str(finished.bundle), "--data", str(tmp_path / "other"), "--json", str(out)]
    assert cli.main([*arguments, "--map", "malignes Melanom=mel"]) == 0
    result = json.loads(out.read_text(encoding="utf-8"))
    assert result["operating_point"]["threshold"] == finished.summary["operating_point"]["threshold"]
    assert result["external"]["auroc"]["value"] > 0.7
    assert 0 <= result["shift"]["mel"]["score_distance"] <= 1
    assert cli.main([*arguments, "--map", "x=basalioma"]) == 2
    assert cli.main(arguments) == 2  # without the mapping only one class is left
    assert "malignes Melanom" not in json.loads(out.read_text(encoding="utf-8"))["error"]  # values of cells stay at home
    assert "--map THEIRS=mel" in json.loads(out.read_text(encoding="utf-8"))["error"]


def test_a_hospital_without_a_single_melanoma_still_gets_the_figures_that_can_be_estimated(
    finished: FinishedStudy, tmp_path: Path
) -> None:
    phantoms.write("triage", tmp_path / "other", n=60, seed=78)
    table = tmp_path / "other" / "metadata.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(line for line in lines if ",mel," not in line) + "\n", encoding="utf-8")
    result = evaluate(finished.bundle, tmp_path / "other")
    assert result["counts"]["mel"] == 0
    assert result["external"]["auroc"]["value"] is None
    assert result["external"]["auroc"]["reason"]
    assert result["external"]["sensitivity"]["value"] is None
    assert 0 <= result["external"]["specificity"]["value"] <= 1


# ------------------------------------------------------------------ pseudonyms, scan
def test_pseudonyms_are_stable_for_a_study_and_differ_between_studies() -> None:
    one, same, other = (Pseudonyms(key, ["a/img_0001.jpg"], ["patient7"]) for key in (b"k", b"k", b"other"))
    text = "see a/img_0001.jpg, img_0001 and patient7; not img_00012."
    assert one.scrub(text) == same.scrub(text) != other.scrub(text)
    assert "img_0001." not in one.scrub(text)
    assert "img_00012" in one.scrub(text)
    assert one.left_in(text) == 3  # with its folder, without its ending, and the group
    assert one.left_in(one.scrub(text)) == 0


def test_names_with_blanks_umlauts_and_signs_are_replaced_however_they_are_written() -> None:
    name, group = "Müller, Hans & Co (1)", "O'Neill #7"
    pseudonyms = Pseudonyms(b"k", [f"Bilder 2024/{name}.jpg"], [group])
    written = f"{html.escape(name)} {json.dumps(name)} {html.escape(group)} {render('showing/answer', item=1, text=group)}"
    text = f"<td>Bilder 2024/{name}.jpg</td> {written} {group}, Müller"
    scrubbed = pseudonyms.scrub(text)
    assert pseudonyms.left_in(text) > 3
    assert pseudonyms.left_in(scrubbed) == 0
    assert "Hans" not in scrubbed
    assert "Neill" not in scrubbed
    assert "Müller" in scrubbed  # the word alone may be anybody


def test_text_cells_are_replaced_as_outputs_are_and_code_stays_as_it_ran() -> None:
    cells = [
        {"cell_type": "markdown", "source": "For example: person1_bacteria_2.jpeg belongs to person1_bacteria."},
        {"cell_type": "code", "source": "study.audit()", "outputs": [{"output_type": "stream", "text": "person1_bacteria"}]},
    ]
    pseudonyms = Pseudonyms(b"k", ["train/person1_bacteria_2.jpeg"], ["person1_bacteria"])
    clean = scrub_notebook({"cells": cells}, pseudonyms, with_images=False)["cells"]
    assert "person1" not in clean[0]["source"] + clean[1]["outputs"][0]["text"]
    assert clean[1]["source"] == "study.audit()"
    assert "person1" in cells[0]["source"]


def test_ids_that_are_numbers_change_no_figure_and_stop_no_export() -> None:
    pseudonyms = Pseudonyms(b"k", ["1024.png", "4711.png"], ["1001", "L1", "31415926"])
    facts = {"steps": 1001, "value": 0.1001, "text": "group 1001, L1 and 1024.png; 0.1001 and 1,024 steps"}
    clean = pseudonyms.scrub_all(facts)
    assert (clean["steps"], clean["value"]) == (1001, 0.1001)
    assert clean["text"].endswith("0.1001 and 1,024 steps")
    assert "1024.png" not in clean["text"]
    assert "L1" not in clean["text"]
    assert pseudonyms.left_in("size = (128, 96), steps 1001") == 0
    assert pseudonyms.left_in("patient 31415926") == 1


def test_a_file_named_like_a_class_takes_no_word_away() -> None:
    pseudonyms = Pseudonyms(b"k", ["melanoma.jpg", "nevus.jpg"], [], words=["Melanoma", "Nevus"])
    assert pseudonyms.scrub("tell melanoma from nevus") == "tell melanoma from nevus"
    assert "melanoma" not in pseudonyms.scrub("see melanoma.jpg")


@pytest.mark.parametrize(
    "text",
    ["anna.mueller@klinik.de", "+49 30 1234567", "123-45-6789", "born 03.04.1961", "Mueller^Anna", "/home/anna/x", "MRN 1234567"],
)
def test_identifiers_are_found_and_counted_without_being_repeated(text: str) -> None:
    found = scan.identifiers({"x.json": f"left {text} right"})
    assert len(found) == 1
    assert text not in found[0]


def test_figures_and_hashes_are_no_identifiers() -> None:
    assert scan.identifiers({"x": "0.954 (0.912 to 0.981), 5f2a-11, v1.2.3, 2026-11-22T20:00:00, 10015 images"}) == []
