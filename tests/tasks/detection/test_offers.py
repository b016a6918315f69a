"""A table of requests for boxes, in two languages and with slips, and the specification that each must give."""

from typing import Any

import pytest

from jupyter_clinagent.agent.playbook.draft import draft
from jupyter_clinagent.agent.playbook.drafting import Draft
from jupyter_clinagent.agent.playbook.lexicon import read_request
from jupyter_clinagent.errors import BadInput, OutOfScope
from jupyter_clinagent.facts import SurveyFacts
from tests.agent.surveys import BOXED, CHEST, DERMOSCOPY, WEAK
from tests.agent.test_requests import AGAINST_REST, check

FRACTURE = {
    "task": "detection",
    "classes": ["fracture"],
    "positive": "fracture",
    "metric": "map50",
    "group": "radiograph_group",
    "supervision": "full",
    "rule": None,
}
PARTLY = {**FRACTURE, "group": "patient_id", "supervision": "weak", "assumes": "Boxes are partial: 900 images"}
BOTH = {**PARTLY, "classes": ["fracture", "metal"], "positive": None}
UNNAMED = {"task": "detection", "classes": ["finding"], "assumes": "every finding is boxed, melanoma or not"}

REQUESTS = [
    # with and without words of place
    ("Find the fractures on these radiographs", BOXED, FRACTURE),
    ("Locate the fractures and draw boxes around them", BOXED, FRACTURE),
    ("Detect wrist fractures", BOXED, FRACTURE),
    ("fractures", BOXED, FRACTURE),
    ("Build me a fracture detector for hand and wrist films in 10 minutes", BOXED, {**FRACTURE, "minutes": 10}),
    ("Where are the fractures?", BOXED, FRACTURE),
    ("train object detection on these x-rays", BOXED, FRACTURE),
    ("Point out every broken bone, keep films of one patient together", BOXED, {**FRACTURE, "assumes": "patient"}),
    ("Put rectangles around fractures; you have half an hour", BOXED, {**FRACTURE, "minutes": 30}),
    # misspelt
    ("locat the fracturs and draw bouding boxes", BOXED, FRACTURE),
    ("detekt fractres on the xrays", BOXED, FRACTURE),
    ("find teh fratures wiht boxs on radiografs", BOXED, FRACTURE),
    # German
    ("Finde die Frakturen in den Röntgenbildern", BOXED, FRACTURE),
    ("Wo sind die Brüche? Bitte Kästchen einzeichnen", BOXED, FRACTURE),
    ("Markiere die Knochenbrüche auf den Röntgenaufnahmen", BOXED, FRACTURE),
    ("Lokalisire Handgelenksfrakturen, du hast 15 Minuten", BOXED, {**FRACTURE, "minutes": 15}),
    ("Frakturen erkennen", BOXED, FRACTURE),
    # risk: no threshold unless a number is asked for
    ("Find fractures; missing one is worse than a false alarm", BOXED, {**FRACTURE, "assumes": "2 false alarms per image"}),
    ("Draw boxes around fractures at 90 % sensitivity", BOXED, {**FRACTURE, "rule": "sensitivity", "target": 0.9}),
    ("Markiere Brüche mit 95 Prozent Spezifität", BOXED, {**FRACTURE, "rule": "specificity", "target": 0.95}),
    # what the data hold decides, and what can't be done is said
    ("Classify the films into fractured and normal", BOXED, {**FRACTURE, "assumes": "no image-level label"}),
    ("Find fractures, I fear that it looks at the drain", BOXED, {**FRACTURE, "assumes": "can't be measured yet"}),
    ("Mark the fractures", BOXED, {**FRACTURE, "assumes": "the one that leaks least"}),
    # partial boxes: found in the data, whether or not the request says so
    ("Find the fractures", WEAK, PARTLY),
    ("Find fractures. Only 5 % of the images have boxes, the rest only labels", WEAK, PARTLY),
    ("Detect fractures on wrist radiographs", WEAK, PARTLY),
    ("wrist fractures with weak supervision", WEAK, PARTLY),
    ("Draw boxes around everything, all classes", WEAK, BOTH),
    ("Localise the fractures, few boxes only", WEAK, PARTLY),
    ("Markiere die Frakturen, nur wenige Bilder sind annotiert", WEAK, PARTLY),
    ("Finde Handgelenksfrakturen, schwach überwacht, Kästen nur teilweise", WEAK, PARTLY),
    ("finde frakturn, nur 5 % haben Kästen", WEAK, PARTLY),
    # boxes of one unnamed class beside a table of labels: only words of place make it a detection
    ("Draw a box around each melanoma", DERMOSCOPY, UNNAMED),
    ("Find melanomas", DERMOSCOPY, {"task": "classification", **AGAINST_REST}),
    ("Detect melanoma", DERMOSCOPY, {"task": "classification", **AGAINST_REST}),
    ("detect the fracures and put bounding boxs around them", BOXED, FRACTURE),
    ("Draw rectangles round the broken bones in these wrist films", BOXED, FRACTURE),
    ("Zeig mir wo die Knochenbrüche sind", BOXED, FRACTURE),
    ("Umrande die Frakturen mit Kästchen, zwanzig Minuten", BOXED, {**FRACTURE, "minutes": 20}),
    ("Only one in twenty radiographs has boxes, the others merely say fracture or not: find the fractures", WEAK, PARTLY),
    ("Boxes exist for 5% of the radiographs only, labels for everything. Classify the fractures", WEAK, PARTLY),
    ("Finde Frakturen; nur auf 5 % der Bilder sind Kästen, sonst gibt es nur Bildlabels", WEAK, PARTLY),
    ("Frakturen, aber die meisten Bilder sind nicht annotiert", WEAK, PARTLY),
]
BY_LABEL = {"task": "classification", "metric": "auroc", "positive": "fracture"}

