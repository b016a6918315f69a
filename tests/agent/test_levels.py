"""What gets one answer: as a sentence says it, and as the data allow it."""

import pytest

from jupyter_clinagent.agent.playbook import cells
from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.levelling import BY_IMAGE, LEFT_OUT
from jupyter_clinagent.agent.playbook.levels import asked_level, perhaps_level
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.agent.playbook.steps import _merge
from jupyter_clinagent.agent.playbook.wording import normalise
from jupyter_clinagent.contracts import Card, Level
from jupyter_clinagent.facts import CaseFacts, MixedLabels, SurveyFacts
from tests.agent.surveys import BOXED, CHEST, DERMOSCOPY, drains

LESIONS = CaseFacts(name="lesion", columns=["lesion_id"], cases=7470, several=1956)
SKIN = DERMOSCOPY.model_copy(update={"cases": [LESIONS]})
DIFFERING = [MixedLabels(values=["no finding", "pneumothorax"], cases=60)]
MIXED = CaseFacts(name="patient", columns=["patient_id"], cases=200, several=90, mixed={"finding": DIFFERING})
LUNGS = drains().model_copy(update={"cases": [MIXED]})
TRIAGE = "Separate melanoma from nevus"


@pytest.mark.parametrize(
    ("sentence", "level"),
    [
        ("Find the breast cancers, one answer per woman from both views", "patient"),
        ("melanoma or nevus, per patient", "patient"),
        ("melanoma or nevus for each lesion", "lesion"),
        ("Melanom oder Nävus, je Patientin ein Urteil", "patient"),
        ("Retinopathie ja oder nein, pro Auge", "eye"),
        ("Tell melanoma from nevus on the patient level", "patient"),
        ("Melanom gegen Nävus auf Patientenebene", "patient"),
        ("malignant or benign, lesion-wise", "lesion"),
        ("Give every woman one verdict from all her views", "patient"),
        ("judge each picture by itself", "image"),
        ("beurteile jedes Bild einzeln", "image"),
        ("one result per lesion, not per photo", "lesion"),
        ("not per image but per patient", "patient"),
        ("eine Diagnose für jede Frau aus beiden Aufnahmen", "patient"),
        ("one answer per study", "study"),
        # what the data are like, what is counted, and what stays together
        ("keep the images of each patient together", None),
        ("split per patient", None),
        ("make a patient-wise split", None),
        ("there are two views per breast", None),
        ("at most one false alarm per image", None),
        ("one folder per patient", None),
        ("use the diagnosis of each patient", None),
    ],
)
def test_a_sentence_says_what_gets_one_answer(sentence: str, level: str | None) -> None:
    assert asked_level(normalise(sentence)) == level
    assert read_request(sentence).level == level


def test_a_question_about_persons_may_mean_them_or_their_images() -> None:
    assert perhaps_level("which women have cancer?") == "patient"
    assert perhaps_level("which images show cancer?") is None


def drafted(request: str, survey: SurveyFacts, **answers: str) -> Draft:
    found = draft(read_request(request), survey, answers)
    assert isinstance(found, Draft), found
    return found


def asked(request: str, survey: SurveyFacts, **answers: str) -> Card:
    found = draft(read_request(request), survey, answers)
    assert isinstance(found, Card), found
    return found


def test_where_the_request_is_silent_each_image_is_judged_and_the_card_says_how_to_change_that() -> None:
    found = drafted(TRIAGE, SKIN)
    assert found.specification.level == Level()
    assert "level" not in found.load
    assert "level" not in cells.confirm(found.specification, "")
    assert "Say “one answer per lesion”" in found.offered[0]
    assert "1956 of 7470 lesions have several images" in found.offered[0]
    body = cells.specification_markdown(found.specification, found.assumptions)
    assert "one answer" not in body
    assert "one answer per lesion" in cells.with_offers(body, found.offered)


def test_what_is_asked_for_stands_in_the_specification_and_in_both_cells() -> None:
    found = drafted(f"{TRIAGE}, one answer per lesion", SKIN)
    assert found.specification.level == Level(name="lesion", columns=["lesion_id"])
    assert list(found.specification.classes) == ["mel", "nv"]
    assert "level={'name': 'lesion', 'columns': ['lesion_id']}" in cells.load(found.load)
    assert "level={'name': 'lesion', 'columns': ['lesion_id']}" in cells.confirm(found.specification, "")
    assert "one answer for each lesion: the mean over its images" in cells.specification_markdown(found.specification, ())
    assert not found.offered


@pytest.mark.parametrize(
    "wish", ["one answer per lesion please", "judge by lesion, one result for each lesion", "ein Urteil je Läsion bitte"]
)
def test_a_later_wish_for_another_level_counts_and_changes_nothing_else(wish: str) -> None:
    first, later = read_request(f"{TRIAGE}. Missing a melanoma is worse than a false alarm"), read_request(wish)
    found = draft(_merge(first, later), SKIN, {})
    assert isinstance(found, Draft)
    assert found.specification.level.name == "lesion"
    assert list(found.specification.classes) == ["mel", "nv"]
    assert found.specification.operating_point is not None
    assert found.specification.operating_point.rule == "sensitivity"


