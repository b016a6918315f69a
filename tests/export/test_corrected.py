"""A corrected study leaves the building without a name, and is verified all the same."""

import asyncio
import csv
import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest

from jupyter_clinagent import phantoms
from jupyter_clinagent.export.bundle import export
from jupyter_clinagent.export.corrected import scrub_code
from jupyter_clinagent.export.pseudonyms import Pseudonyms
from jupyter_clinagent.export.verify import verify
from jupyter_clinagent.notebook.headless import HeadlessNotebook
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.cohort.corrected_images import find_corrected, load_identities
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.data.folder import read_folder
from jupyter_clinagent.study.protocol.record import verify_record

CELLS = """\
from jupyter_clinagent.contracts import OperatingPoint, Specification
from jupyter_clinagent.imaging import CohortDataModule, ImageClassifier
from jupyter_clinagent.study import Study
study = Study("corrected-study", data="data", request="tell melanoma from nevus", minutes=1)
study.load_cohort(label="dx", group="lesion_id")
---
# {blurred} is blurred
study.exclude(['{blurred}'], "blurred; lesion {lesion}")
study.relabel("images/" + "{wrong}", "nv", reason="biopsy")
cohort = study.load_cohort(label="dx", group="lesion_id")
---
study.audit()
study.confirm(Specification(title="t", request="r", task="classification", objective="o", classes=dict(mel=["mel"], nv=["nv"]),
    label_column="dx", group_column="lesion_id", positive_class="mel", primary_metric="auroc"))
---
with study.experiment("linear probe", hypothesis="a first answer", minutes=0.05) as run:
    run.fit(ImageClassifier(cohort.classes, trainable="head"), CohortDataModule(cohort, size=(64, 64), batch_size=16))
run.verdict
---
study.unseal("the planned experiments are finished")
study.report()
"""


