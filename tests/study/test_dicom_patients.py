"""Films of one patient by their DICOM headers never part, and no value of a header is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import BadInput
from jupyter_clinagent.study.cohort.audit import audit_cohort
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import DICOM_PATIENT, take_inventory
from jupyter_clinagent.study.data.survey import group_candidates, survey_facts
from tests.imaging.test_dicom import dicom
from tests.tasks.segmentation.test_reading import disc, write_mask

SAID = "Images with the same patient (from the DICOM headers) belong together and never part"


def films(folder: Path, number: int = 60, masks: bool = False, **header: Callable[[int], str]) -> None:
    """Films of the attributes that are functions of their number."""
    rng = np.random.default_rng(0)
    for k in range(number):
        place = folder / ("images" if masks else ("normal", "effusion")[k % 4 < 2])
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 4000, (48, 64)).astype(np.uint16)
        dicom(place / f"film{k:02d}.dcm", pixels, **{name: value(k) for name, value in header.items()})
        if masks:
            write_mask(folder / "masks" / f"film{k:02d}.png", disc(k))


def patient(k: int) -> str:
    return f"4711-{k // 2:03d}"


def load(folder: Path, task: str = "classification", group: str | None = None) -> Cohort:
    return load_cohort(take_inventory(folder), Wishes(task=task, group=group))


def partitions(cohort: Cohort) -> list[int]:
    """In how many partitions each group lies, by the groups' own order."""
    return cohort.table.groupby("group")["partition"].nunique().tolist()


@pytest.mark.parametrize(("task", "masks"), [("classification", False), ("segmentation", True)])
def test_films_of_one_patient_never_part(task: str, masks: bool, tmp_path: Path) -> None:
    films(tmp_path, masks=masks, PatientID=patient)
    cohort = load(tmp_path, task)
    assert cohort.facts.group_source == DICOM_PATIENT
    assert partitions(cohort) == [1] * 30
    assert any(line.startswith(SAID) for line in cohort.facts.assumptions)
    assert any("from 30 groups (by DICOM patient)" in finding.text for finding in audit_cohort(cohort, take_inventory(tmp_path)))


def test_the_card_says_so_and_no_value_of_a_header_is_anywhere(tmp_path: Path) -> None:
    films(tmp_path, masks=True, PatientID=patient)
    inventory = take_inventory(tmp_path)
    survey = survey_facts(inventory)
    drafted = draft(read_request("Outline the tumours"), survey, {})
    assert isinstance(drafted, Draft)
    assert drafted.specification.group_column == DICOM_PATIENT
    assert any(line.startswith(SAID) for line in drafted.assumptions)
    cohort = load(tmp_path, "segmentation")
    told = [survey.model_dump_json(), cohort.facts.model_dump_json(), repr(inventory), cohort.table.to_csv()]
    told += [finding.text for finding in audit_cohort(cohort, inventory)]
    assert not any("4711" in text for text in told)


def test_without_an_id_the_name_counts_and_neither_is_a_group_of_its_own(tmp_path: Path) -> None:
    films(tmp_path, PatientID=lambda k: "" if k < 50 else "ANONYMOUS", PatientName=lambda k: f"Doe^J{k // 2}" if k < 58 else "^^")
    cohort = load(tmp_path)
    assert cohort.facts.group_source == DICOM_PATIENT
    assert cohort.table["group"].nunique() == 29 + 2
    assert any("2 images whose header names no patient" in line for line in cohort.facts.assumptions)


@pytest.mark.parametrize(
    "said",
    [lambda k: "", lambda k: "P1", lambda k: ("ANONYMOUS", "anonym", "unknown")[k % 3], lambda k: "000", lambda k: f"P{k}"],
)
def test_ids_that_tell_nothing_group_nothing(said: Callable[[int], str], tmp_path: Path) -> None:
    films(tmp_path, number=12, PatientID=said, PatientName=lambda k: "Anonymous^")
    assert group_candidates(take_inventory(tmp_path)) == []


def test_a_column_that_groups_goes_first_and_the_clinicians_word_before_all(tmp_path: Path) -> None:
    films(tmp_path, PatientID=patient)
    assert load(tmp_path, group="none").facts.group_source is None
    lines = [f"film{k:02d}.dcm,{('effusion', 'normal')[k % 4 < 2]},{k // 3}" for k in range(60)]
    (tmp_path / "films.csv").write_text("\n".join(["image,dx,case_id", *lines]), encoding="utf-8")
    assert load(tmp_path).facts.group_source == "case_id"
    cohort = load(tmp_path, group=DICOM_PATIENT)
    assert (cohort.facts.group_source, partitions(cohort)) == (DICOM_PATIENT, [1] * 30)


def test_headers_go_before_file_names(tmp_path: Path) -> None:
    films(tmp_path, PatientID=patient)
    for k, file in enumerate(sorted(tmp_path.rglob("*.dcm"))):
        file.rename(file.with_name(f"patient{k // 4:02d}_{k % 4}.dcm"))
    assert group_candidates(take_inventory(tmp_path))[0] == DICOM_PATIENT
    assert not any("file names" in line for line in survey_facts(take_inventory(tmp_path)).assumptions)


def test_headers_that_name_no_patient_cannot_be_asked_for(tmp_path: Path) -> None:
    films(tmp_path)
    with pytest.raises(BadInput, match="do not say which images are of one patient"):
        load(tmp_path, group=DICOM_PATIENT)


def test_the_same_files_elsewhere_give_the_same_partition(tmp_path: Path) -> None:
    films(tmp_path / "here", PatientID=patient)
    first = load(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    assert load(tmp_path / "there").hash == first.hash


def test_that_one_frame_of_several_is_taken_is_said(tmp_path: Path) -> None:
    films(tmp_path, PatientID=patient)
    rng = np.random.default_rng(1)
    for k in range(8):
        loop = rng.integers(0, 4000, (5 + k % 2, 48, 64)).astype(np.uint16)
        dicom(tmp_path / ("normal", "effusion")[k % 2] / f"loop{k}.dcm", loop, PatientID=f"other-{k}")
    found = {finding.topic: finding for finding in audit_cohort(load(tmp_path), take_inventory(tmp_path))}
    assert found["frames"].count == 8
    assert "8 files hold several frames (5 to 6); of each the middle frame is taken" in found["frames"].text