def test_images_of_a_case_that_bear_different_labels_are_asked_about() -> None:
    card = asked("Classify pneumothorax per patient", LUNGS)
    assert card.key == "mixed"
    assert "In 60 of 200 patients" in card.body
    assert card.choices == ["a patient counts as pneumothorax if any image does", BY_IMAGE, LEFT_OUT]
    one = drafted("Classify pneumothorax per patient", LUNGS, mixed=card.default).specification.level
    assert one == Level(name="patient", columns=["patient_id"], rule="highest", positive="pneumothorax")
    assert drafted("Classify pneumothorax per patient", LUNGS, mixed=LEFT_OUT).specification.level.rule == "mean"
    alone = drafted("Classify pneumothorax per patient", LUNGS, mixed=BY_IMAGE)
    assert alone.specification.level.by_image
    assert "In 60 of 200 patients the images bear different labels. So each" in alone.assumptions[0]


def test_which_patients_is_asked_about_where_patients_have_several_images() -> None:
    card = asked("Which patients have a pneumothorax?", LUNGS)
    assert (card.key, card.default) == ("level", BY_IMAGE)
    assert drafted("Which patients have a pneumothorax?", LUNGS, level=BY_IMAGE).specification.level.by_image
    assert asked("Which patients have a pneumothorax?", LUNGS, level="one answer for each patient").key == "mixed"


def test_a_level_that_the_data_do_not_tell_is_asked_about_or_said_first() -> None:
    assert asked(f"{TRIAGE}, one answer per patient", SKIN).choices == [BY_IMAGE, "one answer for each lesion"]
    first = drafted(f"{TRIAGE}, one answer per patient", DERMOSCOPY).assumptions[0]
    assert "Nothing in the data says that several images are of one patient" in first


def test_a_task_that_judges_images_only_says_so_first() -> None:
    boxes = BOXED.model_copy(update={"cases": [CaseFacts(name="", columns=["radiograph_group"], cases=300, several=90)]})
    found = drafted("Find the fractures and mark them with boxes, one answer per patient", boxes)
    assert found.specification.level.by_image
    assert "One answer for each patient is not something I can give here" in found.assumptions[0]
    assert not drafted("Find the fractures and mark them with boxes", boxes).offered


@pytest.mark.parametrize(
    ("sentence", "level"),
    [
        ("Box the fractures and count them per patient", "patient"),
        ("How many fractures has each patient?", "patient"),
        ("Zähle die Frakturen pro Patientin", "patient"),
        ("Wie viele Frakturen hat jeder Patient?", "patient"),
        ("fracture count by patient", "patient"),
        ("Number of fractures for every study", "study"),
        ("How many fractures are in each image?", None),
        ("Find the fractures and mark them with boxes", None),
        ("Count the fractures on each film of the patients", None),
    ],
)
def test_counts_over_the_images_of_a_case_are_said_to_be_those_of_images(sentence: str, level: str | None) -> None:
    """Boxes are counted image by image, whoever they are of: nobody shall take one count for the other."""
    boxes = BOXED.model_copy(update={"cases": [CaseFacts(name="patient", columns=["patient"], cases=300, several=90)]})
    found = drafted(sentence, boxes)
    assert found.specification.level.by_image
    said = f"Nothing is added up over the images of one {level}: what is counted is counted in each image."
    assert (found.assumptions[0] == said) is (level is not None), found.assumptions


def test_patients_of_file_names_are_taken_for_what_is_asked_and_the_card_says_so() -> None:
    survey = CHEST.model_copy(update={"cases": [CaseFacts(name="", columns=["file name"], cases=1400, several=900)]})
    found = drafted("Tell pneumonia from normal per patient", survey)
    assert found.specification.level == Level(name="patient", columns=["file name"])
    assert found.assumptions[0] == "Images with the same “file name” are taken for those of one patient."


def test_the_hash_of_a_study_by_image_is_what_it_was_before_there_were_levels() -> None:
    spec = drafted(TRIAGE, SKIN).specification
    assert spec.hash != spec.model_copy(update={"level": Level(name="lesion", columns=["lesion_id"])}).hash
    assert spec.hash == type(spec).model_validate(spec.model_dump(exclude={"level"})).hash


def test_slices_of_volumes_are_not_judged_one_by_one_without_a_word() -> None:
    slices = CaseFacts(name="patient", columns=["patient_id"], cases=60, several=60)
    survey = drains().model_copy(update={"cases": [slices], "modality": "section"})
    card = asked("Which show a pneumothorax?", survey)
    assert (card.key, card.default) == ("level", "")
    assert "no 3-D volumes" in card.body
    assert drafted("Which of these slices show a pneumothorax?", survey).specification.level.by_image
    assert drafted("Which show a pneumothorax?", survey, level=card.choices[0]).specification.level.name == "patient"
