"""Kinds of images: what names them, what suggests them, and how they may vary."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from jupyter_clinagent import modalities
from jupyter_clinagent.agent.playbook.drafting import Notes, kind_of_images
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.facts import SurveyFacts
from jupyter_clinagent.imaging import augment
from jupyter_clinagent.imaging.boxes import Boxes
from jupyter_clinagent.study.data.inventory import take_inventory
from jupyter_clinagent.study.data.survey import survey_facts
from tests.imaging.test_dicom import dicom

SIZE = (64, 48)
KINDS = list(modalities.known())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tell benign from malignant on these breast ultrasounds", "ultrasound"),
        ("Unterscheide gutartig und bösartig im Ultraschall der Brust", "ultrasound"),
        ("Box the red cells on the blood films", "smear"),  # no radiograph: the film of a blood film
        ("Which films show a break?", "radiograph"),
        ("Mammographien: gutartig oder bösartig?", "radiograph"),
        ("CT slices with and without a bleed", "section"),
        ("Stage retinopathy on fundus photographs", "fundus"),
        ("Netzhaut-OCT: CNV, DME, Drusen oder normal", "oct"),
        ("Outline the polyps on colonoscopy frames", "endoscopy"),
        ("H&E: tumour or not", "histology"),
        ("HAM10000", "dermoscopy"),
        ("Smartphone photos of moles", "photograph"),
        ("Tell a from b", None),
        ("an ultrasound or a CT of the liver", None),  # which of the two?
        ("the octopus and the director", None),
    ],
)
def test_words_name_a_kind(text: str, kind: str | None) -> None:
    assert modalities.spoken_of(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Which of these moles are melanomas?", "dermoscopy"),
        ("Wie viele Leukozyten?", "smear"),
        ("glaucoma or healthy", "fundus"),
        ("lesion", "dermoscopy"),
    ],
)
def test_other_words_suggest_one(text: str, kind: str) -> None:
    assert modalities.spoken_of(text, hints=True, coloured=True) == kind


def test_a_kind_that_never_looks_so_is_not_suggested() -> None:
    assert modalities.spoken_of("lesion of the lung", hints=True, coloured=False) == "radiograph"


def test_each_file_is_a_kind_and_no_word_means_two() -> None:
    assert all(kind.name == name for name, kind in modalities.known().items())
    for words in ([k.words for k in modalities.known().values()], [k.tags for k in modalities.known().values()]):
        flat = [word for listing in words for word in listing]
        assert len(flat) == len(set(flat))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [0, 128, 255])
def test_every_kind_varies_its_images_and_keeps_their_size(kind: str, value: int) -> None:
    image = np.full((SIZE[1], SIZE[0], 3), value, np.uint8)
    views = getattr(augment, kind)(SIZE)
    assert all(views(image).shape == image.shape for _ in range(5))


@pytest.mark.parametrize("kind", [name for name in KINDS if modalities.find(name).coloured is False])
def test_what_is_grey_stays_grey(kind: str) -> None:
    ramp = np.repeat(np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))[..., None], 3, axis=2)
    views = getattr(augment, kind)(SIZE)
    assert all(np.ptp(views(ramp), axis=2).max() == 0 for _ in range(20))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_mirrored_where_left_and_right_are_told_apart(kind: str) -> None:
    assert getattr(augment, kind)(SIZE, mirrored=False).symmetries == ()
    assert getattr(augment, f"{kind}_boxes")(SIZE, mirrored=False).symmetries == ()


def test_boxes_move_along_on_every_kind() -> None:
    image = np.zeros((48, 64, 3), np.uint8)
    image[10:20, 30:45] = 255
    for kind in KINDS:
        views = getattr(augment, f"{kind}_boxes")(SIZE)
        corners = np.array([[30, 10, 45, 20]], dtype=np.float32)
        drawn, boxes = views.with_boxes(image, Boxes(corners, np.ones(1), np.zeros(1, dtype=np.int64)))
        rows, columns = np.where(drawn.max(axis=2) > 100)
        assert len(boxes) == 1
        left, top, right, bottom = boxes.corners[0]
        seen = np.array([columns.min() - left, rows.min() - top, right - columns.max(), bottom - rows.max()])
        assert (seen >= -2).all(), kind


def test_an_unknown_kind_is_named_with_those_that_there_are() -> None:
    with pytest.raises(AttributeError, match="augment has no sonar; there are views of: dermoscopy"):
        augment.sonar  # noqa: B018
    with pytest.raises(ValueError, match="no kind of image “sonar”"):
        modalities.find("sonar")


# ------------------------------------------------------------------ of a folder
def _write(folder: Path, coloured: bool) -> None:
    folder.mkdir(parents=True)
    for n in range(6):
        image = np.random.default_rng(n).integers(0, 255, (24, 24, 3 if coloured else 1)).astype(np.uint8)
        cv2.imwrite(str(folder / f"{n}.png"), image)


@pytest.mark.parametrize(
    ("name", "coloured", "kind", "source"),
    [
        ("pictures", False, "grey", "pixels"),
        ("pictures", True, "other", "pixels"),
        ("chest_xray", False, "radiograph", "names"),
        ("breast_ultrasound", False, "ultrasound", "names"),
        ("melanoma", True, "dermoscopy", "hints"),
        ("melanoma", False, "grey", "pixels"),
    ],
)
def test_a_folder_is_read_by_names_and_colour(tmp_path: Path, name: str, coloured: bool, kind: str, source: str) -> None:
    _write(tmp_path / name / "images", coloured)
    facts = survey_facts(take_inventory(tmp_path / name))
    assert (facts.modality, facts.modality_from, facts.coloured) == (kind, source, coloured)
    assert any(modalities.find(kind).title in line for line in facts.assumptions)


def test_headers_weigh_more_than_names(tmp_path: Path) -> None:
    folder = tmp_path / "chest_xray"
    folder.mkdir()
    for n in range(4):
        dicom(folder / f"{n}.dcm", np.random.default_rng(n).integers(0, 4000, (24, 24)).astype(np.uint16), Modality="US")
    facts = survey_facts(take_inventory(folder))
    assert (facts.modality, facts.modality_from) == ("ultrasound", "tags")


def _drafted(request: str, modality: str, source: str, coloured: bool | None) -> tuple[str, list[str]]:
    survey = SurveyFacts(data="/d", layout="table", images=9, modality=modality, modality_from=source, coloured=coloured)
    notes = Notes([f"Kind of images: {modality}, because."])
    return kind_of_images(read_request(request), survey, notes), notes.lines


@pytest.mark.parametrize(
    ("request_", "modality", "source", "coloured", "kind"),
    [
        ("Find the pneumothorax", "grey", "pixels", False, "radiograph"),
        ("Find the pneumothorax", "ultrasound", "names", False, "ultrasound"),  # a name weighs more than a hint
        ("Find the pneumothorax on these films", "ultrasound", "names", False, "radiograph"),  # a word of the request more still
        ("Find the pneumothorax on these films", "section", "tags", False, "section"),  # and what a device wrote most
        ("Find the pneumothorax on these films", "other", "pixels", True, "other"),  # no film is in colour
        ("Tell a from b", "grey", "pixels", False, "grey"),
    ],
)
def test_the_strongest_evidence_wins(request_: str, modality: str, source: str, coloured: bool, kind: str) -> None:
    found, lines = _drafted(request_, modality, source, coloured)
    assert found == kind
    assert len([line for line in lines if line.startswith("Kind of images")]) == 1
    assert (f"Kind of images: {modalities.find(kind).title}, because the request says so." in lines) == (kind != modality)