class Corrected:
    """A study in which three images were corrected, one of them in an earlier session."""

    def __init__(self, folder: Path) -> None:
        self.data, self.notebook = folder / "data", folder / "corrected.ipynb"
        phantoms.write("triage", self.data, n=160, seed=3, size=64)
        with (self.data / "metadata.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.earlier, self.blurred, self.wrong = (f"images/{row['image_id']}.jpg" for row in rows[:3])
        assert (self.data / self.wrong).is_file()
        self.lesion = rows[1]["lesion_id"]
        self.names = {text for row in rows for text in (row["image_id"], row["lesion_id"])}

    async def run(self) -> None:
        Study(self.notebook.parent / "corrected-study", data=self.data).exclude([self.earlier], "withdrawn")
        source = CELLS.format(blurred=self.blurred, lesion=self.lesion, wrong=Path(self.wrong).name)
        async with HeadlessNotebook(self.notebook) as port:
            for text in source.split("---\n"):
                cell = await port.insert("code", text.strip())
                result = await port.run(cell.id, expected_hash=cell.hash)
                assert result.status == "ok", result.error


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    study = Corrected(tmp_path_factory.mktemp("corrected"))
    asyncio.run(study.run())
    return study


@pytest.fixture(scope="module")
def bundle(corrected: Corrected) -> Path:
    return export(corrected.notebook, corrected.notebook.with_suffix(".zip")).path


def members(bundle: Path) -> dict[str, str]:
    with zipfile.ZipFile(bundle) as archive:
        return {n: archive.read(n).decode() for n in archive.namelist() if not n.startswith("model/")}


def test_no_name_of_a_corrected_study_leaves(corrected: Corrected, bundle: Path) -> None:
    for name, text in members(bundle).items():
        assert not [secret for secret in corrected.names if secret in text], name


def test_a_corrected_study_is_verified(corrected: Corrected, bundle: Path) -> None:
    verdict = verify(bundle, corrected.data)
    assert verdict.same, verdict.message
    assert verdict.figures > 20


def test_the_cell_that_corrects_names_pseudonyms_and_an_edit_of_it_is_noticed(
    corrected: Corrected, bundle: Path, tmp_path: Path
) -> None:
    files = members(bundle)
    notebook = nbformat.reads(files["corrected.ipynb"], as_version=4)
    cell = next(c for c in notebook.cells if "study.exclude" in c.source)
    assert cell.source.startswith("# image-")
    assert "study.exclude(['image-" in cell.source
    cell.source = cell.source.replace("study.relabel", "# study.relabel")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(tmp_path / "edited.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, nbformat.writes(notebook) if name == "corrected.ipynb" else old.read(name))
    verdict = verify(tmp_path / "edited.zip", corrected.data)
    assert not verdict.same
    assert f"Cell {cell.id} was edited" in verdict.message


def test_an_image_that_was_left_out_has_to_be_there_for_the_replay(corrected: Corrected, bundle: Path, tmp_path: Path) -> None:
    data = shutil.copytree(corrected.data, tmp_path / "data")
    (data / corrected.blurred).unlink()
    verdict = verify(bundle, data)
    assert not verdict.same
    assert "1 of" in verdict.message


def test_an_id_on_the_record_is_replaced_and_the_chain_holds(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "record.jsonl").write_text(members(bundle)["corrected-study/record.jsonl"], encoding="utf-8")
    entries = verify_record(tmp_path / "record.jsonl")
    noted = next(e for e in entries if e["kind"] == "corrections" and "lesion" in e["data"]["reason"])
    assert "lesion group-" in noted["data"]["reason"]
    assert noted["at_home"] != noted["hash"]
    assert "at_home" not in entries[0]


def test_only_corrections_of_earlier_sessions_lie_in_the_bundle_as_a_table(bundle: Path) -> None:
    rows = list(csv.DictReader(members(bundle)["corrected-study/corrections.csv"].splitlines()))
    assert [(row["action"], row["reason"]) for row in rows] == [("exclude", "withdrawn")]
    known = json.loads(members(bundle)["corrected-study/corrected_images.json"])
    assert rows[0]["image"] in known
    assert len(known) == 3


# ------------------------------------------------------------------ the parts
def test_a_corrected_image_is_found_by_its_content_also_among_identical_files(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.png").write_bytes(b"the same" if name != "c" else b"another!")
    home, away = tmp_path / "home.json", tmp_path / "away.json"
    find_corrected(Corrections.none().with_row("b.png", "exclude", None, ""), read_folder(tmp_path), home)
    known = load_identities(home)
    away.write_text(json.dumps({"image-1": known["b.png"], "image-2": known["b.png"] | {"copy": 2}}), encoding="utf-8")
    rows = Corrections.none()
    for name in ("image-1", "images/image-1.png", "image-2", "nowhere.png", "a.png"):
        rows = rows.with_row(name, "exclude", None, "")
    found = find_corrected(rows, read_folder(tmp_path), away)
    assert list(found.rows["image"]) == ["b.png", "b.png", "image-2", "nowhere.png", "a.png"]


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("study.exclude(['scan_01.png'], 'x')", "study.exclude(['{}'], 'x')"),
        ("names = ['scan_01.png']\nstudy.exclude(names, '''of\nscan_01''')", "names = ['{0}']\nstudy.exclude(names, 'of\\n{0}')"),
        (
            "scan_01 = 1  # scan_01\nstudy.relabel('scan_01.png', 'nv', 'x')",
            "scan_01 = 1  # {0}\nstudy.relabel('{0}', 'nv', 'x')",
        ),
        ("study.exclude([f'scan_{n:02}.png' for n in (1,)], 'x')", "study.exclude([f'scan_{n:02}.png' for n in (1,)], 'x')"),
        ("study.exclude(['unclosed", "study.exclude(['unclosed"),
        ("print('scan_01.png')", "print('scan_01.png')"),
    ],
)
def test_only_strings_and_comments_of_a_correcting_cell_are_changed(source: str, left: str) -> None:
    pseudonyms = Pseudonyms(b"k", ["scan_01.png"], [])
    expected = left.format(pseudonyms.of("scan_01.png", "image")) if "{}" in left or "{0}" in left else left
    assert scrub_code(source, pseudonyms) == expected


def test_the_path_of_an_image_has_its_own_pseudonym_though_another_folder_holds_the_same_name() -> None:
    pseudonyms = Pseudonyms(b"k", ["a.png", "more/a.png"], [])
    assert pseudonyms.scrub("a.png") == pseudonyms.of("a.png", "image")
    assert pseudonyms.scrub("more/a.png") == pseudonyms.of("more/a.png", "image")
