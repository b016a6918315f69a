"""The 44 report items: what the software fills, what the clinician answers, and what is said about both."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pydicom
import pytest
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from jupyter_clinagent.contracts import REPORT_ITEM_COUNT, REPORT_ITEMS, Estimate
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study import Study
from jupyter_clinagent.study.data.dates import column_years, header_years, span
from jupyter_clinagent.study.protocol.answers import item_number, keep_answer, load_answers
from jupyter_clinagent.study.protocol.record import verify_record
from jupyter_clinagent.study.report.beyond import Subgroup
from jupyter_clinagent.study.report.evidence import Evidence, gather
from jupyter_clinagent.study.report.sheet import Item, asked, sheet
from jupyter_clinagent.study.report.words import cautions
from jupyter_clinagent.study.showing.markup import render
from jupyter_clinagent.tasks import registry
from jupyter_clinagent.tasks.classification.predictions import Predictions


@pytest.fixture(scope="module")
def evidence(finished: Study) -> Evidence:
    return gather(finished._session, [])


@pytest.fixture(scope="module")
def items(evidence: Evidence) -> dict[int, Item]:
    return {item.number: item for item in sheet(evidence)}


# ------------------------------------------------------------------ the sheet
def test_what_no_file_can_tell_needs_the_clinician(items: dict[int, Item]) -> None:
    waiting = {number for number, item in items.items() if item.status == "needs you"}
    assert {5, 6, 7, 19, 20, 40, 43, 44} <= waiting
    assert all("Not stated: " in items[number].text for number in waiting)


def test_what_a_clinician_is_asked_for_has_a_key_to_answer_by(items: dict[int, Item]) -> None:
    waiting = {number for number, item in items.items() if item.status == "needs you"}
    assert waiting <= set(REPORT_ITEMS.values())
    assert max(REPORT_ITEMS.values()) == REPORT_ITEM_COUNT == len(items)


@pytest.mark.parametrize(
    ("key", "word"),
    [("ethics", "Ethics"), ("monitoring", "Monitoring"), ("dates", "Dates"), ("setting", "Setting"), ("shortcuts", "shortcuts"),
     ("reference standard", "Reference"), ("annotators", "Annotators"), ("subgroups", "Subgroups"), ("source", "Source"),
     ("cost of a miss", "Cost"), ("groups", "Patients"), ("external validation", "External"), ("oversight", "oversight"),
     ("de-identification", "De-ident"), ("missing data", "Missing"), ("demographics", "Demographics"), ("availability", "Code")],
)  # fmt: skip
def test_a_key_means_the_item_that_it_says(items: dict[int, Item], key: str, word: str) -> None:
    assert word in items[REPORT_ITEMS[key]].topic


def test_without_an_audit_its_checks_are_not_called_filled(finished: Study, evidence: Evidence) -> None:
    session, known = finished._session, finished._session.material.audit_findings
    session.material.audit_findings = []
    try:
        unchecked = {item.number: item.status for item in sheet(evidence)}
    finally:
        session.material.audit_findings = known
    assert [unchecked[number] for number in (11, 12, 18)] == ["needs you"] * 3


def test_reliance_is_not_called_filled_where_no_confounder_was_named(items: dict[int, Item]) -> None:
    assert items[32].status == "needs you"
    assert "No confounder was named" in items[32].text


# ------------------------------------------------------------------ answers
def test_an_answer_fills_its_item_with_the_clinicians_words_and_the_date(finished: Study, evidence: Evidence) -> None:
    home = finished._session.folder
    finished.answer("ethics", "EK <b>2026-123</b>")
    finished.answer(26, "we looked at it twice by hand")
    try:
        filled = {item.number: item for item in sheet(evidence)}
        assert filled[43].status == "filled"
        assert f"The clinician, {date.today():%d %B %Y}: “EK <b>2026-123</b>”" in filled[43].text
        assert filled[26].text.startswith("Opened once.")  # words are added to what was checked, never put in its place
        entry = verify_record(home / "record.jsonl")[-1]
        assert (entry["kind"], entry["data"]["item"]) == ("report item answered", 26)
        finished.report()
        page = (home / "report.html").read_text()
        assert "EK &lt;b&gt;2026-123" in page
        assert not any(topic.startswith("43 ") for topic in finished.facts["report"].needs_you)  # type: ignore[union-attr]
    finally:
        (home / "answers.json").unlink()
        finished.report()


def test_the_last_answer_counts_and_the_same_words_keep_their_date(tmp_path: Path) -> None:
    keep_answer(tmp_path, "ethics", "first")
    old = json.loads((tmp_path / "answers.json").read_text())
    (tmp_path / "answers.json").write_text(json.dumps([old[0] | {"date": "2025-01-02"}]))
    assert keep_answer(tmp_path, 43, "first").date == "2025-01-02"
    assert keep_answer(tmp_path, 43, "second").date == date.today().isoformat()
    assert [answer.text for answer in load_answers(tmp_path).values()] == ["second"]


@pytest.mark.parametrize("item", [0, 45, "ethic", ""])
def test_an_item_that_is_none_is_refused_with_the_keys(item: int | str) -> None:
    with pytest.raises(BadInput, match="reference standard"):
        item_number(item)


def test_an_empty_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="empty"):
        keep_answer(tmp_path, "ethics", "  ")


def test_the_report_tells_which_items_are_open(finished: Study, items: dict[int, Item]) -> None:
    assert asked(list(items.values())) == finished.facts["report"].needs_you  # type: ignore[union-attr]


# ------------------------------------------------------------------ dates
def dicom(path: Path, **tags: str) -> Path:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = meta.MediaStorageSOPInstanceUID = "1.2.3"
    file = pydicom.Dataset()
    file.file_meta = meta
    for name, value in tags.items():
        setattr(file, name, value)
    file.save_as(path, enforce_file_format=True, implicit_vr=False, little_endian=True)
    return path


def test_headers_tell_years_and_nothing_nearer(tmp_path: Path) -> None:
    files = [
        dicom(tmp_path / "a.dcm", StudyDate="20190312"),
        dicom(tmp_path / "b.dcm", AcquisitionDate="20210101", StudyDate="20200101"),
        dicom(tmp_path / "c.dcm", Modality="CR"),
        tmp_path / "gone.dcm",
    ]
    assert header_years(files) == [2019, 2021]
    assert span([2021, 2019]) == "2019 to 2021"
    assert (span([2020]), span([])) == ("2020", "")


def test_date_columns_tell_years_but_a_date_of_birth_does_not() -> None:
    table = pd.DataFrame({"study_date": ["2018-03-01", None, "rubbish"], "birth_date": ["1950-01-01"] * 3, "age": [1, 2, 3]})
    assert column_years(table) == [2018]


# ------------------------------------------------------------------ failures, curve, subgroups
def test_the_failure_gallery_shows_the_wrong_answers_and_no_others(finished: Study, evidence: Evidence) -> None:
    opening = finished._session.opening
    assert isinstance(opening.test, Predictions)
    called = opening.test.scores[:, 0] >= opening.threshold
    wrong = {opening.files[image] for image in np.array(opening.test.images)[called != (opening.test.truth == 0)]}
    assert {failure.file for kind in evidence.failures for failure in kind.worst} == wrong
    page = (finished._session.folder / "report.html").read_text()
    assert page.count('class="notes"') == len(wrong)


def test_pictures_of_failures_are_not_marked_as_free_of_patients() -> None:
    import base64

    from jupyter_clinagent.export.scrub import shows_no_patient
    from jupyter_clinagent.study.showing.failures import SIDE, picture

    png = picture(np.zeros((60, 40, 3), np.uint8))
    assert not shows_no_patient(base64.b64encode(png).decode())
    assert int.from_bytes(png[20:24], "big") == SIDE


def test_the_decision_curve_stands_beside_its_table(finished: Study) -> None:
    page = (finished._session.folder / "report.html").read_text()
    assert 'alt="Decision curve: the model is better than' in page
    assert "Acting on everybody" in page


AUROC = registry.metric("auroc")


def test_subgroups_with_too_few_images_are_grey_and_far_worse_ones_carry_an_alarm() -> None:
    few, worse, well = (
        Subgroup("sex", "f", 8, None, 0.9, AUROC),
        Subgroup("sex", "m", 80, Estimate(value=0.84), 0.9, AUROC),
        Subgroup("sex", "m", 80, Estimate(value=0.86), 0.9, AUROC),
    )
    rows = [render("report/subgroup", subgroup=subgroup) for subgroup in (few, worse, well)]
    assert ['class="few"' in row for row in rows] == [True, False, False]
    assert ["alarm" in row for row in rows] == [False, True, False]


def test_the_flow_counts_patients_beside_images(finished: Study) -> None:
    page = (finished._session.folder / "report.html").read_text()
    table = finished.cohort.table
    row = re.search(r">In the study</td><td[^>]*>(\d+)</td><td[^>]*>(\d+)</td>", page)
    assert row is not None
    assert (int(row[1]), int(row[2])) == (len(table), table["group"].nunique())


def test_a_reader_is_warned_of_a_small_test_set_and_of_figures_no_better_than_guessing(evidence: Evidence) -> None:
    assert any("The test set is small: only" in caution for caution in cautions(evidence))
    assert not any("better than guessing" in caution for caution in cautions(evidence))
    facts = evidence.opening.facts
    poor = facts.model_copy(update={"test": {**facts.test, "auroc": Estimate(value=0.6, low=0.4, high=0.8)}})
    guessing = replace(evidence, opening=replace(evidence.opening, facts=poor))
    assert any("better than guessing" in caution for caution in cautions(guessing))