CLASSIFICATIONS = [
    # boxes beside a column that says yes or no: who wants to tell apart gets a classification
    ("Tell fractured wrists from normal ones", {"values": {"fracture": ["yes"], "normal": ["no"]}, **BY_LABEL}),
    ("Classify the radiographs: fracture or not", {"values": {"fracture": ["yes"], "no fracture": ["no"]}, **BY_LABEL}),
    ("Unterscheide gesunde Handgelenke von Frakturen", {"values": {"normal": ["no"], "fracture": ["yes"]}, **BY_LABEL}),
]

REFUSED = [
    # no boxes to learn from, or of something else
    ("Mark the pneumonia with a bounding box", CHEST, BadInput, "Ask for a classification by “folder”"),
    ("Locate the pneumonia", CHEST, BadInput, "Ask for a classification by “folder”"),
    ("Zeichne Kästchen um die Lungenentzündung", CHEST, BadInput, "there are none in the data"),
    ("Find the pneumothorax with boxes", BOXED, BadInput, "there are only boxes of “fracture”"),
    ("Draw boxes around the melanomas", BOXED, BadInput, "there are only boxes of “fracture”"),
    ("Markiere den Pneumothorax mit Kästen", WEAK, BadInput, "there are only boxes of “fracture”, “metal”"),
    # other tasks
    ("Segment the fractures", BOXED, BadInput, "masks"),
    ("Segmentiere die Frakturen in den Röntgenbildern", WEAK, BadInput, "masks"),
    ("Segmentire die Läsionen", DERMOSCOPY, BadInput, "masks"),
    ("Predict the bone age of these wrists", BOXED, BadInput, "a number"),
    ("Überlebenszeit der Patienten mit Frakturen schätzen", BOXED, OutOfScope, "survival"),
]


@pytest.mark.parametrize(("request_text", "survey", "wanted"), REQUESTS, ids=[r for r, _, _ in REQUESTS])
def test_a_detection_request_gives_its_specification(request_text: str, survey: SurveyFacts, wanted: dict[str, Any]) -> None:
    check(request_text, survey, wanted)


@pytest.mark.parametrize(("request_text", "wanted"), CLASSIFICATIONS, ids=[r for r, _ in CLASSIFICATIONS])
def test_telling_apart_is_a_classification_by_the_label_beside_the_boxes(request_text: str, wanted: dict[str, Any]) -> None:
    check(request_text, WEAK, wanted)


@pytest.mark.parametrize(("request_text", "survey", "error", "words"), REFUSED, ids=[r for r, *_ in REFUSED])
def test_what_cannot_be_done_is_refused_and_says_what_can(
    request_text: str, survey: SurveyFacts, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as refusal:
        draft(read_request(request_text), survey, {})
    assert "mark findings with boxes" in str(refusal.value) or "point to other data" in str(refusal.value)


def test_a_detection_is_loaded_as_one_and_the_cohort_chooses_among_several_splits() -> None:
    drafted = draft(read_request("Find the fractures"), BOXED, {})
    assert isinstance(drafted, Draft)
    assert drafted.load == {"task": "detection", "classes": {"fracture": ["fracture"]}, "group": "radiograph_group"}
    drafted = draft(read_request("Find the fractures"), WEAK, {})
    assert isinstance(drafted, Draft)
    assert drafted.load["label"] == "fracture"


def test_boxes_for_unknown_images_only_are_no_boxes_to_learn_from() -> None:
    survey = BOXED.model_copy(update={"box_classes": {}, "boxed_images": 0})
    with pytest.raises(BadInput, match="all of them are for images that are not there"):
        draft(read_request("Draw boxes around the fractures"), survey, {})


def test_boxes_of_one_class_without_a_telling_name_are_taken_for_what_is_asked() -> None:
    survey = BOXED.model_copy(update={"box_classes": {"class 0": 1405}})
    check("Find the fractures", survey, {"classes": ["class 0"], "assumes": "“class 0”, which is taken for fracture"})


def test_images_whose_boxes_cannot_be_read_are_not_said_to_count_as_negative() -> None:
    drafted = draft(read_request("Find the fractures"), BOXED.model_copy(update={"unread": 9}), {})
    assert isinstance(drafted, Draft)
    bare = BOXED.images - BOXED.boxed_images - 9
    assert f"so the {bare} images without a box count as negative" in " ".join(drafted.assumptions)
