"""Masks where the request, a correction or the folder's names could be taken for something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jupyter_clinagent.agent.playbook.draft import draft, offers
from jupyter_clinagent.agent.playbook.drafting import Draft, Notes
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.plan import Rung
from jupyter_clinagent.errors import LabelsDoNotMatch
from jupyter_clinagent.imaging import augment
from jupyter_clinagent.study.cohort.cohort import Cohort
from jupyter_clinagent.study.cohort.corrections import Corrections
from jupyter_clinagent.study.cohort.loading import load_cohort
from jupyter_clinagent.study.cohort.wishes import Wishes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from jupyter_clinagent.study.study import Study
from jupyter_clinagent.tasks.segmentation import cells
from jupyter_clinagent.tasks.segmentation.naming import wanted_structures
from tests.tasks.segmentation.test_reading import SIZE, disc, outlined, write_images, write_mask


def drafted(request: str, folder: Path) -> Draft:
    found = draft(read_request(request), survey_facts(take_inventory(folder)), {})
    assert isinstance(found, Draft)
    return found


# ------------------------------------------------------------------ the request
@pytest.mark.parametrize("request_text", ["Mark the polyps", "Locate the polyps", "Where are the polyps?"])
def test_where_there_are_masks_and_no_boxes_to_mark_is_to_outline(request_text: str, tmp_path: Path) -> None:
    outlined(tmp_path)
    found = drafted(request_text, tmp_path)
    assert found.specification.task == "segmentation"
    assert list(found.specification.classes) == ["polyps"]
    assert any("marked by its outline" in line for line in found.assumptions)


def test_boxes_are_not_made_of_masks_and_what_could_be_done_is_offered(tmp_path: Path) -> None:
    outlined(tmp_path)
    with pytest.raises(LabelsDoNotMatch, match=r"needs boxes to learn from.*I could outline what the masks show"):
        drafted("Draw boxes around the polyps", tmp_path)


@pytest.mark.parametrize("folder", ["gt", "labels", "annotations"])
def test_folders_of_images_and_their_masks_are_no_two_classes(folder: str, tmp_path: Path) -> None:
    outlined(tmp_path, mask=f"{folder}/{{}}.png")
    survey = survey_facts(take_inventory(tmp_path))
    assert (survey.images, survey.label_candidates) == (30, [])
    assert [offer.task for offer in offers(survey)] == ["segmentation"]
    with pytest.raises(LabelsDoNotMatch, match=r"No labels were found for the 30 images.*I could outline what the masks show"):
        drafted("Classify these images", tmp_path)


def test_masks_beside_the_images_of_class_folders_are_no_images(tmp_path: Path) -> None:
    for name in ("benign", "malignant"):
        write_images(tmp_path / name, [f"{name} ({k})" for k in range(10)])
        for k in range(10):
            write_mask(tmp_path / name / f"{name} ({k})_mask.png", disc(k))
    survey = survey_facts(take_inventory(tmp_path))
    assert survey.images == 20
    assert drafted("Separate benign from malignant", tmp_path).specification.task == "classification"


# ------------------------------------------------------------------ corrections
def corrected(folder: Path, *rows: tuple[str, str]) -> Cohort:
    corrections = Corrections.none()
    for image, label in rows:
        corrections = corrections.with_row(image, "relabel", label, "looked at again")
    return load_cohort(take_inventory(folder), Wishes(task="segmentation"), corrections)


def test_a_finding_without_an_outline_is_left_out_and_it_is_said_that_it_needs_one(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    for name in names[:6]:
        write_mask(tmp_path / "masks" / f"{name}.png", np.zeros(SIZE, bool))
    cohort = corrected(tmp_path, ("images/scan00.png", "finding"), ("images/scan07.png", "no finding"))
    assert list(cohort.left_out) == ["images/scan00.png"]
    assert "nothing is outlined on it" in cohort.left_out["images/scan00.png"]
    assert any(
        "images/scan00.png: a correction calls it a finding, so it needs an outline first" in line
        for line in cohort.facts.assumptions
    )
    assert sum(cohort.facts.counts["no finding"].values()) == 6


def test_no_finding_by_a_correction_makes_an_image_without_a_mask_one_without_it(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    for name in names[:3]:
        (tmp_path / "masks" / f"{name}.png").unlink()
    cohort = corrected(tmp_path, ("images/scan00.png", "no finding"), ("images/scan01.png", "finding"))
    assert sum(cohort.facts.counts["no finding"].values()) == 1
    assert cohort.left_out == {
        "images/scan01.png": "a correction says that it shows a finding, and nothing is outlined on it",
        "images/scan02.png": "no mask or annotation says what is in it",
    }
    assert any("1 images without a mask show no finding by a correction" in line for line in cohort.facts.assumptions)
    assert not any("have an empty outline" in line for line in cohort.facts.assumptions)


def test_an_image_without_a_mask_can_be_excluded(tmp_path: Path) -> None:
    names = outlined(tmp_path)
    (tmp_path / "masks" / f"{names[0]}.png").unlink()
    corrections = Corrections.none().with_row("images/scan00.png", "exclude", None, "blurred")
    cohort = load_cohort(take_inventory(tmp_path), Wishes(task="segmentation"), corrections)
    assert list(cohort.left_out) == ["images/scan00.png"]


# ------------------------------------------------------------------ the fingerprint
def fingerprint(folder: Path, home: Path) -> str:
    study = Study(home, folder)
    study.load_cohort(task="segmentation")
    return (home / "data_fingerprint.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", ["gif", "png"])
def test_a_changed_mask_changes_the_fingerprint(suffix: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    names = [f"s{k:02d}" for k in range(30)]
    write_images(data / "images", names)
    (data / "masks").mkdir()
    for k, name in enumerate(names):
        Image.fromarray(disc(k).astype(np.uint8) * 255).save(data / "masks" / f"{name}.{suffix}")
    before = fingerprint(data, tmp_path / "before")
    Image.fromarray(disc(9).astype(np.uint8) * 255).save(data / "masks" / f"s04.{suffix}")
    assert fingerprint(data, tmp_path / "after") != before


def test_a_legend_and_annotations_are_in_the_fingerprint(tmp_path: Path) -> None:
    data = tmp_path / "data"
    outlined(data)
    (data / "masks" / "legend.txt").write_text("255 polyp\n", encoding="utf-8")
    assert "legend.txt" in fingerprint(data, tmp_path / "home")


# Written before the reading was.
ORGANS = [
    (["liver", "spleen"], "Outline everything except the spleen", {"liver"}),
    (["liver", "spleen"], "Segment all organs but leave the spleen out", {"liver"}),
    (["liver", "spleen"], "Outline all organs without the spleen", {"liver"}),
    (["liver", "spleen"], "Outline the liver, not the spleen", {"liver"}),
    (["liver", "spleen"], "Umrande die Leber", {"liver"}),
    (["Leber", "Milz"], "Segment the spleen", {"Milz"}),
    (["left lung", "right_lung", "heart"], "Outline the left and the right lung", {"left lung", "right_lung"}),
    (["left lung", "right_lung", "heart"], "Outline both lungs", {"left lung", "right_lung"}),
    (["left lung", "right_lung", "heart"], "Umrande die linke Lunge", {"left lung"}),
    (["left lung", "right_lung", "heart"], "Outline the lungs and the heart", {"left lung", "right_lung", "heart"}),
    (["left", "right"], "Outline the left and the right lung on these films", {"left", "right"}),
    (["left", "right"], "Outline both lungs", {"left", "right"}),
    (["leftLung", "rightLung"], "Segmentiere die rechte Lunge", {"rightLung"}),
]


@pytest.mark.parametrize(("structures", "words", "meant"), ORGANS)
def test_structures_are_chosen_and_left_out_by_their_own_names(structures: list[str], words: str, meant: set[str]) -> None:
    assert set(wanted_structures(read_request(words), dict.fromkeys(structures, 9), Notes())) == meant


@pytest.mark.parametrize("words", ["Outline the kidneys", "Outline the left kidney", "Segmentiere die Nieren"])
def test_a_structure_that_is_not_there_is_refused_with_what_is(words: str) -> None:
    with pytest.raises(LabelsDoNotMatch, match="the masks are of “liver”, “spleen”"):
        wanted_structures(read_request(words), {"liver": 9, "spleen": 9}, Notes())


def test_a_word_that_no_mask_bears_is_said_and_everything_left_out_is_refused() -> None:
    notes = Notes()
    assert set(wanted_structures(read_request("Outline the abscesses"), {"liver": 9, "spleen": 9}, notes)) == {"liver", "spleen"}
    assert notes.lines == ["No mask is called “abscesses”; what is outlined is “liver”, “spleen”."]
    with pytest.raises(LabelsDoNotMatch, match="leaves out “liver”"):
        wanted_structures(read_request("Outline everything but not the liver"), {"liver": 9}, Notes())


def test_where_left_is_not_right_no_cell_mirrors_the_images() -> None:
    rung = Rung("decoder", "", "decoder", 1.0)
    plain, sided = (cells.experiment(1, rung, 1.0, (64, 64), is_sided) for is_sided in (False, True))
    assert "augment.outlines(size)" in plain
    assert "augment.sided_outlines(size)" in sided
    assert augment.sided_outlines((64, 64)).symmetries == ()
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :20] = 255  # only a mirror image has its light on the right
    drawn = [augment.sided_outlines((64, 64), strength=0.2)(picture) for _ in range(20)]
    assert all(one[24:40, :12].mean() > one[24:40, 52:].mean() for one in drawn)


def test_images_without_a_mask_of_one_of_the_structures_are_said_to_count_as_without_it(tmp_path: Path) -> None:
    for k, name in enumerate(outlined(tmp_path, mask="masks/liver/{}.png")):
        if k < 12:
            write_mask(tmp_path / "masks" / "spleen" / f"{name}.png", disc(k + 3))
    said = load_cohort(take_inventory(tmp_path), Wishes(task="segmentation")).facts.assumptions
    assert "Images on which only other structures are outlined count as images without the rest: 18 without spleen." in said


def test_the_other_side_is_another_structure() -> None:
    with pytest.raises(
        LabelsDoNotMatch, match="outlines of the right ventricle, and the masks are of “left ventricle”, “left atrium”"
    ):
        wanted_structures(read_request("segment the right ventricle"), {"left ventricle": 9, "left atrium": 9}, Notes([]))
